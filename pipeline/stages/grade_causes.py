"""Grade the evidence for each named cause."""

from pipeline.stage import SqlStage
from schemas import Exposure, OffSide, Outage, SideCause, SideGrade, SidePresence

STAGE = SqlStage(__name__, reads=(Exposure, OffSide, Outage, SideCause, SidePresence), writes=SideGrade)
