"""Analyze the sensitivity of the month: what it would come to with one choice of the policy taken otherwise, one at a time.

Nothing of the month changes: changed tables and what follows from them stand in for the month's own until they are
forgotten. Only rules run again that a changed column reaches; which outages there were stays as found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipeline.engine.stage import Rule, Stage, StageContext
from pipeline.engine.warehouse import arrow_schema
from pipeline.stages.graph import between
from schemas import ActionRule, AssessmentRule, Band, PersonMonth, PolicyPeriod, Recommendation, Sensitivity

if TYPE_CHECKING:
    from pipeline.engine.stage import Contract

TARGETS = (PersonMonth, Recommendation)
SUMS = f"""
    select
        (select coalesce(sum(recorded_idr), 0) from {PersonMonth.table_name()})::bigint as recorded_idr,
        (select coalesce(sum(potential_idr), 0) from {PersonMonth.table_name()})::bigint as potential_idr,
        coalesce(sum(adjustment_idr) filter (where action_code <> 'needs_statement'), 0)::bigint as ready_idr,
        coalesce(sum(adjustment_idr) filter (where action_code = 'needs_statement'), 0)::bigint as needs_statement_idr
    from {Recommendation.table_name()}
"""  # noqa: S608 - names come from contracts

Columns = dict[str, str]


class Alternative(NamedTuple):
    """A choice of the policy taken otherwise: in words, and what its columns become, by table, as expressions of them."""

    words: str
    changes: dict[Contract, Columns]


def _graded(grade: str, action: str) -> dict[Contract, Columns]:
    asked = f"grade_code = '{grade}' and action_code <> 'not_assessable'"
    return {ActionRule: {"action_code": f"case when {asked} then '{action}' else action_code end"}}


def _late_from(second: str) -> dict[Contract, Columns]:
    """The first band of lateness begins elsewhere, by where it begins (`{}`); the others stay where they are."""
    first = (
        "min(seconds_from) filter (where event_code = 'late') over (partition by variant_code, valid_from)"
    )
    is_first = f"event_code = 'late' and seconds_from = {first}"
    moved = f"case when {is_first} then {second.format('seconds_from')} else seconds_from end"
    return {
        Band: {"seconds_from": moved},
        AssessmentRule: {"late_from_seconds": second.format("late_from_seconds")},
    }


def _recovery(minutes: int) -> dict[Contract, Columns]:
    return {PolicyPeriod: {"recovery_grace_minutes": f"{minutes}::bigint"}}


def _matched(seconds: int) -> dict[Contract, Columns]:
    return {PolicyPeriod: dict.fromkeys(("match_early_seconds", "match_late_seconds"), f"{seconds}::bigint")}


ALTERNATIVES = (
    *(Alternative(f"tenggang pemulihan {minutes} menit", _recovery(minutes)) for minutes in (0, 60)),
    Alternative("rekaman dicocokkan dengan log hanya pada detik yang sama", _matched(0)),
    Alternative("rekaman dicocokkan dengan log sampai 60 detik", _matched(60)),
    Alternative("mutu C dipulihkan tanpa surat keterangan", _graded("C", "restore")),
    Alternative("mutu C tidak pernah dipulihkan", _graded("C", "not_supported")),
    Alternative("mutu D tidak pernah dipulihkan", _graded("D", "not_supported")),
    Alternative("terlambat sejak detik pertama, tanpa toleransi", _late_from("1::bigint")),
    Alternative("terlambat dihitung 5 menit lebih lambat", _late_from("{} + 300")),
)
CHANGED = tuple(dict.fromkeys(contract for each in ALTERNATIVES for contract in each.changes))


def rerun(stages: Iterable[Stage | Rule]) -> tuple[Rule, ...]:
    """The rules from the changed tables of the policy to the month's sums, in order."""
    return between(stages, CHANGED, TARGETS)


def analyze(rules: tuple[Rule, ...], context: StageContext) -> None:
    """Write the month's sums as they stand and under each alternative."""
    rows = [
        {"alternative_no": number, "words": words, **sums}
        for number, (words, sums) in enumerate(
            [
                ("seperti kebijakan", _sums(context)),
                *((each.words, _taken(rules, context, each)) for each in ALTERNATIVES),
            ]
        )
    ]
    context.write(Sensitivity, pa.Table.from_pylist(rows, schema=arrow_schema(Sensitivity)))


def _taken(rules: tuple[Rule, ...], context: StageContext, alternative: Alternative) -> dict[str, int]:
    """The sums after every rule that notices what the alternative made different."""
    with context.supposing() as suppose:
        changed = {
            contract: columns
            for contract, columns in alternative.changes.items()
            if suppose(contract, _changed(contract, columns))
        }
        moved: set[Contract] = set()
        for rule in rules:
            notices = any(_notices(rule, contract, columns) for contract, columns in changed.items())
            if (notices or moved & set(rule.reads)) and suppose(rule.contract, rule.sql):
                moved.add(rule.contract)
        return _sums(context)


def _changed(contract: Contract, columns: Columns) -> str:
    replaced = ", ".join(f"{value} as {name}" for name, value in columns.items())
    return f"select * replace ({replaced}) from {contract.table_name()}"  # noqa: S608 - our own words


def _notices(rule: Rule, contract: Contract, columns: Columns) -> bool:
    """Whether a rule reads the table and names one of the columns, or takes all of them."""
    named = re.compile(rf"\b(?:{'|'.join(columns)})\b|\b{contract.table_name()}\.\*")
    return contract in rule.reads and bool(named.search(rule.sql))


def _sums(context: StageContext) -> dict[str, int]:
    (sums,) = context.query(SUMS).to_pylist()
    return dict(sums)


def after(stages: tuple[Stage | Rule, ...]) -> Stage:
    """The stage that runs rules of the stages before it again; it reads what those rules read and write."""
    rules = rerun(stages)
    reads = dict.fromkeys(contract for rule in rules for contract in (*rule.reads, rule.contract))

    def analyze_sensitivity(context: StageContext) -> None:
        analyze(rules, context)

    return Stage(analyze_sensitivity, reads=tuple(reads), writes=(Sensitivity,))
