"""Count per employee the punches and requests that stages hand on to each other; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import ActTotal, Attempt, AttemptGroup, DutySide, Employee, Machine, Punch, PunchPlacement

STAGE = SqlStage(
    __name__,
    reads=(Attempt, AttemptGroup, DutySide, Employee, Machine, Punch, PunchPlacement),
    writes=ActTotal,
)
