"""rekon lock: payroll has closed a period; later corrections ship with the next open period's batch."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.workspace import workspace_option


@click.command("lock")
@workspace_option
@click.argument("period")
def command(workspace: Path, period: str) -> None:
    """Tutup PERIOD (TTTT-BB) untuk penggajian; tercatat di buku terbit dan tidak dapat dibatalkan.

    Koreksi sesudahnya tetap terbit sebagai revisi, dan dibayar dalam batch periode terbuka berikutnya dengan
    origin_period bulan ini.
    """
    from pipeline.periods.closing import close_period

    is_new = close_period(workspace, period)
    click.echo(f"Periode {period} {'dikunci' if is_new else 'sudah dikunci sebelumnya'}.")
