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

    from pipeline.engine.scratch import database_path
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.errors import SettingsError
    from pipeline.settings import load_settings

    path = database_path(workspace, load_settings(workspace).period)
    if not path.exists():
        raise SettingsError("belum ada hasil untuk periode ini. Jalankan `rekon run` dahulu.")
    answer_read_only(path, query).to_pandas().to_csv(sys.stdout, index=False, lineterminator="\n")
