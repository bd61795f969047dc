"""Assess the deduction of every event of every scenario under the policy of its day, in whole rupiah."""

from pipeline.stage import SqlStage
from schemas import Assessment, Band, Duty, LeaveRule, PolicyPeriod, ScenarioSide

STAGE = SqlStage(__name__, reads=(ScenarioSide, Duty, Band, PolicyPeriod, LeaveRule), writes=Assessment)
