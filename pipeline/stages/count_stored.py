"""Count per file the records and the money that the canonical tables hold."""

from pipeline.stage import SqlStage
from schemas import (
    Absence,
    Decision,
    Deduction,
    Employee,
    Incident,
    Network,
    Probe,
    Punch,
    Roster,
    Statement,
    StoredRecord,
    Unit,
)

STAGE = SqlStage(
    __name__,
    reads=(
        Employee,
        Unit,
        Network,
        Roster,
        Statement,
        Incident,
        Deduction,
        Decision,
        Probe,
        Punch,
        Absence,
    ),
    writes=StoredRecord,
)
