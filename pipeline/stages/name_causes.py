"""Name what happened to each late, early or missing side, and the own request that shows it."""

from pipeline.stage import SqlStage
from schemas import Flip, OffSide, SideAttempt, SideCause, SideOutage, SideWatch

STAGE = SqlStage(__name__, reads=(Flip, OffSide, SideAttempt, SideOutage, SideWatch), writes=SideCause)
