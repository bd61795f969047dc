"""Find punches that cannot have happened as recorded: they stay in the record and support nothing."""

from pipeline.stage import SqlStage
from schemas import Duty, Machine, PolicyPeriod, Punch, PunchDoubt, PunchPlacement

STAGE = SqlStage(__name__, reads=(Duty, Machine, PolicyPeriod, Punch, PunchPlacement), writes=PunchDoubt)
