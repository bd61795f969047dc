"""What earlier publications of a workspace say of the months before: issued lines, closed months, days of absence.

Read back from the ledger and the publications themselves, before anything else is computed: a workspace that cannot be
written or whose ledger does not verify stops the run at once.

A year's days of absence are those of its months; a run of days in January may have begun in the December before. A month
of the year that the workspace never published, published without the count, or purged, is unknown: the year's days are
then the least that there may be.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.engine.locks import published_root
from pipeline.engine.platform import check_writable
from pipeline.engine.rows import Row
from pipeline.engine.warehouse import arrow_schema
from pipeline.errors import SettingsError
from pipeline.payroll.batches import closed_months, issued_adjustments
from pipeline.publishing.ledger import REVISION, Ledger, read_ledger
from pipeline.publishing.published import has_table, read_rows, verified_folder
from schemas import AbsenceCount, ClosedHold, ClosedMonth, EarlierAbsence, EarlierMonth, IssuedAdjustment

if TYPE_CHECKING:
    from pipeline.engine.stage import Contract
    from pipeline.engine.warehouse import Warehouse

COUNTED = ("scenario_code", "nip", "absent_days", "open_run_days")


def write_history(warehouse: Warehouse, workspace: Path, period: str) -> None:
    """Write the tables of the months before `period`.

    Raises SettingsError where the period was purged, VerificationError where a publication is not as it was,
    ResourceError where the workspace cannot be written.
    """
    check_writable(published_root(workspace))
    for contract, rows in read_history(workspace, period).items():
        warehouse.write(contract, pa.Table.from_pylist(rows, schema=arrow_schema(contract)))


def read_history(workspace: Path, period: str) -> dict[Contract, list[Row]]:
    """Rows of every table about the months before `period`; raises SettingsError and VerificationError."""
    ledger = read_ledger(workspace)
    if period in ledger.purged:
        raise SettingsError(
            f"data {period} sudah dimusnahkan (`rekon purge`); bulan itu tidak dapat dihitung atau dibayar lagi."
        )
    closed = closed_months(workspace, period)
    months, days = earlier_absences(workspace, ledger, period)
    return {
        ClosedMonth: closed.months,
        ClosedHold: closed.holds,
        IssuedAdjustment: issued_adjustments(workspace, {period, *closed.periods}),
        EarlierMonth: months,
        EarlierAbsence: days,
    }


def earlier_absences(workspace: Path, ledger: Ledger, period: str) -> tuple[list[Row], list[Row]]:
    """Rows of EarlierMonth and EarlierAbsence for the months of the year before `period`, or the December before it.

    Raises VerificationError where a newest revision is not as published.
    """
    months, days = [], []
    year = period[:4]
    of_year = [f"{year}-{number:02d}" for number in range(1, int(period[5:7]))]
    for month in of_year or [f"{int(year) - 1:04d}-12"]:
        counts = None
        revisions = ledger.of(REVISION, month)
        if revisions and month not in ledger.purged:
            verified_folder(workspace, revisions[-1])
            if has_table(workspace, revisions[-1], AbsenceCount.table_name(), COUNTED):
                counts = read_rows(workspace, revisions[-1], AbsenceCount.table_name(), COUNTED)
        months.append({"period": month, "is_known": counts is not None, "is_of_year": month in of_year})
        days += [{"period": month, **row} for row in counts or () if row["absent_days"]]
    return months, days
