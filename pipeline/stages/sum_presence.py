"""Sum up what the witnesses of a side say."""

from pipeline.stage import SqlStage
from schemas import OffSide, Presence, SidePresence

STAGE = SqlStage(__name__, reads=(OffSide, Presence), writes=SidePresence)
