"""One knob at a time: what each judgement of the policy moves in a finished month."""

from __future__ import annotations

from pathlib import Path

from pipeline.policy import compile_policy, read_policy
from pipeline.run import database_path
from pipeline.stage import SqlStage
from pipeline.stages import STAGES
from pipeline.stages.weigh_judgements import ALTERNATIVES, RULES, weigh
from pipeline.warehouse import Warehouse
from schemas import Judgement, PersonMonth

AS_IS = "seperti kebijakan"
STATEMENT = "mutu C dipulihkan tanpa surat keterangan"
NEVER = "mutu C tidak pernah dipulihkan"
STRICT = "terlambat sejak detik pertama, tanpa toleransi"
LATER = "terlambat dihitung 5 menit lebih lambat"


def test_a_run_says_how_far_each_judgement_moves_the_month(published_month: Path) -> None:
    warehouse = Warehouse(database_path(published_month, "2026-01"))
    months = warehouse.arrow(PersonMonth).to_pylist()
    sums = {row["words"]: row for row in warehouse.arrow(Judgement).to_pylist()}
    warehouse.close()
    as_is, statement, never, strict, later = (
        sums[words] for words in (AS_IS, STATEMENT, NEVER, STRICT, LATER)
    )
    assert as_is["recorded_idr"] == sum(month["recorded_idr"] for month in months) > 0
    assert as_is["potential_idr"] == sum(month["potential_idr"] for month in months)
    assert as_is["recorded_idr"] - as_is["potential_idr"] == as_is["ready_idr"] + as_is["needs_statement_idr"]
    assert statement["potential_idr"] == as_is["potential_idr"]
    assert statement["needs_statement_idr"] <= as_is["needs_statement_idr"]
    assert never["potential_idr"] >= as_is["potential_idr"]
    assert later["recorded_idr"] < as_is["recorded_idr"] < strict["recorded_idr"]


def test_weighing_leaves_the_month_as_it_was(published_month: Path) -> None:
    warehouse = Warehouse(database_path(published_month, "2026-01"))
    before = [warehouse.arrow(rule.writes) for rule in RULES]
    again = weigh(warehouse)
    assert again == warehouse.arrow(Judgement).to_pylist()
    assert [warehouse.arrow(rule.writes) for rule in RULES] == before
    warehouse.close()


def test_every_alternative_changes_tables_of_the_policy_before_a_rule_that_reads_them() -> None:
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    rules = [stage for stage in STAGES if isinstance(stage, SqlStage)]
    assert list(RULES) == [rule for rule in rules if rule in RULES]
    names = [rule.name for rule in RULES]
    for item in ALTERNATIVES:
        assert set(item.changes) <= set(tables)
        begins = RULES[names.index(item.begins)]
        assert set(item.changes) & set(begins.reads)
