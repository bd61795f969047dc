"""One knob at a time: what each judgement of the policy moves in a finished month."""

from __future__ import annotations

from pathlib import Path

from pipeline.policy import compile_policy, read_policy
from pipeline.run import database_path
from pipeline.sensitivity import ALTERNATIVES, weigh
from pipeline.stage import SqlStage
from pipeline.stages import STAGES
from pipeline.warehouse import Warehouse
from schemas import PersonMonth

STATEMENT, NEVER, LATER = (
    "mutu C dipulihkan tanpa surat",
    "mutu C tidak pernah dipulihkan",
    "tenggang terlambat 5 menit lebih lama",
)


def test_a_judgement_moves_the_month_as_far_as_its_rule_says(published_month: Path) -> None:
    database = database_path(published_month, "2026-01")
    asked = tuple(item for item in ALTERNATIVES if item.words in (STATEMENT, NEVER, LATER))
    as_is, *others = weigh(database, alternatives=asked)
    by_words = {total.words: total for total in others}
    warehouse = Warehouse(database)
    months = warehouse.arrow(PersonMonth).to_pylist()
    warehouse.close()
    assert as_is.recorded_idr == sum(month["recorded_idr"] for month in months) > 0
    assert as_is.potential_idr == sum(month["potential_idr"] for month in months)
    assert as_is.recorded_idr - as_is.potential_idr == as_is.ready_idr + as_is.needs_statement_idr
    assert by_words[STATEMENT].potential_idr == as_is.potential_idr
    assert by_words[STATEMENT].needs_statement_idr <= as_is.needs_statement_idr
    assert by_words[NEVER].potential_idr >= as_is.potential_idr
    assert by_words[LATER].recorded_idr < as_is.recorded_idr


def test_the_run_itself_is_left_as_it_was(published_month: Path) -> None:
    database = database_path(published_month, "2026-01")
    before = database.read_bytes()
    weigh(database, alternatives=ALTERNATIVES[-1:])
    assert database.read_bytes() == before
    assert not list(database.parent.glob("andai-*"))


def test_every_alternative_changes_columns_that_exist_before_a_rule_that_runs() -> None:
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    rules = {stage.name for stage in STAGES if isinstance(stage, SqlStage)}
    for item in ALTERNATIVES:
        assert item.begins in rules
        assert set(item.changes) <= set(tables)
