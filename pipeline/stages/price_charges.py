"""Price each charge in whole rupiah, rounded where and how the policy says, and cap each day."""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, DutyBase, LeaveCharge, PricedCharge, SideCharge

STAGE = SqlStage(__name__, reads=(SideCharge, LeaveCharge, DutyBase, AssessmentRule), writes=PricedCharge)
