"""Read back what earlier payroll batches issued, and closed months whose corrections ship with this one.

Both come from the ledger and the publications themselves. Runs before anything else is computed, so a workspace that
cannot be written or whose ledger does not verify stops the run at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import SettingsError
from pipeline.ledger import read_ledger
from pipeline.payroll import closed_months, issued_adjustments
from pipeline.platform import check_writable
from pipeline.stage import Desk, Stage
from pipeline.warehouse import arrow_schema
from schemas import ClosedHold, ClosedMonth, IssuedAdjustment

if TYPE_CHECKING:
    from pipeline.stage import Contract


def recall(desk: Desk) -> None:
    """Write the adjustments issued for the run's period and for closed periods before it, and those periods' months."""
    check_writable(desk.workspace / "terbit")
    if desk.settings.period in read_ledger(desk.workspace).purged:
        raise SettingsError(
            f"data {desk.settings.period} sudah dimusnahkan (`rekon purge`); bulan itu tidak dapat dihitung atau dibayar lagi."
        )
    closed = closed_months(desk.workspace, desk.settings.period)
    periods = {desk.settings.period, *closed.periods}
    desk.write(ClosedMonth, _table(ClosedMonth, closed.months))
    desk.write(ClosedHold, _table(ClosedHold, closed.holds))
    desk.write(IssuedAdjustment, _table(IssuedAdjustment, issued_adjustments(desk.workspace, periods)))


def _table(contract: Contract, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(contract))


STAGE = Stage(__name__, reads=(), writes=(ClosedMonth, ClosedHold, IssuedAdjustment), work=recall)
