"""Each case file under tests/rules holds what its rule makes of the given rows, under the shipped example policy."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.engine.stage import Rule
from pipeline.errors import InputRefusedError
from pipeline.stages import RULES
from tests.support.rule_cases import HELD, documents, in_utc, world

SCREEN = 60


def cases() -> list[Any]:
    return [
        pytest.param(document["stages"], case, id=f"{path.stem}: {case['name']}")
        for path, document in documents().items()
        for case in document["case"]
    ]


@pytest.mark.parametrize(("stages", "case"), cases())
def test_the_rule_makes_of_the_given_rows_what_the_case_expects(
    stages: list[str], case: dict[str, Any]
) -> None:
    modules = [RULES[name] for name in stages]
    made = {stage.contract for stage in modules}
    warehouse = world(case, {contract for stage in modules for contract in stage.reads} - made)
    if "refused" in case:
        with pytest.raises(InputRefusedError, match=case["refused"]):
            [stage.create(warehouse) for stage in modules]
        return
    rule, _, step = case.get("step", stages[-1]).partition(".")
    for stage in modules[: stages.index(rule) + (not step)]:
        stage.create(warehouse)
        HELD.pop((id(warehouse), stage.contract.table_name()), None)
    expected = case["expect"]
    wanted = sorted({name for row in expected for name in row})
    asked = modules[stages.index(rule)]
    answer = warehouse.query(asking(asked, step)) if step else warehouse.arrow(asked.contract)
    assert set(wanted) <= set(answer.column_names)
    found = [{name: row[name] for name in wanted if row[name] is not None} for row in answer.to_pylist()]
    assert found == [{name: in_utc(row[name]) for name in sorted(row)} for row in expected]


def asking(rule: Rule, step: str) -> str:
    """The rule up to its last SELECT, asked for one of its named steps instead."""
    steps, _, last = rule.sql.partition("\n\nselect")
    assert last
    return f"{steps}\nselect * from {step} order by all"


def test_a_rule_longer_than_a_screen_has_a_case_that_pins_one_of_its_steps() -> None:
    """Style: past one screen a query is two stages, or named steps that a test pins."""
    pinned = {
        case["step"].partition(".")[0]
        for document in documents().values()
        for case in document["case"]
        if "step" in case
    }
    rules = list(RULES.values())
    assert {rule.name for rule in rules if len(rule.sql.splitlines()) > SCREEN} <= pinned


def test_every_rule_about_a_person_has_a_case_file() -> None:
    covered = {document["stages"][-1] for document in documents().values()}
    rules = set(RULES)
    not_about_a_person = {"collect_quarantine"}
    steps_of_assess_tpp = {"charge_cuts", "charge_leave", "charge_sides", "price_charges", "value_duties"}
    assert rules - covered <= not_about_a_person | steps_of_assess_tpp
