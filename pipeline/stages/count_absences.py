"""Count each person's days of unlawful absence and place the year's on the ladder of PP 94/2021 article 11.

The days add up by calendar year; ten in a row are ten in a row, also across New Year.
"""

from pipeline.stage import SqlStage
from schemas import AbsenceCount, DutyBase, EarlierAbsence, EarlierMonth, PricedCharge

STAGE = SqlStage(__name__, reads=(PricedCharge, DutyBase, EarlierAbsence, EarlierMonth), writes=AbsenceCount)
