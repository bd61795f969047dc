"""Find the outages of a person's scope that touch a late, early or missing side."""

from pipeline.stage import SqlStage
from schemas import Coverage, DutySide, Exposure, Outage, PolicyPeriod

STAGE = SqlStage(
    __name__,
    reads=(
        Coverage,
        DutySide,
        Outage,
        PolicyPeriod,
    ),
    writes=Exposure,
)
