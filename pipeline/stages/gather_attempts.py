"""Tie each logged request to a duty side and group retries into sessions."""

from pipeline.stage import SqlStage
from schemas import Attempt, AttemptGroup, DutySide, PolicyPeriod, Punch

STAGE = SqlStage(
    __name__,
    reads=(
        Attempt,
        DutySide,
        PolicyPeriod,
        Punch,
    ),
    writes=AttemptGroup,
)
