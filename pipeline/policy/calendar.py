"""Calendar files: holidays, cuti bersama and Ramadan spans with their legal basis -> the rows of `calendar`."""

from __future__ import annotations

import datetime as dt
import importlib.resources
from typing import Any

from pipeline.engine.rows import Row
from pipeline.engine.strict_toml import Reading, parse


def read_calendar(year: int) -> tuple[str, bytes] | None:
    """File name and bytes of a year's calendar, None where none is shipped."""
    name = f"{year}.toml"
    path = importlib.resources.files("pipeline").joinpath("calendars", name)
    return (name, path.read_bytes()) if path.is_file() else None


def compile_calendar(file_name: str, content: bytes, first: dt.date, last: dt.date) -> list[Row]:
    """Calendar TOML -> `calendar` rows of its year from `first` to `last`, both included."""
    document = parse(file_name, content)
    reading = _CalendarReading(file_name)
    rows = reading.read(document, first, last)
    reading.refuse("kalender")
    return rows


def with_regional(rows: list[Row], file_name: str, content: bytes) -> list[Row]:
    """`calendar` rows with the days of a workspace's own calendar file: holidays, joint leave, Ramadan spans.

    A regional day comes on top of the national ones: it never takes one away, and a day that is free already is
    refused, so that two decrees about one day are noticed.
    """
    reading = _CalendarReading(file_name)
    named, fasting = reading.regional(parse(file_name, content))
    dated = {row["calendar_date"]: row for row in rows}
    for place, day in named:
        held = dated.get(day["calendar_date"])
        if held and held["is_holiday"]:
            reading.say(place, f"{day['calendar_date']} sudah libur: {held['name']}")
        elif held:
            dated[day["calendar_date"]] = {**held, **day, "is_holiday": True}
    reading.refuse("kalender daerah")
    return [
        {
            **row,
            "is_ramadan": row["is_ramadan"]
            or any(begin <= row["calendar_date"] <= end for begin, end in fasting),
        }
        for row in dated.values()
    ]


class _CalendarReading(Reading):
    """Reads one calendar document."""

    def regional(
        self, document: dict[str, Any]
    ) -> tuple[list[tuple[str, Row]], list[tuple[dt.date, dt.date]]]:
        """Named days with their places, and Ramadan spans, of a regional file."""
        lists = ("holiday", "joint_leave", "ramadan")
        top = self.keys(document, "", ("version", "reference"), lists)
        self.date(top.get("version"), "version")
        reference = self.text(top.get("reference"), "reference")
        if not any(key in top for key in lists):
            self.say("holiday", "berkas tidak memuat satu hari pun")
        found = []
        for key in ("holiday", "joint_leave"):
            for place, entry in self._optional(top, key):
                named: dict[dt.date, Row] = {}
                self._named(entry, place, None, {"is_joint_leave": key == "joint_leave"}, reference, named)
                found += [(f"{place}.date", {**row, "calendar_date": day}) for day, row in named.items()]
        spans = [self._span(entry, place) for place, entry in self._optional(top, "ramadan")]
        return found, [span for span in spans if span]

    def read(self, document: dict[str, Any], first: dt.date, last: dt.date) -> list[Row]:
        top = self.keys(
            document, "", ("year", "version", "reference", "holiday", "joint_leave"), ("ramadan",)
        )
        year = self.number(top.get("year"), "year", 1) or 1
        self.date(top.get("version"), "version")
        reference = self.text(top.get("reference"), "reference")
        named: dict[dt.date, Row] = {}
        for key in ("holiday", "joint_leave"):
            for place, entry in self.tables(top[key], key) if key in top else ():
                self._named(entry, place, year, {"is_joint_leave": key == "joint_leave"}, reference, named)
        fasting = [self._span(entry, place) for place, entry in self._optional(top, "ramadan")]
        begin, end = max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31))
        rows = []
        for number in range((end - begin).days + 1):
            day = begin + dt.timedelta(days=number)
            found = named.get(day)
            rows.append(
                {
                    "calendar_date": day,
                    "weekday_no": day.isoweekday(),
                    "is_holiday": found is not None,
                    "is_joint_leave": bool(found and found["is_joint_leave"]),
                    "is_ramadan": any(span and span[0] <= day <= span[1] for span in fasting),
                    "name": found["name"] if found else None,
                    "legal_basis": found["legal_basis"] if found else None,
                }
            )
        return rows

    def _optional(self, top: Row, key: str) -> list[tuple[str, Any]]:
        return self.tables(top[key], key) if key in top else []

    def _named(
        self,
        entry: Any,
        place: str,
        year: int | None,
        flags: Row,
        reference: str | None,
        named: dict[dt.date, Row],
    ) -> None:
        read = self.keys(entry, place, ("date", "name"), ("reference",))
        day, name = self.date(read.get("date"), f"{place}.date"), self.text(read.get("name"), f"{place}.name")
        basis = self.text(read.get("reference", reference), f"{place}.reference")
        if day is None:
            return
        if year is not None and day.year != year:
            self.say(f"{place}.date", f"bukan hari dalam tahun {year}")
        if day in named:
            self.say(f"{place}.date", f"{day} ditulis dua kali")
        named[day] = {**flags, "name": name, "legal_basis": basis}

    def _span(self, entry: Any, place: str) -> tuple[dt.date, dt.date] | None:
        read = self.keys(entry, place, ("from", "to", "reference"))
        self.text(read.get("reference"), f"{place}.reference")
        begin, until = self.date(read.get("from"), f"{place}.from"), self.date(read.get("to"), f"{place}.to")
        if begin is None or until is None:
            return None
        if until < begin:
            self.say(f"{place}.to", "mendahului `from`")
        return begin, until
