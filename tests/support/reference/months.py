"""People's months through the rules that settle them: employment, leave, rosters and punches in, one deduction a person out.

Only this module of the folder touches `pipeline`.
"""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.audit.policy_cases import RECORD, as_table, compute
from pipeline.engine.warehouse import Warehouse, arrow_schema
from pipeline.policy import compile_policy, read_policy
from pipeline.settings import Settings
from pipeline.stages.intake.load_policy import calendar_days, setting_row
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
from tests.support.reference.people import Person

WIB_SECONDS = 7 * 3600
UNLIKE = """
    select count(*) as sides
    from duty_side
    inner join scenario_side using (nip, duty_date, side_code)
    where duty_side.state_code <> scenario_side.state_code
        and scenario_side.scenario_code = 'recorded'
"""
Row = dict[str, Any]


def settled(preset: str, people: list[Person], period: str = "2026-04") -> list[int]:
    """What the rules deduct from each person's month under a preset."""
    warehouse = Warehouse(None)
    lay_out(warehouse, preset, period, [("recorded", 0, people)])
    compute(warehouse, Assessment, Duty, ScenarioSide)
    totals = deducted(warehouse)
    warehouse.close()
    return [totals.get(("recorded", 0, nip(number)), 0) for number in range(len(people))]


def disagreements(
    preset: str, people: list[Person], period: str = "2026-04"
) -> list[tuple[Person, int, int]]:
    """People for whom the independent computation and the rules differ, with both results."""
    reference = importlib.import_module(f"tests.support.reference.{preset}")
    wanted = [reference.deduction(person.days) for person in people]
    pairs = zip(people, wanted, settled(preset, people, period), strict=True)
    return [(person, one, other) for person, one, other in pairs if one != other]


def lay_out(
    warehouse: Warehouse, preset: str, period: str, scenarios: list[tuple[str, int, list[Person]]]
) -> None:
    """Fill a warehouse with the same people's month in each scenario and step; only their punches differ."""
    settings = Settings(period=period, region="0000", zone="Asia/Jakarta", policy="-", source=())
    warehouse.write(Setting, setting_row(settings))
    unit = {"name": "-", "region_code": "0000", "zone": "Asia/Jakarta"}
    people = scenarios[0][2]
    given: dict[type[Table], list[Row]] = {
        **compile_policy(*read_policy(Path(), preset)),
        Calendar: calendar_days(settings.period_from, settings.period_to),
        Unit: [{"unit_id": code, **unit} for code in ("1", "2")],
        Employee: [row for number, person in enumerate(people) for row in _spans(nip(number), person)],
        Roster: [row for number, person in enumerate(people) for row in _shifts(nip(number), person)],
        Absence: [row for number, person in enumerate(people) for row in _absences(nip(number), person)],
        Candidate: [],
        Punch: [],
        SourceFile: [],  # no source, no watermark: the month is covered whole
        PunchCoverage: [],
    }
    for contract, rows in given.items():
        warehouse.write(contract, as_table(contract, rows))
    compute(warehouse, Duty)
    sides = []
    for scenario, step, listed in scenarios:
        warehouse.write(Punch, _punches(listed))
        compute(warehouse, ScenarioSide, Duty, Candidate)
        said = warehouse.query("select * from scenario_side where scenario_code = 'recorded'")
        for name, value in (("scenario_code", scenario), ("step_no", step)):
            column = pa.array(np.full(said.num_rows, value), said.schema.field(name).type)
            said = said.set_column(said.schema.get_field_index(name), name, column)
        sides.append(said)
    warehouse.write(ScenarioSide, pa.concat_tables(sides))


def deducted(warehouse: Warehouse) -> dict[tuple[str, int, str], int]:
    """Scenario, step and person -> the month's deduction; who has none is left out."""
    sums = warehouse.query(
        "select scenario_code, step_no, nip, sum(deduction_idr)::bigint as total from assessment group by all"
    ).to_pylist()
    return {(row["scenario_code"], row["step_no"], row["nip"]): row["total"] for row in sums}


def unlike_sides(preset: str, people: list[Person], period: str) -> int:
    """Sides of which the record (`match_punches`) and the scenario of the record (`build_scenarios`) differ."""
    warehouse = Warehouse(None)
    lay_out(warehouse, preset, period, [("recorded", 0, people)])
    (found,) = warehouse.query(UNLIKE).to_pylist()
    warehouse.close()
    return int(found["sides"])


def nip(number: int) -> str:
    """The person of a month's number."""
    return f"{number:018d}"


def _spans(code: str, person: Person) -> Iterable[Row]:
    begins = [span.begin for span in person.spans] + [person.until]
    for span, (begin, end) in zip(person.spans, pairwise(begins), strict=True):
        yield {
            "nip": code, "name": "-", "status_code": "PNS", "unit_id": span.unit, "group_code": span.group,
            "tpp_idr": span.tpp, "valid_from": begin, "valid_to": end,
        }  # fmt: skip


def _shifts(code: str, person: Person) -> Iterable[Row]:
    return ({"nip": code, "duty_date": day, "shift_code": shift} for day, shift in person.shifts.items())


def _absences(code: str, person: Person) -> Iterable[Row]:
    for number, (kind, begin, end) in enumerate(person.absences):
        span = {"valid_from": begin, "valid_to": end + dt.timedelta(days=1)}
        yield {"absence_id": f"{code}:{number}", "nip": code, "kind_code": kind, **span}


def _punches(people: list[Person]) -> pa.Table:
    """The punches of all, in UTC; a column at a time, since there are a million of them."""
    count = [len(person.punches) for person in people]
    punches = [punch for person in people for punch in person.punches]
    dates = np.array([punch.date for punch in punches], "datetime64[D]").astype("datetime64[us]")
    seconds = np.array([punch.second - WIB_SECONDS for punch in punches], "timedelta64[s]")
    columns = {
        **{name: np.full(len(punches), value) for name, value in RECORD.items()},
        "punch_id": [str(number) for number in range(len(punches))],
        "nip": np.repeat([nip(number) for number in range(len(people))], count),
        "punched_at": dates + seconds,
        "direction_code": [punch.direction for punch in punches],
    }
    schema = arrow_schema(Punch)
    arrays = [
        pa.array(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(len(punches), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
