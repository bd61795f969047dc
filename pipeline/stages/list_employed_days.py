"""List the days on which each person is employed, with OPD, duty group and variant."""

from pipeline.stage import SqlStage
from schemas import Calendar, EmployedDay, Employee, PolicyScope, Setting

STAGE = SqlStage(__name__, reads=(Calendar, Employee, PolicyScope, Setting), writes=EmployedDay)
