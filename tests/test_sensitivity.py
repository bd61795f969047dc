"""One knob at a time: what each judgement of the policy moves in a finished month."""

from __future__ import annotations

from pathlib import Path

from pipeline.engine.scratch import database_path
from pipeline.engine.warehouse import Warehouse
from pipeline.policy import compile_policy, read_policy
from pipeline.stages import RULES as BY_NAME
from pipeline.stages.controls.analyze_sensitivity import ALTERNATIVES, RULES, weigh
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
    before = [warehouse.arrow(BY_NAME[rule].contract) for rule in RULES]
    again = weigh(warehouse)
    assert again == warehouse.arrow(Judgement).to_pylist()
    assert [warehouse.arrow(BY_NAME[rule].contract) for rule in RULES] == before
    warehouse.close()


def test_every_alternative_changes_tables_of_the_policy_before_a_rule_that_reads_them() -> None:
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    assert list(RULES) == [rule for rule in BY_NAME if rule in RULES]
    for item in ALTERNATIVES:
        assert set(item.changes) <= set(tables)
        begins = BY_NAME[item.begins]
        assert set(item.changes) & set(begins.reads)
