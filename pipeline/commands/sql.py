"""`rekon sql`: ask the tables of the last run."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands.workspace import workspace_option


@click.command()
@workspace_option
@click.argument("query")
def command(workspace: Path, query: str) -> None:
    """Jawab QUERY dari kerja/<periode>.duckdb (hanya baca), sebagai CSV."""
    import sys

    from pipeline.engine.scratch import finished_run
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.settings import load_settings

    path = finished_run(workspace, load_settings(workspace).period)
    answer_read_only(path, query).to_pandas().to_csv(sys.stdout, index=False, lineterminator="\n")
