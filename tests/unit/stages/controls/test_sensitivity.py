"""One choice at a time: what each alternative to the policy moves in a finished month."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.scratch import database_path
from pipeline.engine.stage import StageContext, UndeclaredTableError
from pipeline.engine.warehouse import Warehouse
from pipeline.policy import compile_policy, read_policy
from pipeline.settings import load_settings
from pipeline.stages import STAGES
from pipeline.stages.controls import analyze_sensitivity
from pipeline.stages.controls.analyze_sensitivity import ALTERNATIVES, TARGETS, rerun
from pipeline.stages.graph import between, leading_to
from schemas import Assessment, Band, Duty, Employee, PersonMonth, Probe, ScenarioSide, Sensitivity

AS_IS = "seperti kebijakan"
STATEMENT = "mutu C dipulihkan tanpa surat keterangan"
NEVER = "mutu C tidak pernah dipulihkan"
STRICT = "terlambat sejak detik pertama, tanpa toleransi"
LATER = "terlambat dihitung 5 menit lebih lambat"
RULES = rerun(STAGES)


@contextmanager
def finished(workspace: Path) -> Iterator[StageContext]:
    """What the stage has before it, in a month that was run."""
    (stage,) = (each for each in STAGES if each.name == "analyze_sensitivity")
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(shutil.copy(database_path(workspace, "2026-01"), folder)))
        yield StageContext(stage, warehouse, load_settings(workspace), workspace, workspace)
        warehouse.close()


def test_a_run_says_how_far_each_alternative_moves_the_month(published_month: Path) -> None:
    with finished(published_month) as context:
        months = context.warehouse.arrow(PersonMonth).to_pylist()
        sums = {row["words"]: row for row in context.warehouse.arrow(Sensitivity).to_pylist()}
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


def test_the_analysis_leaves_the_month_as_it_was_and_skips_no_rule_that_would_move_a_sum(
    published_month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every rule from the policy to the sums run again gives what only those that notice a column give."""
    with finished(published_month) as context:
        before = [context.warehouse.arrow(rule.contract) for rule in RULES]
        as_run = context.warehouse.arrow(Sensitivity)
        monkeypatch.setattr(analyze_sensitivity, "_notices", lambda *_asked: True)
        context.stage.run(context)
        assert context.warehouse.arrow(Sensitivity) == as_run
        assert [context.warehouse.arrow(rule.contract) for rule in RULES] == before


def test_a_table_that_the_stage_does_not_declare_is_neither_replaced_nor_read(published_month: Path) -> None:
    with finished(published_month) as context, context.supposing() as suppose:
        assert Probe not in context.stage.reads
        for contract, sql in (
            (Probe, "select * from band"),
            (Band, "select * from probe"),
            (Band, "with bands as (select * from probe) select * from bands"),
        ):
            with pytest.raises(UndeclaredTableError, match="analyze_sensitivity"):
                suppose(contract, sql)
        with pytest.raises(UndeclaredTableError, match="probe"):
            context.query("select * from probe")


def test_every_alternative_changes_columns_of_the_policy_that_a_rule_notices() -> None:
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    for item in ALTERNATIVES:
        assert set(item.changes) <= set(tables)
        for contract, columns in item.changes.items():
            assert set(columns) <= set(contract.columns())
            assert any(analyze_sensitivity._notices(rule, contract, columns) for rule in RULES)


def names(rules: tuple[Any, ...]) -> list[str]:
    return [rule.name for rule in rules]


@pytest.mark.parametrize(
    ("walk", "within", "outside"),
    [
        (
            lambda: RULES,
            ["expect_duty", "name_causes", "build_scenarios", "assess_tpp", "recommend"],
            ["collect_quarantine", "trace_evidence", "count_absences", "net_adjustments"],
        ),
        (
            lambda: leading_to(STAGES, (Assessment,), (Duty, ScenarioSide)),
            ["value_duties", "charge_sides", "assess_tpp"],
            ["expect_duty", "build_scenarios", "sum_person_months"],
        ),
        (lambda: leading_to(STAGES, (Duty,), (Duty,)), [], ["expect_duty"]),
        (lambda: between(STAGES, (Employee,), (Probe,)), [], ["expect_duty"]),
    ],
)
def test_a_walk_of_the_graph_takes_the_rules_between_its_tables_in_order(
    walk: Callable[[], tuple[Any, ...]], within: list[str], outside: list[str]
) -> None:
    found = names(walk())
    assert [name for name in found if name in within] == within
    assert not set(found) & set(outside)
    assert found == [stage.name for stage in STAGES if stage.name in found]
    assert set(names(rerun(STAGES))) <= set(names(leading_to(STAGES, TARGETS)))
