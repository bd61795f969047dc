"""Net what approved findings move against what earlier batches already paid."""

from pipeline.stage import SqlStage
from schemas import Adjustment, IssuedAdjustment, PersonMonth, Setting

STAGE = SqlStage(
    __name__,
    reads=(
        IssuedAdjustment,
        PersonMonth,
        Setting,
    ),
    writes=Adjustment,
)
