"""Count per person the sides of duties, findings and scenarios; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import (
    AbsenceCount,
    Candidate,
    Duty,
    DutySide,
    EarlierAbsence,
    EarlierMonth,
    Finding,
    ScenarioSide,
    SideTotal,
)

STAGE = SqlStage(
    __name__,
    reads=(Duty, DutySide, Finding, Candidate, ScenarioSide, AbsenceCount, EarlierAbsence, EarlierMonth),
    writes=SideTotal,
)
