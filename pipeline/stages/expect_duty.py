"""Expect a duty of each person on each day that pattern or roster asks for, with its windows."""

from pipeline.stage import SqlStage
from schemas import (
    AssessmentRule,
    Duty,
    DutyHours,
    EmployedDay,
    ExcusedDay,
    PersonCoverage,
    PolicyPeriod,
    Unit,
)

STAGE = SqlStage(
    __name__,
    reads=(AssessmentRule, DutyHours, EmployedDay, ExcusedDay, PersonCoverage, PolicyPeriod, Unit),
    writes=Duty,
)
