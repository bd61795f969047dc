"""Net what approved findings move against what earlier batches already paid."""

from pipeline.stage import SqlStage
from schemas import (
    Adjustment,
    ClosedHold,
    ClosedMonth,
    DeductionCheck,
    IssuedAdjustment,
    PersonMonth,
    Setting,
)

STAGE = SqlStage(
    __name__,
    reads=(
        ClosedHold,
        ClosedMonth,
        DeductionCheck,
        IssuedAdjustment,
        PersonMonth,
        Setting,
    ),
    writes=Adjustment,
)
