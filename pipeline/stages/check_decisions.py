"""Decide which decisions count: bound to the facts, and by someone entitled."""

from pipeline.stage import SqlStage
from schemas import Calendar, Decision, DecisionCheck, Duty, Finding, Incident, PolicyPeriod, Setting

STAGE = SqlStage(
    __name__,
    reads=(
        Calendar,
        Decision,
        Duty,
        Finding,
        Incident,
        PolicyPeriod,
        Setting,
    ),
    writes=DecisionCheck,
)
