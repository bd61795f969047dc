"""Count per person and OPD the duty days and the TPP that employees, calendar and rosters give; totals compare them."""

from pipeline.stage import SqlStage
from schemas import Calendar, Duty, DutyPattern, DutyTotal, Employee, PersonMonth, Roster, Setting

STAGE = SqlStage(
    __name__,
    reads=(Setting, Calendar, Employee, DutyPattern, Roster, Duty, PersonMonth),
    writes=DutyTotal,
)
