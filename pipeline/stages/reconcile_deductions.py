"""Hold the recomputed deduction against what payroll says it really deducted."""

from pipeline.stage import SqlStage
from schemas import Deduction, DeductionCheck, PersonMonth, Setting

STAGE = SqlStage(
    __name__,
    reads=(
        Deduction,
        PersonMonth,
        Setting,
    ),
    writes=DeductionCheck,
)
