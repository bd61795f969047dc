"""Decide what the policy does with each cause and grade, and bind it all in one hash."""

from pipeline.stage import SqlStage
from schemas import ActionRule, Finding, PolicyPeriod, SideCause, SideGrade, SidePresence, SideRestoration

STAGE = SqlStage(
    __name__,
    reads=(ActionRule, PolicyPeriod, SideCause, SideGrade, SidePresence, SideRestoration),
    writes=Finding,
)
