"""The page of what changed between two revisions: filled from a comparison, without personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.wording.indonesian_format import month
from pipeline.wording.labels import CHANGES, STATES
from reports.models import ReportMeta
from reports.render import environment

if TYPE_CHECKING:
    from pipeline.audit.comparison import Comparison


@dataclass(frozen=True)
class ChangeRow:
    """A kind of change: people counted under it, sides that changed so, after - before in rupiah."""

    kind: str
    people: int
    sides: int
    recorded_idr: int
    restored_idr: int
    potential_idr: int


@dataclass(frozen=True)
class StateRow:
    """Sides in a state, before and after."""

    state: str
    before: int
    after: int


@dataclass(frozen=True)
class ChangesPage:
    """What changed between two revisions of a month."""

    month: str
    before: str
    after: str
    states: tuple[StateRow, ...]
    rows: tuple[ChangeRow, ...]
    total: ChangeRow


def render_changes(found: Comparison) -> bytes:
    """The page; the same comparison gives the same bytes."""
    manifest = found.manifest
    meta = ReportMeta(
        run_id=manifest["run_id"],
        revision=manifest["revision"],
        period=found.period,
        region_code=manifest["region"],
        previous_head=manifest["ledger"]["previous"][:16],
        policy_code=manifest["policy"]["name"],
        versions={},
    )
    page = ChangesPage(
        month=month(found.period),
        before=found.before,
        after=found.after,
        states=tuple(
            StateRow(name, found.sides_in(code, is_after=False), found.sides_in(code, is_after=True))
            for code, name in STATES.items()
        ),
        rows=tuple(
            ChangeRow(CHANGES[each.kind], each.people, each.sides, *each.difference.values())
            for each in found.kinds
        ),
        total=ChangeRow(
            "Jumlah",
            sum(each.people for each in found.kinds),
            sum(each.sides for each in found.kinds),
            *(after - found.totals_before[name] for name, after in found.totals_after.items()),
        ),
    )
    return environment().get_template("perubahan.html").render(page=page, meta=meta).encode()
