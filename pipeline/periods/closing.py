"""Closing a period for payroll: one line in the ledger, bound to the revision that payroll saw last."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.engine.locks import workspace_lock
from pipeline.errors import SettingsError
from pipeline.publishing.ledger import BATCH, LOCK, REVISION, open_ledger
from schemas.codes import PERIOD


def close_period(workspace: Path, period: str) -> bool:
    """Append the line; False where the period is closed already. Raises SettingsError where nothing was published."""
    if not re.fullmatch(PERIOD, period):
        raise SettingsError(f"`{period}` bukan bulan; tulis seperti 2026-01.")
    with workspace_lock(workspace):
        ledger = open_ledger(workspace)
        if ledger.of(LOCK, period):
            return False
        revisions = ledger.of(REVISION, period)
        if not revisions:
            raise SettingsError(f"belum ada yang terbit untuk {period}; tidak ada yang dapat dikunci.")
        batches = ledger.of(BATCH, period)
        ledger.append(
            kind=LOCK,
            period=period,
            path=revisions[-1].path,
            identity=revisions[-1].identity,
            manifest_sha256=revisions[-1].manifest_sha256,
            totals={
                "batches": len(batches),
                "adjustment_idr": sum(e.totals["adjustment_idr"] for e in batches),
            },
        )
    return True
