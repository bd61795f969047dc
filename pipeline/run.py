"""Run the stages of a month one after another: check reads, run, check writes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.errors import InputRefusedError
from pipeline.lock import workspace_lock
from pipeline.settings import Settings, load_settings
from pipeline.stage import Desk, Refusal
from pipeline.stages import STAGES, expect_duty
from pipeline.warehouse import Warehouse, arrow_schema
from schemas import Setting

if TYPE_CHECKING:
    from pipeline.stage import Contract, SqlStage, Stage

Progress = Callable[[str], None]
READING = STAGES[: STAGES.index(expect_duty.STAGE) + 1]
BLIND = (
    "recall_issued",
    "recall_absences",
    "load_policy",
    "snapshot",
    "ingest",
    "collect_quarantine",
    "count_stored",
    "tally_files",
)
"""Stages that need neither people nor units."""


@dataclass
class RunOutcome:
    """A finished run: its tables, still open, and what the stages handed out."""

    settings: Settings
    warehouse: Warehouse
    result: dict[str, Any]

    def arrow(self, contract: Contract) -> pa.Table:
        """The rows of a table in key order."""
        return self.warehouse.arrow(contract)

    @property
    def published(self) -> Any:
        """What the publish stage published."""
        return self.result["published"]


@contextmanager
def run_pipeline(
    workspace: Path,
    progress: Progress = lambda _text: None,
    settings: Settings | None = None,
    stages: tuple[Stage | SqlStage, ...] | None = None,
) -> Iterator[RunOutcome]:
    """Run the stages, or only those given, under the workspace's lock, by rekon.toml or the settings given.

    Yields the tables and leaves DIR/kerja/<period>.duckdb. Raises the errors of pipeline.errors; nothing is published then.
    """
    settings = settings or load_settings(workspace)
    with _warehouse(workspace, settings, keep=True) as (warehouse, scratch):
        result = _run_stages(
            STAGES if stages is None else stages, warehouse, settings, workspace, scratch, progress
        )
        yield RunOutcome(settings, warehouse, result)


@contextmanager
def check_inputs(
    workspace: Path, progress: Progress = lambda _text: None
) -> Iterator[tuple[RunOutcome, tuple[Refusal, ...]]]:
    """Run the stages that read and validate, and yield their tables and the files that a run would stop at.

    Publishes nothing and leaves the last run's database alone. Where people or units cannot be read, the stages
    that compare with them are left out: their tables are empty.
    """
    settings = load_settings(workspace)
    refusals: list[Refusal] = []
    with _warehouse(workspace, settings, keep=False) as (warehouse, scratch):
        warehouse.write(Setting, setting_row(settings))
        for stage in READING:
            progress(stage.name)
            folder = scratch / stage.name
            folder.mkdir()
            desk = Desk(stage, warehouse, settings, workspace, folder, progress, refusals=refusals)
            blind = stage.name not in BLIND and any(each.kind in ("employee", "unit") for each in refusals)
            try:
                if not blind:
                    stage.run(desk)
            except InputRefusedError as error:
                desk.refuse(error, stage.name)
                blind = True
            if blind:
                for contract in desk.written:
                    warehouse.write(contract, arrow_schema(contract).empty_table())
        yield RunOutcome(settings, warehouse, {}), tuple(refusals)


@contextmanager
def _warehouse(workspace: Path, settings: Settings, *, keep: bool) -> Iterator[tuple[Warehouse, Path]]:
    """The tables of a run and its scratch folder, under the workspace's lock; kept for ad-hoc SQL, or not."""
    with workspace_lock(workspace):
        scratch = workspace / "kerja" / "coret"
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


def database_path(workspace: Path, period: str) -> Path:
    """Where a run leaves its tables for ad-hoc SQL."""
    return workspace / "kerja" / f"{period}.duckdb"


def _run_stages(
    stages: tuple[Stage | SqlStage, ...],
    warehouse: Warehouse,
    settings: Settings,
    workspace: Path,
    scratch: Path,
    progress: Progress,
) -> dict[str, Any]:
    warehouse.write(Setting, setting_row(settings))
    result: dict[str, Any] = {}
    for stage in stages:
        progress(stage.name)
        folder = scratch / stage.name
        folder.mkdir()
        stage.run(Desk(stage, warehouse, settings, workspace, folder, progress, result))
    return result


def setting_row(settings: Settings) -> pa.Table:
    """The one row that rules read the settings from."""
    return pa.table(
        {
            "period": [settings.period],
            "region_code": [settings.region],
            "zone": [settings.zone],
            "period_from": [settings.period_from],
            "period_to": [settings.period_to],
        }
    )
