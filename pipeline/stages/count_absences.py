"""Count each person's days of unlawful absence and place the year's on the ladder of PP 94/2021 article 11."""

from pipeline.stage import SqlStage
from schemas import AbsenceCount, AbsenceRun, EarlierAbsence, EarlierMonth

STAGE = SqlStage(
    __name__,
    reads=(
        AbsenceRun,
        EarlierAbsence,
        EarlierMonth,
    ),
    writes=AbsenceCount,
)
