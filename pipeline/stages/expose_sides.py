"""Find the outages of a person's scope that touch a late, early or missing side."""

from pipeline.stage import SqlStage
from schemas import Attempt, Coverage, DutySide, Exposure, Network, Outage, PolicyPeriod

STAGE = SqlStage(
    __name__,
    reads=(
        Attempt,
        Coverage,
        DutySide,
        Network,
        Outage,
        PolicyPeriod,
    ),
    writes=Exposure,
)
