"""Count per file what was read, accepted and quarantined; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import AcceptedCount, FileTotal, LogCount, Quarantine, RecordCount, SourceFile, StoredRecord

STAGE = SqlStage(
    __name__,
    reads=(
        SourceFile,
        RecordCount,
        AcceptedCount,
        LogCount,
        StoredRecord,
        Quarantine,
    ),
    writes=FileTotal,
)
