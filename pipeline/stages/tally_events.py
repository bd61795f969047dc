"""Count per person and OPD what costs something, and what was charged; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import (
    Absence,
    Candidate,
    CutCharge,
    Duty,
    EventTotal,
    LeaveCharge,
    LeaveRule,
    ScenarioSide,
    SideCharge,
)

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        Candidate,
        ScenarioSide,
        SideCharge,
        LeaveRule,
        LeaveCharge,
        Absence,
        CutCharge,
    ),
    writes=EventTotal,
)
