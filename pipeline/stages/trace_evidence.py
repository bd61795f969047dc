"""Trace each finding to the input lines that speak for and against it."""

from pipeline.stage import SqlStage
from schemas import (
    Attempt,
    EvidenceEdge,
    Finding,
    Flip,
    OffSide,
    PolicyPeriod,
    Presence,
    Punch,
    SourceFile,
    Statement,
)

STAGE = SqlStage(
    __name__,
    reads=(Attempt, Finding, Flip, OffSide, PolicyPeriod, Presence, Punch, SourceFile, Statement),
    writes=EvidenceEdge,
)
