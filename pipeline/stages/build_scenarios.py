"""Lay out what each side would say in each scenario, and after each finding in turn."""

from pipeline.stage import SqlStage
from schemas import DecisionCheck, DutySide, Finding, ScenarioSide

STAGE = SqlStage(
    __name__,
    reads=(
        DecisionCheck,
        DutySide,
        Finding,
    ),
    writes=ScenarioSide,
)
