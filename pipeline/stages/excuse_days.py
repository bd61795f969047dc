"""Find the absence that excuses each day of employment, if any."""

from pipeline.stage import SqlStage
from schemas import Absence, EmployedDay, ExcusedDay, LeaveRule

STAGE = SqlStage(__name__, reads=(Absence, EmployedDay, LeaveRule), writes=ExcusedDay)
