"""Measure how far each log's clock is from the export's, from requests that were answered and stored."""

from pipeline.stage import SqlStage
from schemas import Attempt, ClockLag, Punch

STAGE = SqlStage(__name__, reads=(Attempt, Punch), writes=ClockLag)
