"""Weigh each judgement of the policy: what the month would come to, had it been taken otherwise.

Nothing of the month changes: changed tables and what follows from them stand in for the month's own until they are
forgotten. Only rules run again, from the first that the alternative touches; which outages there were stays as found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from pipeline.stage import Desk, Stage
from pipeline.stages import (
    assess_tpp,
    await_machines,
    band_sides,
    build_scenarios,
    cap_days,
    cap_months,
    charge_cuts,
    charge_floors,
    charge_leave,
    charge_sides,
    check_decisions,
    doubt_punches,
    expect_duty,
    explain_gaps,
    expose_sides,
    find_flips,
    gather_attempts,
    limit_months,
    match_punches,
    name_causes,
    place_punches,
    price_charges,
    rank_candidates,
    recommend,
    sum_person_months,
    value_duties,
    weigh_presence,
)
from pipeline.warehouse import arrow_schema
from schemas import ActionRule, AssessmentRule, Band, Judgement, PersonMonth, PolicyPeriod, Recommendation

if TYPE_CHECKING:
    from pipeline.stage import Contract
    from pipeline.warehouse import Warehouse

RULES = tuple(
    module.STAGE
    for module in (
        expect_duty, await_machines, place_punches, match_punches, doubt_punches, gather_attempts, expose_sides, find_flips, weigh_presence, name_causes,
        explain_gaps, check_decisions, rank_candidates, build_scenarios, value_duties, band_sides, charge_sides, charge_leave, charge_cuts,
        price_charges, cap_days, limit_months, cap_months, charge_floors, assess_tpp, sum_person_months, recommend,
    )
)  # fmt: skip
"""What leads from the policy to the month's sums, in order; evidence and clocks do not."""
READS = tuple(dict.fromkeys(contract for rule in RULES for contract in (*rule.reads, rule.writes)))
SUMS = f"""
    select
        (select coalesce(sum(recorded_idr), 0) from {PersonMonth.table_name()})::bigint as recorded_idr,
        (select coalesce(sum(potential_idr), 0) from {PersonMonth.table_name()})::bigint as potential_idr,
        coalesce(sum(adjustment_idr) filter (where action_code <> 'needs_statement'), 0)::bigint as ready_idr,
        coalesce(sum(adjustment_idr) filter (where action_code = 'needs_statement'), 0)::bigint as needs_statement_idr
    from {Recommendation.table_name()}
"""  # noqa: S608 - names come from contracts


class Alternative(NamedTuple):
    """A judgement taken otherwise: in words, the first rule that notices, and how its tables change."""

    words: str
    begins: str
    changes: dict[Contract, str]


def _with(contract: Contract, **values: str) -> dict[Contract, str]:
    """A table with other values, each an expression of its columns."""
    replaced = ", ".join(f"{value} as {name}" for name, value in values.items())
    return {contract: f"select * replace ({replaced}) from {contract.table_name()}"}  # noqa: S608 - our own words


def _graded(grade: str, action: str) -> dict[Contract, str]:
    asked = f"grade_code = '{grade}' and action_code <> 'not_assessable'"
    return _with(ActionRule, action_code=f"case when {asked} then '{action}' else action_code end")


def _late_from(second: str) -> dict[Contract, str]:
    """The first band of lateness begins elsewhere, by where it begins (`{}`); the others stay where they are."""
    first = (
        "min(seconds_from) filter (where event_code = 'late') over (partition by variant_code, valid_from)"
    )
    is_first = f"event_code = 'late' and seconds_from = {first}"
    moved = f"case when {is_first} then {second.format('seconds_from')} else seconds_from end"
    return _with(Band, seconds_from=moved) | _with(
        AssessmentRule, late_from_seconds=second.format("late_from_seconds")
    )


def _matched(seconds: int) -> dict[Contract, str]:
    return _with(
        PolicyPeriod, match_early_seconds=f"{seconds}::bigint", match_late_seconds=f"{seconds}::bigint"
    )


ALTERNATIVES = (
    *(
        Alternative(
            f"tenggang pemulihan {minutes} menit",
            "name_causes",
            _with(PolicyPeriod, recovery_grace_minutes=f"{minutes}::bigint"),
        )
        for minutes in (0, 60)
    ),
    Alternative("rekaman dicocokkan dengan log hanya pada detik yang sama", "gather_attempts", _matched(0)),
    Alternative("rekaman dicocokkan dengan log sampai 60 detik", "gather_attempts", _matched(60)),
    Alternative("mutu C dipulihkan tanpa surat keterangan", "explain_gaps", _graded("C", "restore")),
    Alternative("mutu C tidak pernah dipulihkan", "explain_gaps", _graded("C", "not_supported")),
    Alternative("mutu D tidak pernah dipulihkan", "explain_gaps", _graded("D", "not_supported")),
    Alternative("terlambat sejak detik pertama, tanpa toleransi", "expect_duty", _late_from("1::bigint")),
    Alternative("terlambat dihitung 5 menit lebih lambat", "expect_duty", _late_from("{} + 300")),
)


def weigh(warehouse: Warehouse, alternatives: tuple[Alternative, ...] = ALTERNATIVES) -> list[dict[str, Any]]:
    """Sums of a month as it stands and under each alternative, as rows of Judgement."""
    stands = {"judgement_no": 0, "words": "seperti kebijakan", **_sums(warehouse)}
    return [
        stands,
        *(
            {"judgement_no": number, "words": alternative.words, **_taken(warehouse, alternative)}
            for number, alternative in enumerate(alternatives, start=1)
        ),
    ]


def _taken(warehouse: Warehouse, alternative: Alternative) -> dict[str, int]:
    """The sums after every rule that reads something that the alternative made different."""
    names = [rule.name for rule in RULES]
    with warehouse.supposing() as suppose:
        moved = {contract for contract, query in alternative.changes.items() if suppose(contract, query)}
        for rule in RULES[names.index(alternative.begins) :]:
            if moved & set(rule.reads) and suppose(rule.writes, rule.sql):
                moved.add(rule.writes)
        return _sums(warehouse)


def _sums(warehouse: Warehouse) -> dict[str, int]:
    (sums,) = warehouse.query(SUMS).to_pylist()
    return dict(sums)


def write_judgements(desk: Desk) -> None:
    """Write the month's sums as they stand and under each alternative."""
    desk.write(Judgement, pa.Table.from_pylist(weigh(desk.warehouse), schema=arrow_schema(Judgement)))


STAGE = Stage(__name__, reads=READS, writes=(Judgement,), work=write_judgements)
