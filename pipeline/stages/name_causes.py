"""Name what happened to each late, early or missing side, and the own act that shows it."""

from pipeline.stage import SqlStage
from schemas import (
    AttemptGroup,
    Coverage,
    DutySide,
    Exposure,
    Flip,
    Outage,
    PolicyPeriod,
    Presence,
    SideCause,
)

STAGE = SqlStage(
    __name__,
    reads=(AttemptGroup, Coverage, DutySide, Exposure, Flip, Outage, PolicyPeriod, Presence),
    writes=SideCause,
)
