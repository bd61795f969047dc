"""List the sides that are late, early or missing, with the span in which an outage touches them."""

from pipeline.stage import SqlStage
from schemas import DutySide, OffSide, PolicyPeriod

STAGE = SqlStage(__name__, reads=(DutySide, PolicyPeriod), writes=OffSide)
