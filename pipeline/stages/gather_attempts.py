"""Group the requests of a side into sessions of retries."""

from pipeline.stage import SqlStage
from schemas import Attempt, AttemptGroup, AttemptPlacement, PolicyPeriod

STAGE = SqlStage(__name__, reads=(Attempt, AttemptPlacement, PolicyPeriod), writes=AttemptGroup)
