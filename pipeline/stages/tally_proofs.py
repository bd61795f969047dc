"""Count per person the witnesses and input lines that bear on sides that are off; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import (
    Attempt,
    Duty,
    DutySide,
    EvidenceEdge,
    Finding,
    Flip,
    Presence,
    ProofTotal,
    Punch,
    Statement,
)

STAGE = SqlStage(
    __name__,
    reads=(Duty, DutySide, Statement, Punch, Attempt, Flip, Presence, EvidenceEdge, Finding),
    writes=ProofTotal,
)
