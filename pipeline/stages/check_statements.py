"""Check who signed each statement about a side, and when."""

from pipeline.stage import SqlStage
from schemas import Calendar, Incident, OffSide, PolicyPeriod, Statement, StatementCheck

STAGE = SqlStage(
    __name__,
    reads=(Calendar, Incident, OffSide, PolicyPeriod, Statement),
    writes=StatementCheck,
)
