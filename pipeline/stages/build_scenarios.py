"""Lay out what each side would say in each scenario, and after each finding in turn."""

from pipeline.stage import SqlStage
from schemas import Candidate, DutySide, ExpectedSide, ScenarioSide

STAGE = SqlStage(__name__, reads=(Candidate, DutySide, ExpectedSide), writes=ScenarioSide)
