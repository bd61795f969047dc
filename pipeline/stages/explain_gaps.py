"""Grade each named cause, state the time that would have been recorded, and bind it all in one hash."""

from pipeline.stage import SqlStage
from schemas import ActionRule, Duty, Exposure, Finding, Outage, PolicyPeriod, Presence, SideCause

STAGE = SqlStage(
    __name__,
    reads=(ActionRule, Duty, Exposure, Outage, PolicyPeriod, Presence, SideCause),
    writes=Finding,
)
