"""Find the sides whose span the logs cover."""

from pipeline.stage import SqlStage
from schemas import Coverage, OffSide, Outage, SideWatch

STAGE = SqlStage(__name__, reads=(Coverage, OffSide, Outage), writes=SideWatch)
