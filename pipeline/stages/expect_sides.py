"""Expect the sides of each duty, with the window in which a record counts for them."""

from pipeline.stage import SqlStage
from schemas import Duty, ExpectedSide

STAGE = SqlStage(__name__, reads=(Duty,), writes=ExpectedSide)
