"""The order of the stages, by what each reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.engine.stage import UndeclaredTableError
from pipeline.stages import GIVEN

if TYPE_CHECKING:
    from pipeline.engine.stage import Contract, Rule, Stage


def check_order(stages: Sequence[Stage | Rule]) -> None:
    """Raise UndeclaredTableError where a stage reads what none before it wrote, or writes what is there already."""
    there: set[Contract] = set(GIVEN)
    for stage in stages:
        if early := set(stage.reads) - there:
            raise UndeclaredTableError(f"{stage.name} reads {_names(early)} before it is written")
        if twice := set(stage.writes) & there:
            raise UndeclaredTableError(f"{stage.name} writes {_names(twice)}, which is there already")
        there |= set(stage.writes)


def _names(contracts: set[Contract]) -> str:
    return ", ".join(sorted(contract.table_name() for contract in contracts))
