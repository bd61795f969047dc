"""Trace each finding to the input lines that speak for and against it."""

from pipeline.stage import SqlStage
from schemas import (
    Attempt,
    AttemptGroup,
    DutySide,
    EvidenceEdge,
    Finding,
    Presence,
    Punch,
    SourceFile,
    Statement,
)

STAGE = SqlStage(
    __name__,
    reads=(
        Attempt,
        AttemptGroup,
        DutySide,
        Finding,
        Presence,
        Punch,
        SourceFile,
        Statement,
    ),
    writes=EvidenceEdge,
)
