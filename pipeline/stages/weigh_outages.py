"""Weigh whether the outage that touches a side could explain it without an own request."""

from pipeline.stage import SqlStage
from schemas import Exposure, OffSide, Outage, PolicyPeriod, Presence, SideOutage, SidePresence

STAGE = SqlStage(
    __name__,
    reads=(Exposure, OffSide, Outage, PolicyPeriod, Presence, SidePresence),
    writes=SideOutage,
)
