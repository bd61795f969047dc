"""The stages keep their own rules: order, declared tables, one SELECT, the contract's columns."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import expressions

from pipeline.engine.stage import Rule, UndeclaredTableError
from pipeline.readers.tables.kinds import CODES, CODES_OF, HEADERS, ORIGIN, ROLES
from pipeline.stages import GIVEN, RULES, STAGES
from pipeline.stages.graph import check_order
from schemas import Decision, Employee, Incident, Punch, Statement
from schemas.raw import RAW_TABLES


def test_nothing_is_read_before_it_is_written_and_nothing_is_written_twice() -> None:
    check_order(STAGES, GIVEN)


def test_a_run_refuses_stages_in_another_order() -> None:
    placed = STAGES.index(RULES["place_punches"])
    with pytest.raises(UndeclaredTableError, match="punch_placement before it is written"):
        check_order((*STAGES[:placed], *STAGES[placed + 1 :]), GIVEN)


def test_a_stage_bears_its_modules_name_once() -> None:
    names = [stage.name for stage in STAGES]
    assert len(names) == len(set(names)) > 0


@pytest.mark.parametrize("stage", RULES.values(), ids=lambda stage: stage.name)
def test_what_a_rule_reads_is_what_another_parser_finds_in_it(stage: Rule) -> None:
    tree = sqlglot.parse_one(stage.sql, dialect="duckdb")
    own = {cte.alias for cte in tree.find_all(expressions.CTE)}
    named = {table.name for table in tree.find_all(expressions.Table)} - own
    assert named == {contract.table_name() for contract in stage.reads}


@pytest.mark.parametrize("stage", RULES.values(), ids=lambda stage: stage.name)
def test_a_rule_selects_the_columns_of_its_contract_in_order(stage: Rule) -> None:
    statements = sqlglot.parse(stage.sql, dialect="duckdb")
    assert len(statements) == 1
    tree = statements[0]
    assert tree is not None
    assert tree.named_selects == list(stage.contract.columns())


@pytest.mark.parametrize("stage", RULES.values(), ids=lambda stage: stage.name)
def test_a_rule_opens_with_its_question_and_grain_and_uses_nothing_banned(stage: Rule) -> None:
    lines = stage.sql.splitlines()
    assert lines[0].startswith("-- ")
    assert "?" in lines[0]
    assert lines[1].startswith("-- One row per ")
    code = re.sub(r"--.*", "", stage.sql)
    assert code == code.lower() or re.search(r"'[^']*[A-Z][^']*'", code)
    for banned in (r"date_diff\(\s*'minute'", r"any_value\(", r"\bfirst\(", r"\{\{", r"\bdouble\b"):
        assert not re.search(banned, code), banned


def test_the_readers_headers_are_those_of_the_raw_tables() -> None:
    """Readers work in a child process that does not load the contracts, so the names stand twice."""
    assert {kind: (*ORIGIN, *headers) for kind, headers in HEADERS.items()} == {
        kind: tuple(contract.columns()) for kind, contract in RAW_TABLES.items()
    }
    assert all(set(roles) <= set(HEADERS[kind]) for kind, roles in ROLES.items())


def test_the_codes_that_a_profile_may_give_are_those_of_the_tables() -> None:
    allowed = {
        "channel": (Punch, "channel_code"), "direction": (Punch, "direction_code"), "layer": (Incident, "layer_code"),
        "side": (Statement, "side_code"), "status": (Employee, "status_code"), "verdict": (Decision, "verdict_code"),
    }  # fmt: skip
    for group, (contract, column) in allowed.items():
        (check,) = contract.to_schema().columns[column].checks
        assert set(CODES_OF[group]) == set(check.statistics["allowed_values"]), group
    assert {group for groups in CODES.values() for group in groups.values()} <= CODES_OF.keys()
