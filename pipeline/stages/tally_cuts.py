"""Count per person the lump cuts that the month bears, and those that were charged; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Absence, AssessmentRule, Candidate, CutCharge, CutTotal, Duty, LeaveRule

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        AssessmentRule,
        Absence,
        LeaveRule,
        Candidate,
        CutCharge,
    ),
    writes=CutTotal,
)
