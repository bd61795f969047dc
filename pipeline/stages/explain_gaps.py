"""Explain each late, early or missing side: which outage, which attempt, which proof."""

from pipeline.stage import SqlStage
from schemas import (
    ActionRule,
    AttemptGroup,
    Coverage,
    DutySide,
    Exposure,
    Finding,
    Outage,
    PolicyPeriod,
    Presence,
)

STAGE = SqlStage(
    __name__,
    reads=(
        ActionRule,
        AttemptGroup,
        Coverage,
        DutySide,
        Exposure,
        Outage,
        PolicyPeriod,
        Presence,
    ),
    writes=Finding,
)
