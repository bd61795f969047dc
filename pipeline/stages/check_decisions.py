"""Decide which decisions count: bound to the facts, and by someone entitled."""

from pipeline.stage import SqlStage
from schemas import Decision, DecisionCheck, Duty, Finding, Incident

STAGE = SqlStage(
    __name__,
    reads=(
        Decision,
        Duty,
        Finding,
        Incident,
    ),
    writes=DecisionCheck,
)
