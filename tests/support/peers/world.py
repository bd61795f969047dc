"""A month of people with given scans under a given policy, settled by the rules of a run."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.audit.policy_cases import as_table, compute
from pipeline.engine.strict_toml import parse
from pipeline.engine.warehouse import Warehouse
from pipeline.policy import compile_document, read_policy
from pipeline.policy.dated import OPEN_END
from pipeline.settings import Settings
from pipeline.stages.intake.load_policy import calendar_days, setting_row
from schemas import (
    Absence,
    Assessment,
    Calendar,
    Candidate,
    Duty,
    DutySide,
    Employee,
    Punch,
    PunchCoverage,
    PunchPlacement,
    Roster,
    Setting,
    SourceFile,
    Unit,
)

GROUP = "teladan"
Policy = dict[str, Any]
Scan = tuple[dt.datetime, str | None]


@dataclass(frozen=True)
class Person:
    """Scans as (local time, direction or None), rostered shifts as (date, code), leave as (kind, first, last)."""

    scans: tuple[Scan, ...] = ()
    shifts: tuple[tuple[dt.date, str], ...] = ()
    leave: tuple[tuple[str, dt.date, dt.date], ...] = ()
    until: dt.date = OPEN_END
    findings: tuple[tuple[dt.date, str, dt.datetime, bool], ...] = ()
    """(duty date, side, restored local time, approved)."""


@dataclass(frozen=True)
class World:
    """What the rules made of it; people are numbered in the order given."""

    duties: Mapping[int, list[dict[str, Any]]]
    placed: Mapping[int, list[dict[str, Any]]]
    """Placement of each scan, in the order given."""
    sides: Mapping[int, dict[tuple[dt.date, str], tuple[str, int | None]]]
    """(duty date, side) -> (state, minutes off)."""
    costs: Mapping[int, list[dict[str, Any]]]
    """Rows of the assessment."""

    def total(self, person: int = 0, day: dt.date | None = None, scenario: str = "recorded") -> int:
        """The person's deduction of the month, or of a day."""
        return sum(row["deduction_idr"] for row in self.rows(person, day, scenario))

    def codes(self, person: int = 0, day: dt.date | None = None) -> list[str]:
        """The codes of the person's deductions, check-in before check-out."""
        return [
            row["band_code"] for row in sorted(self.rows(person, day), key=lambda r: r["side_code"] or "")
        ]

    def rows(self, person: int, day: dt.date | None, scenario: str = "recorded") -> list[dict[str, Any]]:
        """The person's deductions in a scenario, of the month or of a day."""
        return [
            row for row in self.costs[person]
            if row["scenario_code"] == scenario and day in (None, row["duty_date"])
        ]  # fmt: skip


def clock(text: str) -> dt.time:
    """'07:30' or '07:30:59'."""
    return dt.time.fromisoformat(text)


def policy(
    base: str = "kepmendagri",
    shifts: Mapping[str, tuple[str, str]] | None = None,
    hours: tuple[str, ...] | None = None,
    weekdays: Iterable[int] = range(1, 8),
    **values: Any,
) -> Policy:
    """A shipped policy with one duty group: rostered `shifts` code -> (start, end), `hours` (start, end, apel)."""
    document = parse(*read_policy(Path(), base))
    for key in ("case", "attendance_floor"):
        document.pop(key, None)
    first = document["valid_from"]
    group: Policy = {}
    if shifts:
        listed = [{"code": code, "start": clock(a), "end": clock(b)} for code, (a, b) in shifts.items()]
        group["shifts"] = [{"from": first, "reference": "-", "shifts": listed}]
    if hours:
        day = {"weekdays": list(weekdays)} | dict(
            zip(("start", "end", "apel"), map(clock, hours), strict=False)
        )
        group["hours"] = [{"from": first, "reference": "-", "days": [day]}]
    document["group"] = {GROUP: group}
    for name, value in values.items():
        document["value"][name] = [{"from": first, "value": value, "reference": "-"}]
    return document


def settle(
    document: Policy, people: list[Person], day: dt.date, *, zone: str = "Asia/Jakarta",
    covered_to: dt.datetime | None = None, tpp: int = 0,
) -> World:  # fmt: skip
    """The month of `day`; sources cover the time before the local `covered_to`, or all of it; money only where `tpp` is given."""
    settings = Settings(period=f"{day:%Y-%m}", region="0000", zone="Asia/Jakarta", policy="-", source=())
    warehouse = Warehouse(None)
    warehouse.write(Setting, setting_row(settings))
    employee = {"name": "-", "status_code": "PNS", "unit_id": "1", "group_code": GROUP, "tpp_idr": tpp}
    names = [f"{number:018d}" for number in range(len(people))]
    given: dict[Any, list[dict[str, Any]]] = {
        **compile_document("-", document),
        Calendar: calendar_days(settings.period_from, settings.period_to),
        Unit: [{"unit_id": "1", "name": "-", "region_code": "0000", "zone": zone}],
        Employee: [
            {**employee, "nip": nip, "valid_from": document["valid_from"], "valid_to": person.until}
            for nip, person in zip(names, people, strict=True)
        ],
        Roster: [
            {"nip": nip, "duty_date": date, "shift_code": code}
            for nip, person in zip(names, people, strict=True)
            for date, code in person.shifts
        ],
        Absence: [
            {"absence_id": f"{nip}:{i}", "nip": nip, "kind_code": kind, "valid_from": first, "valid_to": last + dt.timedelta(1)}
            for nip, person in zip(names, people, strict=True)
            for i, (kind, first, last) in enumerate(person.leave)
        ],
        Punch: [
            {"punch_id": f"{nip}:{i:02d}", "nip": nip, "punched_at": in_utc(at, zone), "direction_code": direction}
            for nip, person in zip(names, people, strict=True)
            for i, (at, direction) in enumerate(person.scans)
        ],
        Candidate: [
            {
                "finding_id": f"{int(nip) * 100 + i:016d}", "nip": nip, "duty_date": date, "side_code": side,
                "is_approved": approved, "apply_no": i, "restored_at": in_utc(at, zone),
            }
            for nip, person in zip(names, people, strict=True)
            for i, (date, side, at, approved) in enumerate(person.findings, start=1)
        ],
        SourceFile: [],
        PunchCoverage: []
        if covered_to is None
        else [{"source_no": 1, "covered_from": dt.datetime(2021, 1, 1), "covered_to": in_utc(covered_to, zone)}],
    }  # fmt: skip
    for contract, rows in given.items():
        warehouse.write(contract, as_table(contract, rows))
    compute(warehouse, DutySide, Candidate)
    if tpp:
        compute(warehouse, Assessment, Duty, DutySide, Candidate)
    found: dict[Any, dict[int, list[dict[str, Any]]]] = {Assessment: defaultdict(list)}
    for contract in (Duty, PunchPlacement, DutySide, *([Assessment] if tpp else [])):
        found[contract] = defaultdict(list)
        for row in warehouse.arrow(contract).to_pylist():
            found[contract][int(row["nip"])].append(row)
    warehouse.close()
    return World(
        found[Duty],
        found[PunchPlacement],
        defaultdict(dict, {
            nip: {(r["duty_date"], r["side_code"]): (r["state_code"], r["minutes_off"]) for r in rows}
            for nip, rows in found[DutySide].items()
        }),
        found[Assessment],
    )  # fmt: skip


def in_utc(at: dt.datetime, zone: str) -> dt.datetime:
    """Local wall time -> naive UTC."""
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).replace(tzinfo=None)
