"""berita-acara.html of a payroll batch: what is handed to payroll, for signature, with the ledger's previous head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.wording.indonesian_format import month, number, rupiah
from reports.models import ReportMeta
from reports.render import environment


@dataclass(frozen=True)
class BatchSum:
    """Sums of a payroll batch for one month or OPD, as shown."""

    name: str
    count: str
    paid: str
    taken_back: str
    total: str


@dataclass(frozen=True)
class BatchMinutes:
    """The minutes of one payroll batch."""

    month: str
    batch_id: str
    batch_no: int
    csv_sha256: str
    count: str
    people: str
    total: str
    by_month: tuple[BatchSum, ...]
    by_unit: tuple[BatchSum, ...]


def render_batch_minutes(
    rows: Sequence[Mapping[str, Any]], batch_id: str, batch_no: int, csv_sha256: str, meta: ReportMeta
) -> bytes:
    """The page; `rows` are those of the payroll file."""
    page = BatchMinutes(
        month=month(meta.period),
        batch_id=batch_id,
        batch_no=batch_no,
        csv_sha256=csv_sha256,
        count=number(len(rows)),
        people=number(len({row["nip"] for row in rows})),
        total=rupiah(sum(row["adjustment_idr"] for row in rows)),
        by_month=tuple(_sums(rows, "origin_period", month)),
        by_unit=tuple(_sums(rows, "kode_opd", str)),
    )
    return environment().get_template("bayar.html").render(page=page, meta=meta).encode()


def _sums(rows: Sequence[Mapping[str, Any]], key: str, shown: Any) -> Iterable[BatchSum]:
    for value in sorted({row[key] for row in rows}):
        amounts = [row["adjustment_idr"] for row in rows if row[key] == value]
        plus, minus = sum(a for a in amounts if a > 0), sum(a for a in amounts if a < 0)
        yield BatchSum(shown(value), number(len(amounts)), rupiah(plus), rupiah(minus), rupiah(plus + minus))
