"""rekon evaluate: what a published run got right, against the simulator's truth."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("evaluate")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--truth",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder kebenaran (bawaan: DIR.truth).",
)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON di stdout.")
def command(directory: Path, truth: Path | None, as_json: bool) -> None:
    """Bandingkan terbitan terbaru DIR dengan kebenaran simulasi."""
    from pipeline.evaluation import evaluate, render
    from pipeline.settings import load_settings

    beside = directory.with_name(directory.name + ".truth")
    report = evaluate(directory, truth or beside, load_settings(directory).period)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else render(report))
