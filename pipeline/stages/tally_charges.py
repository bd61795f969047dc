"""Count per person and OPD what duties, charges and assessments hand on to each other; the control totals compare it."""

from pipeline.stage import SqlStage
from schemas import (
    Assessment,
    AssessmentRule,
    ChargeTotal,
    CutCharge,
    Duty,
    DutyBase,
    LeaveCharge,
    PricedCharge,
    SideCharge,
)

STAGE = SqlStage(
    __name__,
    reads=(Duty, AssessmentRule, DutyBase, SideCharge, LeaveCharge, CutCharge, PricedCharge, Assessment),
    writes=ChargeTotal,
)
