"""State the time that would have been recorded."""

from pipeline.stage import SqlStage
from schemas import Duty, PolicyPeriod, SideCause, SideGrade, SidePresence, SideRestoration

STAGE = SqlStage(
    __name__,
    reads=(Duty, PolicyPeriod, SideCause, SideGrade, SidePresence),
    writes=SideRestoration,
)
