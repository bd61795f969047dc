"""Count per person and OPD the leave that costs something, and what was charged; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Candidate, Duty, LeaveCharge, LeaveDay, LeaveRule, LeaveTotal

STAGE = SqlStage(__name__, reads=(Duty, Candidate, LeaveRule, LeaveDay, LeaveCharge), writes=LeaveTotal)
