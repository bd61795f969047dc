"""Charge lump cuts: what a decision takes of the month's TPP, whatever the attendance."""

from pipeline.stage import SqlStage
from schemas import Absence, AssessmentRule, CutCharge, DutyBase, LeaveRule, ScenarioSide

STAGE = SqlStage(
    __name__, reads=(ScenarioSide, DutyBase, Absence, LeaveRule, AssessmentRule), writes=CutCharge
)
