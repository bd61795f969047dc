"""State what each finding moves, and how far it has been decided."""

from pipeline.stage import SqlStage
from schemas import Assessment, DecisionCheck, Finding, Recommendation

STAGE = SqlStage(
    __name__,
    reads=(
        Assessment,
        DecisionCheck,
        Finding,
    ),
    writes=Recommendation,
)
