"""Many simulated months, run as far as the outages and scored: `make evaluate` measures their acceptance with it.

Each month's scores stay as one JSON file, so that a campaign that was stopped goes on where it was: a folder holds
the scores of one state of the code. The workspace of a month is deleted once it is scored.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import click

from pipeline.run import run_pipeline
from pipeline.simulation import simulate
from pipeline.simulation.evaluation import read_truth
from pipeline.simulation.evaluation.events import Events, events_from_json, score_events
from pipeline.simulation.evaluation.plot import reliability_svg
from pipeline.simulation.evaluation.report import render_many
from pipeline.simulation.evaluation.summary import summarize_events
from pipeline.stages import BY_NAME, STAGES
from schemas import Outage

FIRST_SEED = 1000
FINDING = STAGES[: STAGES.index(BY_NAME["attribute_outages"]) + 1]
"""What finds outages and names them; people's sides and money come after."""


def score_month(folder: Path, scenario: str, seed: int, people: int) -> Path:
    """Simulate, run and score one month, unless its scores are there; returns their file."""
    scores = folder / f"{scenario}-{people}-{seed}.json"
    if not scores.exists():
        workspace = folder / f"kerja-{scenario}-{people}-{seed}"
        truth = workspace.with_name(workspace.name + ".truth")
        for old in (workspace, truth):
            shutil.rmtree(old, ignore_errors=True)
        simulate(workspace, people, seed, scenario=scenario)
        with run_pipeline(workspace, stages=FINDING) as outcome:
            found = outcome.arrow(Outage).to_pandas()
        part = scores.with_suffix(".part")
        part.write_text(json.dumps(asdict(score_events(read_truth(truth / "outage.csv"), found))), "utf-8")
        part.replace(scores)
        for old in (workspace, truth):
            shutil.rmtree(old)
    return scores


def run_campaign(folder: Path, scenario: str, seeds: range, people: int, workers: int) -> list[Events]:
    """Scores of one month per seed, by seed."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(score_month, folder, scenario, seed, people): seed for seed in seeds}
        for count, job in enumerate(as_completed(jobs), start=1):
            job.result()
            click.echo(f"{scenario}: {count} / {len(seeds)}", err=True)
    files = [score_month(folder, scenario, seed, people) for seed in seeds]
    return [events_from_json(json.loads(path.read_text("utf-8"))) for path in files]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--months", default=100, show_default=True, help="Banyaknya bulan tiap skenario.")
@click.option("--seed", default=FIRST_SEED, show_default=True, help="Benih bulan pertama.")
@click.option("--people", default=800, show_default=True, help="Banyaknya pegawai.")
@click.option("--workers", default=2, show_default=True, help="Banyaknya proses.")
@click.option("--scenario", "scenarios", multiple=True, default=("random", "quiet"), show_default=True)
def main(folder: Path, months: int, seed: int, people: int, workers: int, scenarios: tuple[str, ...]) -> None:
    """Jalankan dan nilai bulan-bulan acak di FOLDER; tabel di layar dan di hasil.txt, grafik di kalibrasi.svg."""
    texts, every = [], []
    for scenario in scenarios:
        events = run_campaign(folder, scenario, range(seed, seed + months), people, workers)
        title = f"Skenario {scenario}, {people} pegawai, benih {seed}-{seed + months - 1}"
        texts.append(f"{title}\n{render_many(summarize_events(events))}\n")
        every += events
    total = summarize_events(every)
    (folder / "kalibrasi.svg").write_text(reliability_svg(total.layer, total.central), "utf-8", newline="\n")
    (folder / "hasil.txt").write_text("\n".join(texts), "utf-8", newline="\n")
    click.echo("\n".join(texts))


if __name__ == "__main__":
    main()
