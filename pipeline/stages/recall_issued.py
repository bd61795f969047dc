"""Read back what earlier payroll batches issued for the period, from the ledger and the batches themselves.

Runs before anything else is computed, so a workspace that cannot be written or whose ledger does not verify
stops the run at once.
"""

from __future__ import annotations

import pyarrow as pa

from pipeline.payroll import issued_adjustments
from pipeline.platform import check_writable
from pipeline.stage import Desk, Stage
from schemas import IssuedAdjustment


def recall(desk: Desk) -> None:
    """Write one row per adjustment whose month of origin is the run's period."""
    check_writable(desk.workspace / "terbit")
    rows = issued_adjustments(desk.workspace, desk.settings.period)
    columns = {name: [row[name] for row in rows] for name in IssuedAdjustment.columns()}
    types = {"adjustment_idr": pa.int64()}
    desk.write(
        IssuedAdjustment,
        pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in columns.items()}),
    )


STAGE = Stage(__name__, reads=(), writes=(IssuedAdjustment,), work=recall)
