"""Lay out what each side would say in each scenario, and after each finding in turn."""

from pipeline.stage import SqlStage
from schemas import Candidate, Duty, DutySide, ScenarioSide

STAGE = SqlStage(__name__, reads=(Candidate, Duty, DutySide), writes=ScenarioSide)
