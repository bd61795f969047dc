"""Count, per minute and group, the people whose request was accepted and those whose punch was stored."""

from pipeline.stage import SqlStage
from schemas import Attempt, Duty, Punch, StorageMinute

STAGE = SqlStage(__name__, reads=(Attempt, Punch, Duty), writes=StorageMinute)
