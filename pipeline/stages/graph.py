"""Which SQL rules lie between tables: walks of the graph that the stages' reads and writes make.

Python stages end a walk: what they find stays as found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from pipeline.stage import SqlStage, Stage

if TYPE_CHECKING:
    from pipeline.stage import Contract


def leading_to(
    stages: Iterable[Stage | SqlStage], targets: Collection[Contract], given: Collection[Contract] = ()
) -> tuple[SqlStage, ...]:
    """The rules without which the target tables cannot be written, in order; those behind a given table left out."""
    needed = set(targets) - set(given)
    found = []
    for rule in reversed(_rules(stages)):
        if rule.writes in needed:
            found.append(rule)
            needed |= set(rule.reads) - set(given)
    return tuple(reversed(found))


def between(
    stages: Iterable[Stage | SqlStage], sources: Collection[Contract], targets: Collection[Contract]
) -> tuple[SqlStage, ...]:
    """The rules that a change of a source table reaches on its way to a target table, in order."""
    reached, found = set(sources), []
    for rule in leading_to(stages, targets):
        if reached & set(rule.reads):
            found.append(rule)
            reached.add(rule.writes)
    return tuple(found)


def _rules(stages: Iterable[Stage | SqlStage]) -> list[SqlStage]:
    return [stage for stage in stages if isinstance(stage, SqlStage)]
