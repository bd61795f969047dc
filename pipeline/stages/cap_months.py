"""Cap each month: what its charges come to, and what stays of them."""

from pipeline.stage import SqlStage
from schemas import CappedMonth, DayCap, MonthLimit, PricedCharge

STAGE = SqlStage(
    __name__,
    reads=(
        PricedCharge,
        DayCap,
        MonthLimit,
    ),
    writes=CappedMonth,
)
