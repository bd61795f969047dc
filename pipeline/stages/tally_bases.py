"""Count per person and OPD the duties whose base and limits come from a TPP; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, BaseTotal, Duty, DutyBase, MonthLimit

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        AssessmentRule,
        DutyBase,
        MonthLimit,
    ),
    writes=BaseTotal,
)
