"""Count per person and OPD the lines of the assessment that show their base; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import Assessment, AssessmentTotal, Duty, DutyBase

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        DutyBase,
        Assessment,
    ),
    writes=AssessmentTotal,
)
