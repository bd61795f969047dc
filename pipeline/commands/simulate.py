"""rekon simulate: a synthetic month of one region, and its truth beside it."""

from __future__ import annotations

from pathlib import Path

import click

# Written out here: --help must not wait for numpy. A test compares them with the simulator's.
SCENARIOS = (
    "dispute", "province-down", "quiet", "overload", "isp", "app-version", "site-power", "log-gap", "lost-writes",
    "skew", "declared", "random", "shifts", "abuse", "machines", "late-data",
)  # fmt: skip


@click.command("simulate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--people", type=click.IntRange(min=48), required=True, help="Banyaknya pegawai.")
@click.option(
    "--seed", type=click.IntRange(min=0), required=True, help="Benih acak; sama benih, sama berkas."
)
@click.option("--period", help="Bulan, TTTT-BB (bawaan: 2026-01; skenario shifts: 2026-03, bulan Ramadan).")
@click.option(
    "--scenario",
    type=click.Choice(SCENARIOS),
    default="dispute",
    show_default=True,
    help="Gangguan yang terjadi.",
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
    directory: Path,
    people: int,
    seed: int,
    period: str | None,
    scenario: str,
    units: int | None,
    other_regions: int,
) -> None:
    """Buat ruang kerja sintetis DIR; kebenarannya di DIR.truth, tidak pernah di dalam DIR."""
    from pipeline.simulation import simulate

    truth = simulate(directory, people, seed, period, scenario, units, other_regions)
    click.echo(f"Ruang kerja: {directory}\nKebenaran:   {truth}")
