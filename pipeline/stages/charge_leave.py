"""Charge the days of leave that cost: a rate for the day or the month, or the day's part of the base."""

from pipeline.stage import SqlStage
from schemas import DutyBase, LeaveCharge, LeaveDay, ScenarioSide

STAGE = SqlStage(
    __name__,
    reads=(
        ScenarioSide,
        DutyBase,
        LeaveDay,
    ),
    writes=LeaveCharge,
)
