"""Price each charge in whole rupiah, rounded where and how the policy says."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, CutCharge, DutyBase, LeaveCharge, PricedCharge, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        SideCharge,
        LeaveCharge,
        CutCharge,
        DutyBase,
        AssessmentRule,
    ),
    writes=PricedCharge,
)
