"""Collect what else says that the person was there, or was not."""

from pipeline.stage import SqlStage
from schemas import Calendar, DutySide, Incident, PolicyPeriod, Presence, Punch, PunchDoubt, Statement

STAGE = SqlStage(
    __name__,
    reads=(Calendar, DutySide, Incident, PolicyPeriod, Punch, PunchDoubt, Statement),
    writes=Presence,
)
