"""Count per person and OPD the duties whose base comes from a TPP; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, BaseTotal, Duty, DutyBase

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        AssessmentRule,
        DutyBase,
    ),
    writes=BaseTotal,
)
