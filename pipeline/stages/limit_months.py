"""Limit each person's month at each OPD: its cap, and its part of the TPP."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, DutyBase, MonthLimit

STAGE = SqlStage(
    __name__,
    reads=(
        DutyBase,
        AssessmentRule,
    ),
    writes=MonthLimit,
)
