"""rekon finalize: the payroll batch of what is approved and not yet paid."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipeline.commands.workspace import stage_progress, workspace_option


@click.command("finalize")
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
def command(workspace: Path, as_json: bool) -> None:
    """Terbitkan batch penyesuaian untuk penggajian.

    Hanya temuan yang disetujui dengan dua kunci, dikurangi yang sudah dibayar batch sebelumnya.
    Dijalankan dua kali tidak membayar dua kali.
    """
    from pipeline.commands.month import STEPS, publish_month_batch, run_month
    from pipeline.payroll.batches import is_locked
    from pipeline.publishing.ledger import read_ledger
    from pipeline.wording.indonesian_format import rupiah
    from schemas import Adjustment

    with stage_progress(STEPS) as progress, run_month(workspace, progress=progress) as (outcome, revision):
        settings = outcome.settings
        adjustment = outcome.arrow(Adjustment)
        held = sum(adjustment["is_held"].to_pylist())
        locked = is_locked(read_ledger(workspace), settings.period)
        batch = None if locked else publish_month_batch(outcome, revision)
    if as_json:
        document = {
            "schema": 1,
            "period": outcome.settings.period,
            "run_id": revision.run_id,
            "published": str(batch.path) if batch else None,
            "batch_id": batch.batch_id if batch else None,
            "count": batch.count if batch else 0,
            "adjustment_idr": batch.adjustment_idr if batch else 0,
            "held": held,
            "is_locked": locked,
        }
        click.echo(json.dumps(document, sort_keys=True))
        return
    if held:
        click.echo(
            f"{held} baris ditahan: potongan nyata berbeda dari hasil hitung. Lihat bukti/deduction_check.parquet, "
            "selesaikan bedanya, lalu ulangi."
        )
    if locked:
        owing = sum(adjustment["adjustment_idr"].to_pylist())
        click.echo(
            f"Periode {settings.period} sudah dikunci; {rupiah(owing)} ikut batch periode terbuka berikutnya."
        )
    elif batch:
        click.echo(f"Batch terbit: {batch.count} baris, {rupiah(batch.adjustment_idr)}\n{batch.path}")
    else:
        click.echo(
            "Tidak ada yang perlu dibayar: semua yang disetujui sudah terbit, atau belum ada persetujuan."
        )
