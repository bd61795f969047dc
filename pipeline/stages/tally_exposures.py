"""Count per person the sides that outages reach, and the lines used; the control totals compare them with exposures."""

from pipeline.stage import SqlStage
from schemas import (
    Attempt,
    Duty,
    DutySide,
    Exposure,
    ExposureTotal,
    Network,
    Outage,
    PolicyPeriod,
    UsedNetwork,
)

STAGE = SqlStage(
    __name__,
    reads=(Attempt, Duty, DutySide, Exposure, Network, Outage, PolicyPeriod, UsedNetwork),
    writes=ExposureTotal,
)
