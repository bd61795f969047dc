"""Columns and keys that tables of the same grain share; a contract that inherits them adds what it says of each row."""

from __future__ import annotations

from typing import ClassVar

from schemas.codes import NIP, SCENARIOS, SIDES
from schemas.table import Date, Integer, Table, Text, column


class PersonTable(Table):
    """One row per person."""

    nip: Text = column("Person", str_matches=NIP)

    _key: ClassVar[tuple[str, ...]] = ("nip",)


class PersonUnitTable(PersonTable):
    """One row per person and OPD."""

    unit_id: Text = column("OPD")

    _key: ClassVar[tuple[str, ...]] = ("nip", "unit_id")


class SideTable(PersonTable):
    """One row per person, duty day and side."""

    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=SIDES)

    _key: ClassVar[tuple[str, ...]] = ("nip", "duty_date", "side_code")


class ScenarioTable(Table):
    """Rows of a scenario, and of each step of the findings applied one by one."""

    scenario_code: Text = column("Scenario", isin=SCENARIOS)
    step_no: Integer = column("Findings applied; 0 but in `step`", ge=0)
    nip: Text = column("Person", str_matches=NIP)


class ScenarioUnitTable(ScenarioTable):
    """One row per scenario, step, person and the OPD that bears a cost."""

    unit_id: Text = column("OPD that bears it")

    _key: ClassVar[tuple[str, ...]] = ("scenario_code", "step_no", "nip", "unit_id")
