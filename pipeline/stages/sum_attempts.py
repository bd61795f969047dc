"""Sum up the own requests of a side: failed, answered, stored."""

from pipeline.stage import SqlStage
from schemas import AttemptGroup, OffSide, SideAttempt, SideOutage

STAGE = SqlStage(__name__, reads=(AttemptGroup, OffSide, SideOutage), writes=SideAttempt)
