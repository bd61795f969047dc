"""Count per person the outages that touch sides that are off, and the exposures; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Attempt, Duty, DutySide, Exposure, ExposureTotal, Network, Outage, PolicyPeriod

STAGE = SqlStage(
    __name__,
    reads=(Duty, DutySide, PolicyPeriod, Outage, Attempt, Network, Exposure),
    writes=ExposureTotal,
)
