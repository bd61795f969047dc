"""Place each late, early or missing side in its band of the policy."""

from pipeline.stage import SqlStage
from schemas import Band, DutyBase, ScenarioSide, SideBand

STAGE = SqlStage(
    __name__,
    reads=(
        ScenarioSide,
        DutyBase,
        Band,
    ),
    writes=SideBand,
)
