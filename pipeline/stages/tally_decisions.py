"""Count per person the findings and decisions, and the recommendations that they end in; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Candidate, DecisionCheck, DecisionTotal, Finding, Recommendation

STAGE = SqlStage(__name__, reads=(Finding, DecisionCheck, Candidate, Recommendation), writes=DecisionTotal)
