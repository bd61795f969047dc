"""Observe where each machine stands and how it reads."""

from pipeline.stage import SqlStage
from schemas import Duty, Machine, PolicyPeriod, Punch, PunchPlacement

STAGE = SqlStage(__name__, reads=(Duty, PolicyPeriod, Punch, PunchPlacement), writes=Machine)
