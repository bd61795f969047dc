"""rekon purge: remove the personal data of old months, and keep the proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.workspace import workspace_option

if TYPE_CHECKING:
    from pipeline.periods.purging import Purgeable

CAVEAT = (
    "Salinan cadangan, salinan yang sudah dikirim, dan blok bekas pada SSD tidak ikut terhapus: musnahkan menurut "
    "jadwal retensi arsip instansi."
)


@click.command("purge")
@workspace_option
@click.option("--before", required=True, metavar="PERIOD", help="Bulan-bulan sebelum TTTT-BB ini.")
@click.option("--yes", is_flag=True, help="Sungguh musnahkan; tanpa ini hanya menyebut apa yang akan hilang.")
def command(workspace: Path, before: str, yes: bool) -> None:
    """Musnahkan masukan, keputusan, laporan internal, tabel bukti, dan coretan bulan-bulan sebelum PERIOD.

    Tetap ada: buku terbit, manifes dengan angka kendali, tanda tangan, batch penggajian, dan ringkasan publik. Hanya bulan
    yang sudah dikunci dan lunas, dan tidak disebut dalam [retention] hold di rekon.toml. Sesudahnya bulan itu tidak dapat
    dihitung ulang, dibandingkan, atau dikoreksi lagi. Terhenti di tengah: ulangi perintah yang sama.
    """
    from pipeline.periods.purging import plan, purge
    from pipeline.settings import load_settings

    settings = load_settings(workspace)
    months = plan(workspace, settings, before)
    if not months:
        click.echo(f"Tidak ada yang perlu dimusnahkan sebelum {before}.")
        return
    done = purge(workspace, settings, before) if yes else ()
    click.echo("\n".join(line for month in months for line in _lines(month, is_done=yes)))
    if done:
        click.echo(CAVEAT)
    elif any(not month.refusal for month in months):
        click.echo(
            "Belum ada yang dihapus. Ulangi dengan --yes untuk memusnahkannya; ini tidak dapat dibatalkan."
        )


def _lines(month: Purgeable, *, is_done: bool) -> Iterator[str]:
    from pipeline.wording.indonesian_format import number

    size = f"{number(len(month.files))} berkas, {number(month.byte_count)} bita"
    if month.refusal:
        yield f"{month.period}: tidak dimusnahkan, {month.refusal}."
    elif is_done:
        yield f"{month.period}: {size} dimusnahkan; tercatat di buku terbit."
    else:
        yield f"{month.period}: {size} akan dimusnahkan."
        if month.undecided_count:
            yield f"  {number(month.undecided_count)} temuan bulan itu belum diputus, dan tidak akan dapat diputus lagi."
