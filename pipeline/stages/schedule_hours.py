"""Schedule the hours of each day of work by roster or pattern."""

from pipeline.stage import SqlStage
from schemas import DutyHours, DutyPattern, EmployedDay, Roster, ShiftPattern

STAGE = SqlStage(__name__, reads=(DutyPattern, EmployedDay, Roster, ShiftPattern), writes=DutyHours)
