"""Find punches that were stored in the wrong direction; the stored direction itself is never edited."""

from pipeline.stage import SqlStage
from schemas import AttemptGroup, DutySide, Flip, OffSide, Punch, PunchPlacement

STAGE = SqlStage(__name__, reads=(AttemptGroup, DutySide, OffSide, Punch, PunchPlacement), writes=Flip)
