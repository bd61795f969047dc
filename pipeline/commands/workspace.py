"""The option -C that every command of a workspace shares, and its progress line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipeline.settings import Engine

workspace_option: Callable[[Any], Any] = click.option(
    "-C",
    "workspace",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    metavar="DIR",
    help="Ruang kerja (bawaan: folder ini).",
)


@contextmanager
def stage_progress(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr, silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("mulai", total=total)

        def advance(name: str) -> None:
            bar.update(task, description=name, advance=1)

        yield advance


def engine_of(workspace: Path) -> Engine:
    """Threads and memory as rekon.toml says; an auditor's copy may have none."""
    from pipeline.settings import FILE_NAME, Engine, load_settings

    return load_settings(workspace).engine if (workspace / FILE_NAME).exists() else Engine()
