"""Bound the time up to which punch sources hold everything of a person."""

from pipeline.stage import SqlStage
from schemas import EmployedDay, PersonCoverage, Punch, PunchCoverage, Setting, SourceFile

STAGE = SqlStage(
    __name__,
    reads=(EmployedDay, Punch, PunchCoverage, Setting, SourceFile),
    writes=PersonCoverage,
)
