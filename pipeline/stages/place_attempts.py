"""Place each logged request at the duty side that it was made for, and look for the punch of an accepted one."""

from pipeline.stage import SqlStage
from schemas import Attempt, AttemptPlacement, ExpectedSide, PolicyPeriod, Punch

STAGE = SqlStage(__name__, reads=(Attempt, ExpectedSide, PolicyPeriod, Punch), writes=AttemptPlacement)
