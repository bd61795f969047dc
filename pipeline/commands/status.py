"""rekon status: what is published, what waits for whom since when, what blocks a batch."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.periods.status import PeriodStatus
    from pipeline.publishing.ledger import Entry, Ledger

PARTIES = {
    "certifier": "penetapan gangguan oleh BKD dengan Diskominfo",
    "statement": "surat keterangan kehadiran",
    "superior": "putusan atasan",
    "payroll": "batch penggajian (`rekon finalize`)",
}
BLOCKS = {
    "locked": "periode sudah dikunci; sisanya ikut batch periode terbuka berikutnya",
    "deduction_differs": "potongan nyata {held} orang berbeda dari hasil hitung (bukti/deduction_check.parquet)",
    "nothing_approved": "belum ada temuan yang disetujui",
}


@click.command("status")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
def command(workspace: Path, as_json: bool) -> None:
    """Apa yang sudah terbit, apa yang menunggu siapa sejak kapan, apa yang menghalangi pembayaran.

    Tidak mengubah apa pun.
    """
    from pipeline.engine.locks import published_root
    from pipeline.errors import PublicationUnknownError
    from pipeline.periods.status import period_statuses
    from pipeline.publishing.ledger import read_ledger
    from pipeline.publishing.publication import unknown_folders

    ledger = read_ledger(workspace)
    unknown = unknown_folders(ledger, published_root(workspace))
    months = period_statuses(workspace, ledger)
    if as_json:
        document = {
            "schema": 1,
            "head": ledger.head,
            "lines": [asdict(entry) for entry in ledger.entries],
            "periods": [
                {**asdict(month), "owing_idr": month.owing_idr, "blocks": list(month.blocks)}
                for month in months
            ],
            "unknown": unknown,
        }
        click.echo(json.dumps(document, sort_keys=True))
    else:
        zone = _zone(workspace)
        lines = [*_ledger_lines(ledger, zone), *(line for month in months for line in _lines(month, zone))]
        click.echo("\n".join(lines))
    if unknown:
        raise PublicationUnknownError(
            "Ada di terbit/ tetapi tidak tercatat di buku terbit: " + ", ".join(unknown)
        )


def _zone(workspace: Path) -> str:
    """The workspace's; where its settings cannot be read, status still answers."""
    from pipeline.errors import SettingsError
    from pipeline.settings import load_settings

    try:
        return load_settings(workspace).zone
    except SettingsError:
        return "UTC"


def _when(at: str, zone: str) -> str:
    """The ledger's instant as '24 November 2026, 19.40 WIB'."""
    from pipeline.wording.indonesian_format import clock, local, long_date

    instant = dt.datetime.fromisoformat(at).replace(tzinfo=None)
    return f"{long_date(local(instant, zone).date())}, {clock(instant, zone)}"


def _ledger_lines(ledger: Ledger, zone: str) -> Iterator[str]:
    for entry in ledger.entries:
        yield f"{entry.sequence:>4}  {_when(entry.at, zone)}  {entry.path}  {_note(entry)}"
    yield f"Kepala buku terbit: {ledger.head[:16]}" if ledger.entries else "Belum ada yang terbit."


def _note(entry: Entry) -> str:
    from pipeline.publishing.ledger import BATCH, DECISION, LOCK, PURGE
    from pipeline.wording.indonesian_format import rupiah
    from pipeline.wording.labels import TAKEN

    totals = entry.totals
    if entry.kind == BATCH:
        return f"{totals['count']} baris dibayar {rupiah(totals['adjustment_idr'])}"
    if entry.kind == DECISION:
        return "diterima: " + ", ".join(f"{count} {TAKEN[code]}" for code, count in totals.items() if count)
    if entry.kind == LOCK:
        return f"periode {entry.period} dikunci sesudah {totals['batches']} batch, {rupiah(totals['adjustment_idr'])}"
    if entry.kind == PURGE:
        return f"data {entry.period} dimusnahkan: {totals['files']} berkas; manifes, tanda tangan, dan batch tetap ada"
    return f"{totals['findings']} temuan, potongan setelah pemulihan {rupiah(totals['restored_idr'])}"


def _lines(month: PeriodStatus, zone: str) -> Iterator[str]:
    from pipeline.wording.indonesian_format import month as month_name
    from pipeline.wording.indonesian_format import rupiah

    yield ""
    yield f"{month_name(month.period)}, revisi terbaru {month.revision} sejak {_when(month.published_at, zone)}"
    yield (
        f"  Disetujui {rupiah(month.recorded_idr - month.restored_idr)}, sudah dibayar "
        f"{rupiah(month.issued_idr)}, sisa {rupiah(month.owing_idr)}"
    )
    for each in month.waiting:
        unit = f", {each.unit_id}" if each.unit_id else ""
        counted = "baris" if each.party == "payroll" else "temuan"
        yield (
            f"  Menunggu {PARTIES[each.party]}{unit}: {each.count} {counted}, {rupiah(each.adjustment_idr)}, "
            f"sejak {_when(each.since, zone)}"
        )
    for code in month.blocks:
        yield f"  Penghalang: {BLOCKS[code].format(held=month.held_count)}"
