"""Count per vantage the log lines, and what was made of them; the control totals compare them."""

from pipeline.stage import SqlStage
from schemas import Attempt, Coverage, Duty, LogCount, RequestMinute, RequestTotal, SourceFile, StorageMinute

STAGE = SqlStage(
    __name__,
    reads=(SourceFile, LogCount, RequestMinute, Attempt, Coverage, Duty, StorageMinute),
    writes=RequestTotal,
)
