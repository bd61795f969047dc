"""Find the outages of a person's scope that touch a late, early or missing side."""

from pipeline.stage import SqlStage
from schemas import Attempt, Network, OffSide, Outage, OutageTouch, UsedNetwork

STAGE = SqlStage(__name__, reads=(Attempt, Network, OffSide, Outage, UsedNetwork), writes=OutageTouch)
