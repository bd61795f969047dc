"""Apply the policy to each day of absence: what the day of that leave means."""

from pipeline.stage import SqlStage
from schemas import Duty, LeaveDay, LeaveRule

STAGE = SqlStage(
    __name__,
    reads=(
        Duty,
        LeaveRule,
    ),
    writes=LeaveDay,
)
