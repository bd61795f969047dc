"""Rank the outages that touch a side by how much of it they explain."""

from pipeline.stage import SqlStage
from schemas import Coverage, Exposure, OffSide, Outage, OutageTouch

STAGE = SqlStage(__name__, reads=(Coverage, OffSide, Outage, OutageTouch), writes=Exposure)
