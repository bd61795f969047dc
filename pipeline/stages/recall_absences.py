"""Read back from earlier publications how many days each person was absent before this month.

A year's days are those of its months; a run of days in January may have begun in the December before.

A month of the year that the workspace never published, published without the count, or purged, is unknown: the year's
days are then the least that there may be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ledger import REVISION, read_ledger
from pipeline.manifest import verify_folder
from pipeline.stage import Desk, Stage
from pipeline.warehouse import arrow_schema
from schemas import AbsenceCount, EarlierAbsence, EarlierMonth

COUNTED = ("scenario_code", "nip", "absent_days", "open_run_days")


def earlier_absences(workspace: Path, period: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of EarlierMonth and EarlierAbsence for the months of the year before `period`, or the December before it.

    Raises VerificationError where a newest revision is not as published.
    """
    ledger = read_ledger(workspace)
    months, days = [], []
    year = period[:4]
    of_year = [f"{year}-{number:02d}" for number in range(1, int(period[5:7]))]
    for month in of_year or [f"{int(year) - 1:04d}-12"]:
        counts = None
        revisions = ledger.of(REVISION, month)
        if revisions and month not in ledger.purged:
            folder = workspace / "terbit" / revisions[-1].path
            verify_folder(folder, revisions[-1].manifest_sha256, revisions[-1].path)
            file = folder / "bukti" / f"{AbsenceCount.table_name()}.parquet"
            if file.exists() and set(COUNTED) <= set(pq.read_schema(file).names):
                counts = pq.read_table(file, columns=list(COUNTED)).to_pylist()
        months.append({"period": month, "is_known": counts is not None, "is_of_year": month in of_year})
        days += [{"period": month, **row} for row in counts or () if row["absent_days"]]
    return months, days


def recall(desk: Desk) -> None:
    """Write what the workspace knows of the year's earlier months."""
    rows = earlier_absences(desk.workspace, desk.settings.period)
    for contract, listed in zip((EarlierMonth, EarlierAbsence), rows, strict=True):
        desk.write(contract, pa.Table.from_pylist(listed, schema=arrow_schema(contract)))


STAGE = Stage(__name__, reads=(), writes=(EarlierMonth, EarlierAbsence), work=recall)
