"""Count per file what was read, accepted and quarantined; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import (
    Absence,
    AcceptedCount,
    Decision,
    Deduction,
    Employee,
    FileTotal,
    Incident,
    LogCount,
    Network,
    Probe,
    Punch,
    Quarantine,
    RecordCount,
    Roster,
    SourceFile,
    Statement,
    Unit,
)

STAGE = SqlStage(
    __name__,
    reads=(
        SourceFile,
        RecordCount,
        AcceptedCount,
        LogCount,
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
        Quarantine,
    ),
    writes=FileTotal,
)
