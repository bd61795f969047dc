"""Count each person's days of unlawful absence and place them on the ladder of PP 94/2021 article 11.

Known caveat: the ladder is for a year, the count is of this month alone; a run does not hold earlier months.
"""

from pipeline.stage import SqlStage
from schemas import AbsenceCount, DutyBase, PricedCharge

STAGE = SqlStage(__name__, reads=(PricedCharge, DutyBase), writes=AbsenceCount)
