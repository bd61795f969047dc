"""Charge each side in a band: what it costs after merging within the day and counting in the month."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, Band, DutyBase, SideBand, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        SideBand,
        DutyBase,
        AssessmentRule,
        Band,
    ),
    writes=SideCharge,
)
