"""Cap each day on which the person came."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, DayCap, DutyBase, PricedCharge

STAGE = SqlStage(
    __name__,
    reads=(
        PricedCharge,
        DutyBase,
        AssessmentRule,
    ),
    writes=DayCap,
)
