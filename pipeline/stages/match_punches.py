"""Match each duty's two sides with the punch that counts: on time, late, early, missing, excused, provisional."""

from pipeline.stage import SqlStage
from schemas import AwaitedMachine, DutySide, ExpectedSide, PunchPlacement

STAGE = SqlStage(__name__, reads=(AwaitedMachine, ExpectedSide, PunchPlacement), writes=DutySide)
