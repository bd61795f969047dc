"""Policy files: dated, cited values -> the rows of the policy tables.

What a file may say and how it is refused belongs here; what its values do to a duty or a rupiah belongs to the
rules (`stages/*.sql`). A file is refused with all its problems at once, each with file and key path (design
section 6).
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
import itertools
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError
from pipeline.settings import nearest
from pipeline.strict_toml import Reading, Row, parse
from schemas import ActionRule, Band, DutyPattern, LeaveRule, PolicyPeriod, ShiftPattern, Table
from schemas.codes import CAUSES, GRADES

Rows = dict[type[Table], list[Row]]

OPEN_END = dt.date(9999, 12, 31)
DAY_SECONDS = 86400
PERCENTS = {"base_share_percent": "base_share_bps", "monthly_cap_percent": "monthly_cap_bps"}
NUMBERS = (
    "accept_before_minutes",
    "accept_after_minutes",
    "recovery_grace_minutes",
    "arrival_span_minutes",
    "leaving_span_minutes",
    "match_tolerance_seconds",
    "retry_gap_minutes",
    "duplicate_span_seconds",
    "statement_deadline_days",
)
SECTIONS = ("code", "status", "valid_from", "value", "band", "missing", "group", "leave", "actions")
MISSING_EVENTS = {"in": "missing_in", "out": "missing_out", "both": "absent"}
EFFECTS = ("excused", "day_rate", "no_tpp", "none")
FILE_ACTIONS = ("restore", "needs_statement", "not_supported", "not_assessable")
"""`restore_partly` is no rule: it is what `restore` leaves where minutes remain."""


def read_policy(workspace: Path, name: str) -> tuple[str, bytes]:
    """File name and bytes of `rekon.toml`'s policy: a `.toml` of the workspace, or else a shipped preset."""
    if name.endswith(".toml"):
        try:
            return name, (workspace / name).read_bytes()
        except OSError:
            raise SettingsError(
                f"{name}: berkas kebijakan tidak dapat dibaca; periksa `policy` di rekon.toml."
            ) from None
    return f"{name}.toml", _shipped("policies", name)


def compile_policy(file_name: str, content: bytes) -> Rows:
    """Policy TOML -> the rows of its six tables; raises SettingsError that lists every problem."""
    document = parse(file_name, content)
    reading = _PolicyReading(file_name)
    rows = reading.read(document)
    reading.refuse("kebijakan")
    return rows


def _shipped(folder: str, name: str) -> bytes:
    root = importlib.resources.files("pipeline").joinpath(folder)
    known = sorted(
        entry.name.removesuffix(".toml") for entry in root.iterdir() if entry.name.endswith(".toml")
    )
    if name not in known:
        raise SettingsError(
            f"rekon.toml: policy: `{name}` bukan contoh kebijakan yang tersedia ({', '.join(known)})."
            f"{nearest(name, tuple(known))} Untuk berkas sendiri tulis namanya dengan .toml."
        )
    return root.joinpath(f"{name}.toml").read_bytes()


class _PolicyReading(Reading):
    """Reads one policy document."""

    first = dt.date(1, 1, 1)

    def read(self, document: dict[str, Any]) -> Rows:
        top = self.keys(document, "", SECTIONS)
        code = self.text(top.get("code"), "code")
        self.text(top.get("status"), "status")
        self.first = self.date(top.get("valid_from"), "valid_from") or self.first
        values = self._values(top.get("value", {}))
        rows: Rows = {
            Band: self._bands(top.get("band", {})) + self._missing(top.get("missing", {})),
            DutyPattern: [],
            ShiftPattern: [],
            LeaveRule: self._leave(top.get("leave", {})),
            ActionRule: self._actions(top.get("actions")) if "actions" in top else [],
        }
        self._groups(top.get("group", {}), rows)
        if not self.problems:
            rows[PolicyPeriod] = _periods(code or "", values, rows)
        return rows

    def dated(
        self, value: Any, path: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> list[Row]:
        """Dated entries -> rows with valid_from, valid_to, reference and `path`; no gap, no overlap."""
        rows: list[Row] = []
        for place, entry in self.tables(value, path):
            read = self.keys(entry, place, ("from", "reference", *required), ("to", *optional))
            begin, until = (
                self.date(read.get("from"), f"{place}.from"),
                self.date(read.get("to"), f"{place}.to"),
            )
            self.text(read.get("reference"), f"{place}.reference")
            if begin is None:
                continue
            end = None if until is None else until + dt.timedelta(days=1)
            rows.append({**read, "path": place, "valid_from": begin, "valid_to": end})
        for number, row in enumerate(rows):
            following = rows[number + 1]["valid_from"] if number + 1 < len(rows) else OPEN_END
            row["valid_to"] = row["valid_to"] or following
            self._joins(row, following)
        if rows and rows[0]["valid_from"] != self.first:
            self.say(f"{rows[0]['path']}.from", f"harus {self.first}, hari pertama kebijakan (`valid_from`)")
        return rows

    def _joins(self, row: Row, following: dt.date) -> None:
        if row["valid_from"] >= row["valid_to"]:
            self.say(f"{row['path']}.from", "tidak mendahului akhirnya atau entri berikutnya: tumpang tindih")
        elif row["valid_to"] > following:
            self.say(f"{row['path']}.to", f"tumpang tindih dengan entri berikutnya yang mulai {following}")
        elif row["valid_to"] < following:
            self.say(f"{row['path']}.to", f"celah: tidak ada nilai sejak {row['valid_to']}")

    def _values(self, value: Any) -> dict[str, list[Row]]:
        section = self.keys(value, "value", tuple(PERCENTS) + NUMBERS)
        values: dict[str, list[Row]] = {}
        for key, entries in section.items():
            least = 1 if key == "retry_gap_minutes" else 0
            rows = self.dated(entries, f"value.{key}", ("value",))
            for row in rows:
                place = f"{row['path']}.value"
                given = row.get("value")
                row["value"] = (
                    self.percent(given, place) if key in PERCENTS else self.number(given, place, least)
                )
            values[PERCENTS.get(key, key)] = rows
        return values

    def _bands(self, value: Any) -> list[Row]:
        rows = []
        for event, entries in self.keys(value, "band", ("late", "early")).items():
            for span in self.dated(entries, f"band.{event}", ("steps",)):
                rows += [_spanned(span, event_code=event, **step) for step in self._steps(span)]
        return rows

    def _steps(self, span: Row) -> list[Row]:
        steps: list[Row] = []
        due: int | None = 1
        for place, entry in self.tables(span.get("steps"), f"{span['path']}.steps"):
            read = self.keys(entry, place, ("code", "from_minute", "percent"), ("to_minute",))
            begin = self.number(read.get("from_minute"), f"{place}.from_minute")
            until = self.number(read.get("to_minute"), f"{place}.to_minute")
            if due is None:
                self.say(place, "tingkat sebelumnya tidak punya `to_minute`, jadi harus yang terakhir")
            elif begin is not None and begin != due:
                self.say(
                    f"{place}.from_minute", f"harus {due}: tingkat harus sambung-menyambung dari menit 1"
                )
            if begin is not None and until is not None and until < begin:
                self.say(f"{place}.to_minute", "mendahului `from_minute`")
            due = None if until is None else until + 1
            code = self.text(read.get("code"), f"{place}.code")
            rate = self.percent(read.get("percent"), f"{place}.percent")
            steps.append({"minutes_from": begin, "minutes_to": due, "band_code": code, "rate_bps": rate})
        if due is not None and steps:
            self.say(f"{span['path']}.steps", "tingkat terakhir harus terbuka (tanpa `to_minute`)")
        return steps

    def _missing(self, value: Any) -> list[Row]:
        rows = []
        for side, entries in self.keys(value, "missing", tuple(MISSING_EVENTS)).items():
            for span in self.dated(entries, f"missing.{side}", ("code", "percent")):
                code = self.text(span.get("code"), f"{span['path']}.code")
                rate = self.percent(span.get("percent"), f"{span['path']}.percent")
                event = MISSING_EVENTS[side]
                rows.append(
                    _spanned(
                        span, event_code=event, minutes_from=0, minutes_to=None, band_code=code, rate_bps=rate
                    )
                )
        return rows

    def _groups(self, value: Any, rows: Rows) -> None:
        if not isinstance(value, dict) or not value:
            self.say("group", "harus ada paling sedikit satu kelompok jam kerja")
            return
        for group, entry in value.items():
            path = f"group.{group}"
            read = self.keys(entry, path, (), ("hours", "shifts"))
            if not read:
                self.say(path, "kelompok tanpa jam kerja: isi `hours` atau `shifts`")
            if "hours" in read:
                for span in self.dated(read["hours"], f"{path}.hours", ("days",), ("ramadan",)):
                    rows[DutyPattern] += self._hours(group, span)
            if "shifts" in read:
                for span in self.dated(read["shifts"], f"{path}.shifts", ("shifts",)):
                    rows[ShiftPattern] += self._shifts(group, span)

    def _hours(self, group: str, span: Row) -> list[Row]:
        """Both kinds of day; without Ramadan hours of its own a group keeps the usual ones."""
        usual = self._days(span.get("days"), f"{span['path']}.days")
        fasting = self._days(span["ramadan"], f"{span['path']}.ramadan") if "ramadan" in span else usual
        if set(usual) != set(fasting):
            self.say(f"{span['path']}.ramadan", "harus memuat hari yang sama dengan `days`")
        rows = []
        for is_ramadan, hours in ((False, usual), (True, fasting)):
            for weekday, (start, end) in sorted(hours.items()):
                row = {"group_code": group, "weekday_no": weekday, "is_ramadan": is_ramadan}
                rows.append(_spanned(span, **row, start_seconds=start, end_seconds=end))
        return rows

    def _days(self, value: Any, path: str) -> dict[int, tuple[int, int]]:
        hours: dict[int, tuple[int, int]] = {}
        for place, entry in self.tables(value, path):
            read = self.keys(entry, place, ("weekdays", "start", "end"))
            times = self._times(read, place)
            for spot, weekday in self.tables(read.get("weekdays"), f"{place}.weekdays"):
                if not isinstance(weekday, int) or not 1 <= weekday <= 7:
                    self.say(spot, "harus 1 (Senin) sampai 7 (Minggu)")
                elif weekday in hours:
                    self.say(spot, f"hari {weekday} ditulis dua kali")
                elif times:
                    hours[weekday] = times
        return hours

    def _shifts(self, group: str, span: Row) -> list[Row]:
        rows, seen = [], set()
        for place, entry in self.tables(span.get("shifts"), f"{span['path']}.shifts"):
            read = self.keys(entry, place, ("code", "start", "end"))
            code, times = self.text(read.get("code"), f"{place}.code"), self._times(read, place)
            if code in seen:
                self.say(f"{place}.code", f"giliran `{code}` ditulis dua kali")
            seen.add(code)
            if times:
                row = {"group_code": group, "shift_code": code}
                rows.append(_spanned(span, **row, start_seconds=times[0], end_seconds=times[1]))
        return rows

    def _times(self, read: Row, place: str) -> tuple[int, int] | None:
        """Seconds after midnight; an end that does not follow the start is on the next day."""
        seconds = []
        for key in ("start", "end"):
            value = read.get(key)
            if isinstance(value, dt.time):
                seconds.append(value.hour * 3600 + value.minute * 60 + value.second)
            else:
                self.wrong(f"{place}.{key}", value, "harus jam seperti 07:30:00")
        if len(seconds) < 2:
            return None
        start, end = seconds
        return start, end if end > start else end + DAY_SECONDS

    def _leave(self, value: Any) -> list[Row]:
        rows: list[Row] = []
        if not isinstance(value, dict):
            self.say("leave", "harus tabel")
            return rows
        for kind, entries in value.items():
            for span in self.dated(entries, f"leave.{kind}", ("effect",), ("percent",)):
                effect = self.choice(span.get("effect"), f"{span['path']}.effect", EFFECTS)
                if (effect == "day_rate") != ("percent" in span):
                    self.say(
                        f"{span['path']}.percent", "diisi bila, dan hanya bila, `effect` adalah day_rate"
                    )
                rate = self.percent(span.get("percent", 0), f"{span['path']}.percent")
                rows.append(_spanned(span, kind_code=kind, effect_code=effect, rate_bps=rate))
        return rows

    def _actions(self, value: Any) -> list[Row]:
        rows: list[Row] = []
        for span in self.dated(value, "actions", ("rules",)):
            rules = [
                (place, self._rule(entry, place))
                for place, entry in self.tables(span.get("rules"), f"{span['path']}.rules")
            ]
            used, lacking = set(), set()
            for case in itertools.product(CAUSES, GRADES, (False, True), (False, True)):
                place, action = next(
                    ((spot, act) for spot, (fits, act) in rules if all(map(_admits, fits, case))),
                    (None, None),
                )
                if place is None:
                    lacking.add(case[:2])
                used.add(place)
                names = ("cause_code", "grade_code", "has_statement", "is_certified", "action_code")
                rows.append(_spanned(span, **dict(zip(names, (*case, action), strict=True))))
            for cause, grade in sorted(lacking):
                self.say(
                    f"{span['path']}.rules", f"tidak ada tindakan untuk sebab {cause} dengan mutu {grade}"
                )
            for place, _ in rules:
                if place not in used:
                    self.say(place, "tidak pernah terpakai: sudah tertutup aturan di atasnya")
        return rows

    def _rule(self, entry: Any, place: str) -> tuple[tuple[Any, ...], str | None]:
        """A rule -> (admitted causes, grades, statement, certified; None admits all) and its action."""
        read = self.keys(entry, place, ("action",), ("causes", "grades", "statement", "certified"))
        for key, known in (("causes", CAUSES), ("grades", GRADES)):
            for spot, code in self.tables(read[key], f"{place}.{key}") if key in read else ():
                self.choice(code, spot, known)
        for key in ("statement", "certified"):
            if not isinstance(read.get(key, True), bool):
                self.say(f"{place}.{key}", "harus true atau false")
        flags = [None if key not in read else [read[key]] for key in ("statement", "certified")]
        action = self.choice(read.get("action"), f"{place}.action", FILE_ACTIONS)
        return (read.get("causes"), read.get("grades"), *flags), action


def _admits(allowed: Any, value: Any) -> bool:
    return allowed is None or value in allowed


def _spanned(span: Row, **fields: Any) -> Row:
    """A row of a dated table: its fields with the span and reference of its entry."""
    dated = {key: span.get(key) for key in ("valid_from", "valid_to", "reference")}
    return {**dated, **fields}


def _periods(code: str, values: dict[str, list[Row]], rows: Rows) -> list[Row]:
    """One row per span between two changes of anything in the file."""
    dated = [row for entries in (*values.values(), *rows.values()) for row in entries]
    edges = sorted({row["valid_from"] for row in dated} | {row["valid_to"] for row in dated})
    periods = []
    for begin, end in itertools.pairwise(edges):
        held = {
            name: next(row for row in entries if row["valid_from"] <= begin < row["valid_to"])
            for name, entries in values.items()
        }
        references = dict.fromkeys(row["reference"] for row in held.values())
        period = {name: row["value"] for name, row in held.items()}
        reference = "; ".join(references)
        periods.append(
            {"valid_from": begin, "valid_to": end, "policy_code": code, **period, "reference": reference}
        )
    return periods
