"""Count per person and OPD the months that stay within their limits; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import Assessment, AttendanceFloor, CappedMonth, Duty, MonthLimit, MonthTotal, SideCharge

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        SideCharge,
        CappedMonth,
        MonthLimit,
        AttendanceFloor,
        Assessment,
    ),
    writes=MonthTotal,
)
