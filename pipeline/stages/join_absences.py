"""Join days of unlawful absence that follow on each other, with those at the end of the month before."""

from pipeline.stage import SqlStage
from schemas import AbsenceRun, DutyBase, EarlierAbsence, EarlierMonth, PricedCharge

STAGE = SqlStage(
    __name__,
    reads=(
        PricedCharge,
        DutyBase,
        EarlierAbsence,
        EarlierMonth,
    ),
    writes=AbsenceRun,
)
