"""Rank the lines over which a person sends requests by the days on which they are used."""

from pipeline.stage import SqlStage
from schemas import Attempt, UsedNetwork

STAGE = SqlStage(__name__, reads=(Attempt,), writes=UsedNetwork)
