"""Where a run works: its scratch folder and database below DIR/kerja/, which is always safe to delete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engine.locks import workspace_lock
from pipeline.engine.warehouse import Warehouse
from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.settings import Settings


def work_root(workspace: Path) -> Path:
    """DIR/kerja: what a run needs and leaves, always safe to delete."""
    return workspace / "kerja"


def scratch_folder(workspace: Path) -> Path:
    """Where a run under way keeps what goes with it."""
    return work_root(workspace) / "coret"


def database_path(workspace: Path, period: str) -> Path:
    """Where a run leaves its tables for ad-hoc SQL."""
    return work_root(workspace) / f"{period}.duckdb"


def finished_run(workspace: Path, period: str) -> Path:
    """The database that the last run of a period left; raises SettingsError where there was none."""
    path = database_path(workspace, period)
    if not path.exists():
        raise SettingsError("belum ada hasil untuk periode ini. Jalankan `rekon run` dahulu.")
    return path


@contextmanager
def run_database(workspace: Path, settings: Settings, *, keep: bool) -> Iterator[tuple[Warehouse, Path]]:
    """The tables of a run and its scratch folder, under the workspace's lock; kept for ad-hoc SQL, or not."""
    with workspace_lock(workspace):
        scratch = scratch_folder(workspace)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True, mode=0o700)
        database = scratch / "run.duckdb"
        warehouse = Warehouse(
            database,
            threads=settings.engine.threads,
            memory_limit=settings.engine.memory_limit,
            scratch=scratch / "spill",
        )
        try:
            yield warehouse, scratch
        finally:
            warehouse.close()
        if keep:
            database.replace(database_path(workspace, settings.period))
        shutil.rmtree(scratch, ignore_errors=True)
