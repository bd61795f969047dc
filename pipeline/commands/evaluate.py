"""rekon evaluate: what published runs got right, against the simulator's truth."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command("evaluate")
@click.argument(
    "directories",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder kebenaran (bawaan: DIR.truth); hanya untuk satu DIR.",
)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
def command(directories: tuple[Path, ...], truth: Path | None, as_json: bool) -> None:
    """Bandingkan terbitan terbaru DIR dengan kebenaran simulasi; beberapa DIR dijumlahkan gangguannya."""
    from pipeline.errors import SettingsError
    from pipeline.settings import load_settings
    from pipeline.simulation.evaluation import evaluate
    from pipeline.simulation.evaluation.report import render, render_many
    from pipeline.simulation.evaluation.summary import summarize_events

    if truth is not None and len(directories) > 1:
        raise SettingsError("--truth hanya berlaku untuk satu DIR")
    reports = [
        evaluate(
            directory,
            truth or directory.with_name(directory.name + ".truth"),
            load_settings(directory).period,
        )
        for directory in directories
    ]
    if len(reports) == 1:
        click.echo(json.dumps(reports[0].as_json(), ensure_ascii=False) if as_json else render(reports[0]))
        return
    total = summarize_events(report.events for report in reports)
    click.echo(json.dumps({"schema": 2, **asdict(total)}) if as_json else render_many(total))
