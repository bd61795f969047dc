"""Run the stages of a month one after another, from the files of a workspace to its tables; publishes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engine.outcome import RunOutcome
from pipeline.engine.scratch import run_database
from pipeline.engine.stage import RefusedFile, StageContext
from pipeline.engine.warehouse import arrow_schema
from pipeline.errors import InputRefusedError
from pipeline.periods.history import write_history
from pipeline.settings import Settings, load_settings
from pipeline.stages import BY_NAME, GIVEN, STAGES
from pipeline.stages.graph import check_order
from pipeline.stages.intake.load_policy import setting_row
from schemas import Employee, Setting, Unit

if TYPE_CHECKING:
    from pipeline.engine.stage import Rule, Stage
    from pipeline.engine.warehouse import Warehouse

Progress = Callable[[str], None]
READING = STAGES[: STAGES.index(BY_NAME["expect_duty"]) + 1]
"""The stages that read and validate the inputs, up to the first that compares them with one another."""


@contextmanager
def run_pipeline(
    workspace: Path,
    settings: Settings | None = None,
    *,
    progress: Progress = lambda _text: None,
    stages: tuple[Stage | Rule, ...] | None = None,
) -> Iterator[RunOutcome]:
    """Run the stages, or only those given, under the workspace's lock, by rekon.toml or the settings given.

    Yields the tables and leaves DIR/kerja/<period>.duckdb. Raises the errors of pipeline.errors.
    """
    settings = settings or load_settings(workspace)
    stages = STAGES if stages is None else stages
    check_order(stages, GIVEN)
    with run_database(workspace, settings, keep=True) as (warehouse, scratch):
        _write_given(warehouse, workspace, settings)
        for stage in stages:
            progress(stage.name)
            folder = scratch / stage.name
            folder.mkdir()
            stage.run(StageContext(stage, warehouse, settings, workspace, folder, progress))
        yield RunOutcome(settings, warehouse, workspace, scratch)


@contextmanager
def check_inputs(
    workspace: Path, progress: Progress = lambda _text: None
) -> Iterator[tuple[RunOutcome, tuple[RefusedFile, ...]]]:
    """Run the stages that read and validate, and yield their tables and the files that a run would stop at.

    Publishes nothing and leaves the last run's database alone. Where people or units cannot be read, the stages
    that compare with them are left out: their tables are empty.
    """
    settings = load_settings(workspace)
    refusals: list[RefusedFile] = []
    with run_database(workspace, settings, keep=False) as (warehouse, scratch):
        _write_given(warehouse, workspace, settings)
        for stage in READING:
            progress(stage.name)
            folder = scratch / stage.name
            folder.mkdir()
            context = StageContext(stage, warehouse, settings, workspace, folder, progress, refusals)
            is_left_out = _needs_people(stage) and any(each.kind in ("employee", "unit") for each in refusals)
            try:
                if not is_left_out:
                    stage.run(context)
            except InputRefusedError as error:
                context.refuse(error, stage.name)
                is_left_out = True
            if is_left_out:
                for contract in stage.writes:
                    warehouse.write(contract, arrow_schema(contract).empty_table())
        yield RunOutcome(settings, warehouse, workspace, scratch), tuple(refusals)


def _write_given(warehouse: Warehouse, workspace: Path, settings: Settings) -> None:
    """The tables that are there before the first stage."""
    warehouse.write(Setting, setting_row(settings))
    write_history(warehouse, workspace, settings.period)


def _needs_people(stage: Stage | Rule) -> bool:
    """Whether a stage compares other records with people and units: it decides which of them hold, or reads them."""
    return bool({Employee, Unit} & {*stage.reads, *stage.writes})
