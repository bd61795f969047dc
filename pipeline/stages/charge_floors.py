"""Charge months in which too few days were attended."""

from pipeline.stage import SqlStage
from schemas import AttendanceFloor, CappedMonth, Duty, FloorCharge, MonthLimit

STAGE = SqlStage(
    __name__,
    reads=(
        CappedMonth,
        MonthLimit,
        Duty,
        AttendanceFloor,
    ),
    writes=FloorCharge,
)
