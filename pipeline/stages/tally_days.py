"""Count per person and OPD the days that cost no more than their cap; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import Assessment, AssessmentRule, DayTotal, Duty, DutyBase, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        DutyBase,
        AssessmentRule,
        SideCharge,
        Assessment,
    ),
    writes=DayTotal,
)
