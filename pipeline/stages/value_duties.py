"""Value each duty day: what a rate applies to, and over how many days the policy spreads it."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, Duty, DutyBase, LeaveDay

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        AssessmentRule,
        LeaveDay,
    ),
    writes=DutyBase,
)
