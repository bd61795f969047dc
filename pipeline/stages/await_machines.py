"""Find who waits for a machine that sent nothing any more while others did."""

from pipeline.stage import SqlStage
from schemas import AwaitedMachine, Duty, Punch, SourceFile

STAGE = SqlStage(__name__, reads=(Duty, Punch, SourceFile), writes=AwaitedMachine)
