"""Working hours and shifts of the duty groups of a policy file."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from pipeline.engine.rows import Row
from pipeline.policy.dated import DatedReading, Rows, spanned
from schemas import DutyPattern, ShiftPattern

DAY_SECONDS = 86400


WINDOW = ("in_from", "in_to", "out_from", "out_to")


class Hours(NamedTuple):
    """Seconds after local midnight; an end past midnight exceeds a day; apel only where one is held.

    The windows in which punches count are by the clock only where the hours name them.
    """

    start: int
    end: int
    apel: int | None = None
    in_from: int | None = None
    in_to: int | None = None
    out_from: int | None = None
    out_to: int | None = None


def read_groups(reading: DatedReading, value: Any, rows: Rows) -> None:
    """`group` -> rows of duty_pattern and shift_pattern, added to `rows`."""
    if not isinstance(value, dict) or not value:
        reading.say("group", "harus ada paling sedikit satu kelompok jam kerja")
        return
    for group, entry in value.items():
        path = f"group.{group}"
        read = reading.keys(entry, path, (), ("hours", "shifts"))
        if not read:
            reading.say(path, "kelompok tanpa jam kerja: isi `hours` atau `shifts`")
        if "hours" in read:
            for span in reading.dated(read["hours"], f"{path}.hours", ("days",), ("ramadan",)):
                rows[DutyPattern] += _hours(reading, group, span)
        if "shifts" in read:
            for span in reading.dated(read["shifts"], f"{path}.shifts", ("shifts",)):
                rows[ShiftPattern] += _shifts(reading, group, span)


def _hours(reading: DatedReading, group: str, span: Row) -> list[Row]:
    """Both kinds of day; without Ramadan hours of its own a group keeps the usual ones."""
    usual = _days(reading, span.get("days"), f"{span['path']}.days")
    fasting = _days(reading, span["ramadan"], f"{span['path']}.ramadan") if "ramadan" in span else usual
    if set(usual) != set(fasting):
        reading.say(f"{span['path']}.ramadan", "harus memuat hari yang sama dengan `days`")
    rows = []
    for is_ramadan, days in ((False, usual), (True, fasting)):
        for weekday, hours in sorted(days.items()):
            row = {"group_code": group, "weekday_no": weekday, "is_ramadan": is_ramadan}
            times = {f"{name}_seconds": seconds for name, seconds in hours._asdict().items()}
            rows.append(spanned(span, **row, **times))
    return rows


def _days(reading: DatedReading, value: Any, path: str) -> dict[int, Hours]:
    days: dict[int, Hours] = {}
    for place, entry in reading.tables(value, path):
        read = reading.keys(entry, place, ("weekdays", "start", "end"), ("apel", *WINDOW))
        hours = _times(reading, read, place)
        if hours:
            _opens(reading, hours, place)
        for spot, weekday in reading.tables(read.get("weekdays"), f"{place}.weekdays"):
            if not isinstance(weekday, int) or not 1 <= weekday <= 7:
                reading.say(spot, "harus 1 (Senin) sampai 7 (Minggu)")
            elif weekday in days:
                reading.say(spot, f"hari {weekday} ditulis dua kali")
            elif hours:
                days[weekday] = hours
    return days


def _shifts(reading: DatedReading, group: str, span: Row) -> list[Row]:
    rows, seen = [], set()
    for place, entry in reading.tables(span.get("shifts"), f"{span['path']}.shifts"):
        read = reading.keys(entry, place, ("code", "start", "end"))
        code, hours = reading.text(read.get("code"), f"{place}.code"), _times(reading, read, place)
        if code in seen:
            reading.say(f"{place}.code", f"giliran `{code}` ditulis dua kali")
        seen.add(code)
        if hours:
            row = {"group_code": group, "shift_code": code}
            rows.append(spanned(span, **row, start_seconds=hours.start, end_seconds=hours.end))
    return rows


def _times(reading: DatedReading, read: Row, place: str) -> Hours | None:
    """An end that does not follow the start is on the next day."""
    seconds = {}
    for key in Hours._fields:
        value = read.get(key)
        if isinstance(value, dt.time):
            seconds[key] = value.hour * 3600 + value.minute * 60 + value.second
        else:
            reading.wrong(f"{place}.{key}", value, "harus jam seperti 07:30:00")
    if "start" not in seconds or "end" not in seconds:
        return None
    for key in ("end", "out_from", "out_to"):
        if key in seconds and seconds[key] <= seconds["start"]:
            seconds[key] += DAY_SECONDS
    return Hours(**seconds)


def _opens(reading: DatedReading, hours: Hours, place: str) -> None:
    """A window by the clock must hold the due time itself, else a punch on time would not count."""
    start, end = ("start", hours.start), ("end", hours.end)
    latest = max(start, ("apel", hours.apel or 0), key=lambda named: named[1])
    for (earlier, first), (later, second) in (
        (("in_from", hours.in_from), start), (latest, ("in_to", hours.in_to)),
        (("out_from", hours.out_from), end), (end, ("out_to", hours.out_to)),
    ):  # fmt: skip
        if first is not None and second is not None and first > second:
            reading.say(place, f"`{earlier}` melewati `{later}`: rekaman tepat waktu tidak akan dihitung")
