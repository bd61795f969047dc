"""rekon simulate: a synthetic month of one region, and its truth beside it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("simulate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--people", type=click.IntRange(min=48), required=True, help="Banyaknya pegawai.")
@click.option(
    "--seed", type=click.IntRange(min=0), required=True, help="Benih acak; sama benih, sama berkas."
)
@click.option("--period", default="2026-01", show_default=True, help="Bulan, TTTT-BB.")
@click.option(
    "--scenario",
    default="dispute",
    show_default=True,
    help="Gangguan yang terjadi; skenario yang tidak dikenal ditolak dengan daftarnya.",
)
@click.option("--units", type=click.IntRange(min=6), help="Banyaknya OPD (bawaan: pegawai / 65).")
@click.option(
    "--other-regions",
    type=click.IntRange(min=0, max=10),
    default=5,
    show_default=True,
    help="Daerah lain di pusat.",
)
def command(
    directory: Path, people: int, seed: int, period: str, scenario: str, units: int | None, other_regions: int
) -> None:
    """Buat ruang kerja sintetis DIR; kebenarannya di DIR.truth, tidak pernah di dalam DIR."""
    from pipeline.simulation import simulate

    truth = simulate(directory, people, seed, period, scenario, units, other_regions)
    click.echo(f"Ruang kerja: {directory}\nKebenaran:   {truth}")
