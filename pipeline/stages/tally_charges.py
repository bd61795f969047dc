"""Count per person and OPD what charges, prices and assessments hand on to each other; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import Assessment, ChargeTotal, CutCharge, DayCap, Duty, LeaveCharge, PricedCharge, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        SideCharge,
        LeaveCharge,
        CutCharge,
        PricedCharge,
        DayCap,
        Assessment,
    ),
    writes=ChargeTotal,
)
