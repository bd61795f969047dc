"""Assess the month of every scenario in whole rupiah: its charges, daily and monthly caps, and the attendance floor."""

from pipeline.stage import SqlStage
from schemas import Assessment, CappedMonth, DayCap, FloorCharge, MonthLimit, PricedCharge

STAGE = SqlStage(
    __name__,
    reads=(
        PricedCharge,
        DayCap,
        CappedMonth,
        MonthLimit,
        FloorCharge,
    ),
    writes=Assessment,
)
