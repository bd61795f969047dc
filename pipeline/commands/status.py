"""rekon status: what is published, and whether anything is in doubt."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.workspace import workspace_option


@click.command("status")
@workspace_option
def command(workspace: Path) -> None:
    """Apa yang sudah terbit, dari buku terbit; tidak mengubah apa pun."""
    from pipeline.errors import PublicationUnknownError
    from pipeline.ledger import BATCH, read_ledger
    from pipeline.publication import unknown_folders
    from reports.format_id import rupiah

    ledger = read_ledger(workspace)
    for entry in ledger.entries:
        if entry.kind == BATCH:
            amount, note = entry.totals["adjustment_idr"], f"{entry.totals['count']} baris dibayar"
        else:
            amount = entry.totals["restored_idr"]
            note = f"{entry.totals['findings']} temuan, potongan setelah pemulihan"
        click.echo(f"{entry.sequence:>4}  {entry.at}  {entry.path}  {note} {rupiah(amount)}")
    if not ledger.entries:
        click.echo("Belum ada yang terbit.")
    else:
        click.echo(f"Kepala buku terbit: {ledger.head[:16]}")
    if strange := unknown_folders(ledger, workspace / "terbit"):
        raise PublicationUnknownError(
            "Ada di terbit/ tetapi tidak tercatat di buku terbit: " + ", ".join(strange)
        )
