"""Charge each late, early or missing side: its band, after merging within the day and counting in the month.

Known caveat: of a day's events, those that merging drops do not count towards escalation either.
"""

from pipeline.stage import SqlStage
from schemas import AssessmentRule, Band, DutyBase, ScenarioSide, SideCharge

STAGE = SqlStage(__name__, reads=(ScenarioSide, DutyBase, AssessmentRule, Band), writes=SideCharge)
