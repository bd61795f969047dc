"""Charge the days of leave that cost: a rate for the day or the month, or the day's part of the base.

Known caveat: an absence is one row of the input; two rows one after another count their days anew.
"""

from pipeline.stage import SqlStage
from schemas import Duty, DutyBase, LeaveCharge, LeaveRule, ScenarioSide

STAGE = SqlStage(__name__, reads=(ScenarioSide, Duty, DutyBase, LeaveRule), writes=LeaveCharge)
