"""Add up each person's month per OPD and scenario."""

from pipeline.stage import SqlStage
from schemas import Assessment, Duty, PersonMonth

STAGE = SqlStage(__name__, reads=(Assessment, Duty), writes=PersonMonth)
