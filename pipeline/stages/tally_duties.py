"""Count per person and OPD the days and the TPP that employees, calendar and rosters give; totals compare them."""

from pipeline.stage import SqlStage
from schemas import (
    Calendar,
    Duty,
    DutyPattern,
    DutyTotal,
    EmployedDay,
    Employee,
    ExcusedDay,
    PersonMonth,
    Roster,
    Setting,
)

STAGE = SqlStage(
    __name__,
    reads=(Calendar, Duty, DutyPattern, EmployedDay, Employee, ExcusedDay, PersonMonth, Roster, Setting),
    writes=DutyTotal,
)
