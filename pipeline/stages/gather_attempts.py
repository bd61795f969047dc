"""Tie each logged request to a duty side and group retries into sessions."""

from pipeline.stage import SqlStage
from schemas import Attempt, AttemptGroup, ClockLag, DutySide, PolicyPeriod, Punch

STAGE = SqlStage(
    __name__,
    reads=(
        Attempt,
        ClockLag,
        DutySide,
        PolicyPeriod,
        Punch,
    ),
    writes=AttemptGroup,
)
