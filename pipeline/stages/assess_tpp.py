"""Assess the month of every scenario in whole rupiah: its charges, the monthly cap, and the attendance floor."""

from pipeline.stage import SqlStage
from schemas import Assessment, AssessmentRule, AttendanceFloor, Duty, DutyBase, PricedCharge

STAGE = SqlStage(
    __name__, reads=(PricedCharge, Duty, DutyBase, AssessmentRule, AttendanceFloor), writes=Assessment
)
