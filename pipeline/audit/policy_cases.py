"""A policy's own test cases: `[[case]]` tables in its file, computed by the rules of a run.

A case is one person's month. Days that it does not name are on time; `false` means that nothing was recorded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.engine.rows import Row
from pipeline.engine.strict_toml import Reading
from pipeline.policy.dated import OPEN_END, Rows
from pipeline.settings import Settings
from pipeline.wording.indonesian_format import rupiah
from schemas import (
    Absence,
    Assessment,
    Calendar,
    Candidate,
    Duty,
    Employee,
    Punch,
    PunchCoverage,
    Roster,
    ScenarioSide,
    Setting,
    SourceFile,
    Table,
    Unit,
)
from schemas.codes import PERIOD

if TYPE_CHECKING:
    from pipeline.engine.warehouse import Warehouse

ZONE = dt.timezone(dt.timedelta(hours=7))
SIDES = {"in": "starts_at", "out": "ends_at", "apel": "apel_at"}
RECORD = {"file_id": "case", "line_no": 1, "row_sha256": "0"}
ROW_COLUMNS = {
    "date": "duty_date",
    "side": "side_code",
    "code": "band_code",
    "base": "base_idr",
    "deduction": "deduction_idr",
    "reference": "policy_reference",
}

LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "leave": (("kind", "from", "to"), ("letter",)),
    "shift": (("date", "code"), ()),
    "change": (("from",), ("tpp", "group", "unit")),
}
"""Lists of a case -> the keys that an entry must and may have."""


@dataclass(frozen=True)
class Case:
    """One person's month and what it must cost."""

    name: str
    reference: str
    period: str
    group: str
    tpp: int
    days: dict[dt.date, Row] = field(default_factory=dict)
    leave: tuple[Row, ...] = ()
    shifts: tuple[Row, ...] = ()
    changes: tuple[Row, ...] = ()
    expected: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """A computed case; `problems` is empty where it holds."""

    case: Case
    deduction_idr: int
    rows: tuple[Row, ...]
    problems: tuple[str, ...]


def read_cases(file_name: str, document: dict[str, Any]) -> list[Case]:
    """`case` of a parsed policy -> cases; raises SettingsError that lists every problem."""
    reading = Reading(file_name)
    groups = tuple(document.get("group", {}))
    entries = reading.tables(document["case"], "case") if "case" in document else []
    cases = [_case(reading, entry, place, groups) for place, entry in entries]
    reading.refuse("contoh hitungan")
    return [case for case in cases if case]


def _case(reading: Reading, entry: Any, path: str, groups: tuple[str, ...]) -> Case | None:
    read = reading.keys(
        entry,
        path,
        ("name", "reference", "period", "group", "tpp", "expect"),
        ("day", "leave", "shift", "change"),
    )
    name, reference = (reading.text(read.get(key), f"{path}.{key}") for key in ("name", "reference"))
    period = reading.text(read.get("period"), f"{path}.period")
    if period and not re.match(PERIOD, period):
        reading.say(f"{path}.period", "harus bulan seperti 2026-01")
    group = reading.choice(read.get("group"), f"{path}.group", groups)
    tpp = reading.number(read.get("tpp"), f"{path}.tpp")
    days = _days(reading, read, path)
    lists = {
        key: tuple(
            reading.keys(item, place, required, optional) for place, item in _listed(reading, read, key, path)
        )
        for key, (required, optional) in LISTS.items()
    }
    expected = _expected(reading, read, path)
    if reading.problems or None in (name, reference, period, group, tpp):
        return None
    return Case(
        name or "", reference or "", period or "", group or "", tpp or 0,
        days, lists["leave"], lists["shift"], lists["change"], expected,
    )  # fmt: skip


def _listed(reading: Reading, table: Row, key: str, path: str) -> list[tuple[str, Any]]:
    """The entries of an optional list, each with its path."""
    return reading.tables(table[key], f"{path}.{key}") if key in table else []


def _days(reading: Reading, read: Row, path: str) -> dict[dt.date, Row]:
    """The days that a case names, by date: a time or false for each side that it names."""
    days = {}
    for place, entry in _listed(reading, read, "day", path):
        day = reading.keys(entry, place, ("date",), tuple(SIDES))
        for side in SIDES:
            if side in day and day[side] is not False and not isinstance(day[side], dt.time):
                reading.say(
                    f"{place}.{side}", "harus jam seperti 07:31:00, atau false bila tidak ada rekaman"
                )
        if date := reading.date(day.get("date"), f"{place}.date"):
            days[date] = day
    return days


def _expected(reading: Reading, read: Row, path: str) -> Row:
    """What a case must cost: the month's deduction, some of its rows, and whether these are all."""
    expected = reading.keys(read.get("expect", {}), f"{path}.expect", ("deduction",), ("rows", "only"))
    for place, row in _listed(reading, expected, "rows", f"{path}.expect"):
        reading.keys(row, place, (), tuple(ROW_COLUMNS))
    if not isinstance(expected.get("only", False), bool):
        reading.say(f"{path}.expect.only", "harus true atau false")
    return expected


def run_cases(rows: Rows, cases: list[Case]) -> list[Outcome]:
    """Compute cases under a compiled policy with the rules of a run, all cases of a month at once."""
    from pipeline.engine.warehouse import Warehouse

    by_period: dict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        by_period[case.period].append(number)
    found: dict[int, Outcome] = {}
    for period, numbers in by_period.items():
        people = {_nip(number): cases[number] for number in numbers}
        warehouse = Warehouse(None)
        lay_out(warehouse, rows, period, people)
        compute(warehouse, Assessment, Duty, ScenarioSide)
        found |= {int(nip): outcome for nip, outcome in outcomes(warehouse, people).items()}
        warehouse.close()
    return [found[number] for number in range(len(cases))]


def lay_out(warehouse: Warehouse, rows: Rows, period: str, people: dict[str, Case]) -> None:
    """Fill a warehouse with a month in which each case is a person, up to what every side says."""
    from pipeline.stages.intake.load_policy import calendar_days, setting_row

    settings = Settings(period=period, region="0000", zone="Asia/Jakarta", policy="-", source=())
    warehouse.write(Setting, setting_row(settings))
    units = {"1"} | {
        change["unit"] for case in people.values() for change in case.changes if "unit" in change
    }
    unit = {"name": "-", "region_code": "0000", "zone": "Asia/Jakarta"}
    given: dict[type[Table], list[Row]] = {
        **rows,
        Calendar: calendar_days(settings.period_from, settings.period_to),
        Unit: [{"unit_id": code, **unit} for code in sorted(units)],
        Employee: [row for nip, case in people.items() for row in _spans(nip, case)],
        Roster: [row for nip, case in people.items() for row in _shifts(nip, case)],
        Absence: [row for nip, case in people.items() for row in _absences(nip, case)],
        Candidate: [],
        Punch: [],
        SourceFile: [],  # no source, no watermark: the month is covered whole
        PunchCoverage: [],
    }
    for contract, entries in given.items():
        warehouse.write(contract, as_table(contract, entries))
    compute(warehouse, Duty)
    duties = warehouse.arrow(Duty).to_pylist()
    punches = [row for duty in duties for row in _punches(duty, people[duty["nip"]])]
    warehouse.write(Punch, as_table(Punch, punches))
    compute(warehouse, ScenarioSide, Duty, Candidate)


def compute(warehouse: Warehouse, target: type[Table], *given: type[Table]) -> None:
    """Create a table, and those on the way to it from the given ones, with the SQL rules of a run."""
    from pipeline.stages import STAGES
    from pipeline.stages.graph import leading_to

    for rule in leading_to(STAGES, (target,), given):
        rule.create(warehouse)


def outcomes(warehouse: Warehouse, people: dict[str, Case]) -> dict[str, Outcome]:
    """What each person's month came to, against what their case expects."""
    costs: dict[str, list[Row]] = defaultdict(list)
    for row in warehouse.arrow(Assessment).to_pylist():
        if row["scenario_code"] == "recorded":
            costs[row["nip"]].append(row)
    return {nip: _compare(case, costs[nip]) for nip, case in people.items()}


def as_table(contract: type[Table], rows: list[Row]) -> Any:
    """Rows -> the contract's Arrow table; columns that are not given are null, those unknown left out."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema

    schema = arrow_schema(contract)
    complete = [{name: {**RECORD, **row}.get(name) for name in schema.names} for row in rows]
    return pa.Table.from_pylist(complete, schema=schema)


def _nip(number: int) -> str:
    return f"{number:018d}"


def _spans(nip: str, case: Case) -> list[Row]:
    row: Row = {"nip": nip, "name": "-", "status_code": "PNS", "unit_id": "1", "group_code": case.group}
    row |= {"tpp_idr": case.tpp, "valid_from": dt.date(1, 1, 1), "valid_to": OPEN_END}
    spans = [row]
    for change in case.changes:
        spans[-1]["valid_to"] = change["from"]
        changed = {"tpp": "tpp_idr", "group": "group_code", "unit": "unit_id"}
        new = {column: change[key] for key, column in changed.items() if key in change}
        spans.append({**spans[-1], **new, "valid_from": change["from"], "valid_to": OPEN_END})
    return spans


def _shifts(nip: str, case: Case) -> list[Row]:
    return [{"nip": nip, "duty_date": item["date"], "shift_code": item["code"]} for item in case.shifts]


def _absences(nip: str, case: Case) -> list[Row]:
    return [
        {
            "absence_id": f"{nip}:{number}", "nip": nip, "kind_code": leave["kind"], "letter_no": leave.get("letter"),
            "valid_from": leave["from"], "valid_to": leave["to"] + dt.timedelta(days=1),
        }
        for number, leave in enumerate(case.leave)
    ]  # fmt: skip


def _punches(duty: Row, case: Case) -> list[Row]:
    """On time where the case says nothing; a time before the start of a night's duty is on the next day."""
    given = case.days.get(duty["duty_date"], {})
    rows = []
    for side, due in SIDES.items():
        at, when = duty[due], given.get(side)
        if at is None or when is False or duty["is_excused"]:
            continue
        if when is not None:
            local = dt.datetime.combine(duty["duty_date"], when, ZONE)
            at = local.astimezone(dt.UTC).replace(tzinfo=None)
            if side == "out" and at <= duty["starts_at"]:
                at += dt.timedelta(days=1)
        row: Row = {"punch_id": f"{duty['nip']}:{duty['duty_date']}:{side}", "nip": duty["nip"]}
        rows.append({**row, "punched_at": at, "direction_code": side})
    return rows


def _compare(case: Case, rows: list[Row]) -> Outcome:
    total = sum(row["deduction_idr"] for row in rows)
    problems = []
    if total != case.expected["deduction"]:
        problems.append(f"potongan {rupiah(total)}, seharusnya {rupiah(case.expected['deduction'])}")
    for wanted in case.expected.get("rows", ()):
        facts = {ROW_COLUMNS[key]: value for key, value in wanted.items()}
        if not any(facts.items() <= row.items() for row in rows):
            text = ", ".join(f"{key} {value}" for key, value in wanted.items())
            problems.append(f"tidak ada potongan dengan {text}")
    if case.expected.get("only") and len(rows) != len(case.expected.get("rows", ())):
        problems.append(f"{len(rows)} baris potongan, seharusnya {len(case.expected.get('rows', ()))}")
    return Outcome(case, total, tuple(rows), tuple(problems))
