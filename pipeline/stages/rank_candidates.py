"""Rank the findings that could move money, in the order in which they are applied."""

from pipeline.stage import SqlStage
from schemas import Candidate, DecisionCheck, Finding

STAGE = SqlStage(__name__, reads=(DecisionCheck, Finding), writes=Candidate)
