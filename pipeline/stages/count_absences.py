"""Count each person's days of unlawful absence and place the year's on the ladder of PP 94/2021 article 11.

Known caveat: a run of days that crosses from one month into the next is not seen as one.
"""

from pipeline.stage import SqlStage
from schemas import AbsenceCount, DutyBase, EarlierAbsence, EarlierMonth, PricedCharge

STAGE = SqlStage(__name__, reads=(PricedCharge, DutyBase, EarlierAbsence, EarlierMonth), writes=AbsenceCount)
