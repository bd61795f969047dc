"""The status of each published month: what is paid, what waits for whom since when, what blocks a batch; reads only.

Everything comes from the ledger, the newest revision of the month and the batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.engine.rows import Row
from pipeline.payroll.batches import is_locked, issued_adjustments
from pipeline.publishing.ledger import REVISION, Entry, Ledger
from pipeline.publishing.published import read_rows

CERTIFIER, STATEMENT, SUPERIOR, PAYROLL = "certifier", "statement", "superior", "payroll"


@dataclass(frozen=True)
class Waiting:
    """Findings of an OPD, or of payroll people, that one party must act on; `since` is the oldest one's first revision.

    Money is each finding's marginal effect, in rupiah; what waits for payroll is net of earlier batches.
    """

    party: str
    unit_id: str
    count: int
    adjustment_idr: int
    since: str


@dataclass(frozen=True)
class PeriodStatus:
    """One month. `held_count` people wait for their real deduction to be reconciled; `owing_idr` includes theirs."""

    period: str
    revision: str
    published_at: str
    is_locked: bool
    recorded_idr: int
    restored_idr: int
    issued_idr: int
    held_count: int
    waiting: tuple[Waiting, ...]

    @property
    def owing_idr(self) -> int:
        """Approved and not yet issued; negative is to be taken back."""
        return self.recorded_idr - self.restored_idr - self.issued_idr

    @property
    def blocks(self) -> tuple[str, ...]:
        """Why `rekon finalize` of this month would pay nothing, or not everything."""
        reasons = {
            "locked": self.is_locked,
            "deduction_differs": self.held_count > 0,
            "nothing_approved": self.recorded_idr == self.restored_idr and not self.issued_idr,
        }
        return tuple(code for code, is_so in reasons.items() if is_so)


def period_statuses(workspace: Path, ledger: Ledger) -> tuple[PeriodStatus, ...]:
    """Every published month, in order, but those of which a purge left nothing to say."""
    return tuple(
        period_status(workspace, ledger, period)
        for period in sorted({entry.period for entry in ledger.of(REVISION)} - ledger.purged)
    )


def period_status(workspace: Path, ledger: Ledger, period: str) -> PeriodStatus:
    """One published month."""
    revisions = ledger.of(REVISION, period)
    newest = revisions[-1]
    owed: dict[tuple[str, str], int] = {}
    for row in read_rows(
        workspace, newest, "person_month", ("nip", "unit_id", "recorded_idr", "restored_idr")
    ):
        owed[row["nip"], row["unit_id"]] = row["recorded_idr"] - row["restored_idr"]
    issued = issued_adjustments(workspace, {period})
    for row in issued:
        place = row["nip"], row["unit_id"]
        owed[place] = owed.get(place, 0) - row["adjustment_idr"]
    held = {row["nip"] for row in read_rows(workspace, newest, "deduction_check", ("nip",))}
    payable = [amount for (nip, _), amount in owed.items() if amount and nip not in held]
    waiting = [*_open_findings(workspace, revisions)]
    if payable:
        waiting.append(Waiting(PAYROLL, "", len(payable), sum(payable), newest.at))
    return PeriodStatus(
        period=period,
        revision=newest.path.partition("/")[2],
        published_at=newest.at,
        is_locked=is_locked(ledger, period),
        recorded_idr=newest.totals["recorded_idr"],
        restored_idr=newest.totals["restored_idr"],
        issued_idr=sum(row["adjustment_idr"] for row in issued),
        held_count=len(held),
        waiting=tuple(waiting),
    )


def _open_findings(workspace: Path, revisions: tuple[Entry, ...]) -> Iterator[Waiting]:
    """By party and OPD, what the newest revision proposes and nobody has decided."""
    since: dict[str, str] = {}
    for entry in revisions:
        for row in read_rows(workspace, entry, "recommendation", ("recommendation_id", "status_code")):
            if row["status_code"] == "proposed":
                since.setdefault(row["recommendation_id"], entry.at)
    newest = revisions[-1]
    shown = read_rows(workspace, newest, "finding", ("finding_id", "action_code", "is_certified"))
    findings = {row["finding_id"]: row for row in shown}
    names = ("recommendation_id", "finding_id", "unit_id", "status_code", "adjustment_idr")
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in read_rows(workspace, newest, "recommendation", names):
        if row["status_code"] == "proposed":
            groups.setdefault((_party(findings[row["finding_id"]]), row["unit_id"]), []).append(row)
    for (party, unit), rows in sorted(groups.items()):
        oldest = min(since[row["recommendation_id"]] for row in rows)
        yield Waiting(party, unit, len(rows), sum(row["adjustment_idr"] for row in rows), oldest)


def _party(finding: Row) -> str:
    """Who acts next: the outage is certified first, then presence is stated, then the superior decides."""
    if not finding["is_certified"]:
        return CERTIFIER
    return STATEMENT if finding["action_code"] == "needs_statement" else SUPERIOR
