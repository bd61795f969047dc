"""Collect what else says that the person was there, or was not."""

from pipeline.stage import SqlStage
from schemas import DutySide, OffSide, Presence, Punch, PunchDoubt, StatementCheck

STAGE = SqlStage(__name__, reads=(DutySide, OffSide, Punch, PunchDoubt, StatementCheck), writes=Presence)
