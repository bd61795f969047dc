"""State what each finding moves, and how far it has been decided."""

from pipeline.stage import SqlStage
from schemas import Assessment, Candidate, DecisionCheck, Finding, Recommendation

STAGE = SqlStage(__name__, reads=(Assessment, Candidate, DecisionCheck, Finding), writes=Recommendation)
