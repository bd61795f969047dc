"""The graph that the stages' reads and writes make: whether its order holds, and which SQL rules lie between tables.

Python stages end a walk: what they find stays as found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.engine.stage import Rule, Stage, UndeclaredTableError

if TYPE_CHECKING:
    from pipeline.engine.stage import Contract


def check_order(stages: Sequence[Stage | Rule], given: Collection[Contract]) -> None:
    """Raise UndeclaredTableError where a stage reads what none before it wrote, or writes what is there already."""
    there = set(given)
    for stage in stages:
        if early := set(stage.reads) - there:
            raise UndeclaredTableError(f"{stage.name} reads {_names(early)} before it is written")
        if twice := set(stage.writes) & there:
            raise UndeclaredTableError(f"{stage.name} writes {_names(twice)}, which is there already")
        there |= set(stage.writes)


def leading_to(
    stages: Iterable[Stage | Rule], targets: Collection[Contract], given: Collection[Contract] = ()
) -> tuple[Rule, ...]:
    """The rules without which the target tables cannot be written, in order; those behind a given table left out."""
    needed = set(targets) - set(given)
    found = []
    for rule in reversed([stage for stage in stages if isinstance(stage, Rule)]):
        if rule.contract in needed:
            found.append(rule)
            needed |= set(rule.reads) - set(given)
    return tuple(reversed(found))


def between(
    stages: Iterable[Stage | Rule], sources: Collection[Contract], targets: Collection[Contract]
) -> tuple[Rule, ...]:
    """The rules that a change of a source table reaches on its way to a target table, in order."""
    reached, found = set(sources), []
    for rule in leading_to(stages, targets):
        if reached & set(rule.reads):
            found.append(rule)
            reached.add(rule.contract)
    return tuple(found)


def _names(contracts: Iterable[Contract]) -> str:
    return ", ".join(sorted(contract.table_name() for contract in contracts))
