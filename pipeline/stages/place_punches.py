"""Place each punch at the duty side that it was made for, and say which punch of a side counts."""

from pipeline.stage import SqlStage
from schemas import ExpectedSide, PolicyPeriod, Punch, PunchPlacement

STAGE = SqlStage(__name__, reads=(ExpectedSide, PolicyPeriod, Punch), writes=PunchPlacement)
