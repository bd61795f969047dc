"""Count per employee the punches and requests that stages hand on to each other; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import ActTotal, Attempt, AttemptGroup, DutySide, Employee, Punch, PunchPlacement

STAGE = SqlStage(
    __name__, reads=(Employee, Punch, PunchPlacement, DutySide, Attempt, AttemptGroup), writes=ActTotal
)
