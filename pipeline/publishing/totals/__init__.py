"""Control totals: records, people and rupiah must tie at every level, or nothing is published.

A message names the total, the level and the difference; a person is counted, never named.
docs/decisions/0062-what-no-total-tells.md says what no total tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import TotalsError
from pipeline.publishing.totals import counts, money
from pipeline.publishing.totals.statement import stated, stated_money
from pipeline.publishing.totals.sums import Tables
from schemas import (
    Adjustment,
    Assessment,
    ClosedHold,
    ClosedMonth,
    Decision,
    DecisionCheck,
    Deduction,
    DeductionCheck,
    Duty,
    FileTotal,
    Finding,
    Incident,
    IssuedAdjustment,
    Outage,
    OutageEvidence,
    PersonMonth,
    Recommendation,
    RequestMinute,
    RestorationScreen,
    Sensitivity,
    SourceFile,
    Table,
)

READS: tuple[type[Table], ...] = (
    SourceFile,
    FileTotal,
    *(each.contract for each in counts.COUNTED),
    RequestMinute,
    Incident,
    Outage,
    OutageEvidence,
    Duty,
    Finding,
    Decision,
    DecisionCheck,
    Assessment,
    Recommendation,
    RestorationScreen,
    PersonMonth,
    Deduction,
    DeductionCheck,
    ClosedMonth,
    ClosedHold,
    IssuedAdjustment,
    Adjustment,
    Sensitivity,
)
"""Tables that `check_totals` needs."""


def check_totals(tables: Tables, period: str) -> dict[str, Any]:
    """Compare every total with its counterpart; returns the totals of the manifest.

    Raises TotalsError that lists each total that does not tie, with its level.
    """
    refuse(
        [
            *counts.records(tables),
            *counts.people(tables),
            *counts.counted(tables),
            *counts.partners(tables),
            *money.subtracted(tables),
            *money.assessed(tables),
            *money.adjusted(tables, period),
            *money.issued(tables),
            *money.held(tables, period),
            *money.recommended(tables),
            *money.sensitivities(tables),
        ]
    )
    return stated(tables)


def refuse(problems: list[str]) -> None:
    """Raise TotalsError with the problems, where there are any."""
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise TotalsError(f"Angka kendali tidak cocok; tidak ada yang diterbitkan:\n{listed}")


def published_problems(tables: Tables, manifest_totals: Mapping[str, Any]) -> list[str]:
    """What does not tie among a revision's published tables, or is not what its manifest states."""
    found = stated_money(tables)
    return [
        *money.assessed(tables),
        *money.recommended(tables),
        *(
            f"{name}: tabel {found[name]}, manifes {manifest_totals.get(name)}"
            for name in found
            if found[name] != manifest_totals.get(name)
        ),
    ]
