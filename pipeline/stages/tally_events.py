"""Count per person and OPD the days that cost something, and those that were charged; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Duty, EventTotal, ScenarioSide, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        ScenarioSide,
        SideCharge,
    ),
    writes=EventTotal,
)
