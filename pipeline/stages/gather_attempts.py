"""Tie each logged request to a duty side and group retries into sessions."""

from pipeline.stage import SqlStage
from schemas import Attempt, AttemptGroup, ExpectedSide, PolicyPeriod, Punch

STAGE = SqlStage(
    __name__,
    reads=(
        Attempt,
        ExpectedSide,
        PolicyPeriod,
        Punch,
    ),
    writes=AttemptGroup,
)
