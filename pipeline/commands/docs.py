"""rekon docs: the generated documents."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("docs")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("docs"))
def command(folder: Path) -> None:
    """Tulis dokumen yang dihasilkan program (kamus data dan lain-lain) ke FOLDER."""
    from pipeline.documents.generated import DOCUMENTS

    folder.mkdir(parents=True, exist_ok=True)
    for name, written in DOCUMENTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(written(), "utf-8")
        click.echo(str(folder / name))
