"""Mutate the rules and count how many wrong versions the cases and the independent computations notice.

Run from a checkout: `python -m benchmarks.mutate_rules [--sample N] [STAGE ...]`; N mutants drawn from those of all the stages. A mutant changes one comparison, constant, join,
operator, function or ordering of one rule's SQL tree. It is killed where a case of the rule (tests/rules), a policy case
(the example policies and tests/policies) or a generated month (5,000 person-days over the example policies, in two scenarios
and two steps) no longer holds, or where the rule no longer runs. Survivors are listed; those that cannot matter are
argued in docs/decisions/0061-mutants-of-the-rules.md.
"""

from __future__ import annotations

import importlib
import random
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import expressions as e

from pipeline.audit.policy_cases import Case, lay_out, outcomes, read_cases
from pipeline.engine.stage import Rule
from pipeline.engine.strict_toml import parse
from pipeline.engine.warehouse import Warehouse
from pipeline.policy import compile_document, preset_names, read_policy
from pipeline.stages import RULES, STAGES
from pipeline.stages.graph import leading_to
from schemas import Assessment, Candidate, Duty, ScenarioSide
from tests.rules import test_rules
from tests.support.reference import months
from tests.support.reference.people import DAYS_A_MONTH, generated, recorded_anew
from tests.support.regimes import FILES, regime

TEXTS = {name: stage.sql for name, stage in RULES.items()}
LAYING = [rule.name for rule in leading_to(STAGES, (ScenarioSide,), (Candidate,))]
CHARGING = [rule.name for rule in leading_to(STAGES, (Assessment,), (Duty, ScenarioSide))]
MONEY = (*LAYING, *CHARGING)
"""What a policy says about a person's month, from the duty to the rupiah."""
PERIODS = dict(
    zip(preset_names(), ("2026-01", "2026-02", "2026-03", "2026-05", "2026-03", "2026-02"), strict=True)
)
DAYS_A_PRESET = 840
SEED = 8
Holds = Callable[[], bool]
COMPARISONS = {
    e.GT: (e.GTE, e.LT),
    e.GTE: (e.GT, e.LT),
    e.LT: (e.LTE, e.GTE),
    e.LTE: (e.LT, e.GT),
    e.EQ: (e.NEQ,),
    e.NEQ: (e.EQ,),
    e.Add: (e.Sub,),
    e.Sub: (e.Add,),
    e.Mul: (e.Add,),
    e.Max: (e.Min,),
    e.Min: (e.Max,),
    e.Greatest: (e.Least,),
    e.Least: (e.Greatest,),
    e.ArgMax: (e.ArgMin,),
}


class World:
    """One or more months: how they are laid out, and a check of what the money rules make of them."""

    def __init__(self, lay: Callable[[Warehouse], None], check: Callable[[Warehouse], bool]) -> None:
        self.lay, self.check = lay, check
        self.warehouse = Warehouse(None)
        lay(self.warehouse)
        self.holds(CHARGING[0])

    def holds(self, changed: str) -> bool:
        """Whether the months come out right, the rules run again from the changed one."""
        if changed in LAYING:
            self.lay(self.warehouse)
        for name in CHARGING[CHARGING.index(changed) if changed in CHARGING else 0 :]:
            self.warehouse._connection.execute(
                f"create or replace table {RULES[name].contract.table_name()} as {RULES[name].sql}"
            )
        return self.check(self.warehouse)


def mutants(sql: str) -> Iterator[tuple[str, str]]:
    """Description and SQL of every version with one node changed."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for number, node in enumerate(tree.walk()):
        for label, replacement in _changes(node):
            copy = tree.copy()
            target = next(item for place, item in enumerate(copy.walk()) if place == number)
            before = target.sql("duckdb")
            new = replacement(target)
            if new is None:
                target.pop()
            elif new is not target:
                target.replace(new)
            context = (target.parent or node).sql("duckdb")
            yield f"{label}: {before[:90]}  in  {context[:140]}", copy.sql("duckdb")


Change = Callable[[e.Expression], "e.Expression | None"]


def _changes(node: e.Expression) -> Iterator[tuple[str, Change]]:
    yield from _values(node)
    yield from _structure(node)


def _values(node: e.Expression) -> Iterator[tuple[str, Change]]:
    for other in COMPARISONS.get(type(node), ()):
        yield f"{type(node).__name__} -> {other.__name__}", lambda old, other=other: other(**old.args)
    if isinstance(node, e.Literal) and not node.is_string:
        for shift in (1, -1):
            yield f"constant {shift:+d}", lambda old, shift=shift: e.Literal.number(int(old.this) + shift)
    if isinstance(node, e.And | e.Or):
        left, right = (side.sql("duckdb") for side in (node.this, node.expression))
        yield f"without the condition {right}", lambda old: old.this
        yield f"without the condition {left}", lambda old: old.expression
    if isinstance(node, e.Not):
        yield "not dropped", lambda old: old.this
    if isinstance(node, e.Coalesce):
        yield "coalesce dropped", lambda old: old.this


def _structure(node: e.Expression) -> Iterator[tuple[str, Change]]:
    if isinstance(node, e.Join) and node.args.get("on"):
        side = "left" if not node.side else None
        yield f"join side {side}", lambda old, side=side: _joined(old, side)
    if isinstance(node, e.Ordered) and isinstance(node.find_ancestor(e.Window), e.Window):
        yield (
            "order reversed",
            lambda old: e.Ordered(this=old.this, desc=not old.args.get("desc"), nulls_first=False),
        )
    if isinstance(node, e.Window) and node.args.get("partition_by"):
        for place in range(len(node.args["partition_by"])):
            yield f"partition key {place + 1} dropped", lambda old, place=place: _unpartitioned(old, place)
    if isinstance(node, e.Where | e.Qualify):
        yield "filter dropped", lambda old: None
    if isinstance(node, e.Case) and len(node.args["ifs"]) > 1:
        for place in range(len(node.args["ifs"])):
            yield f"case branch {place + 1} dropped", lambda old, place=place: _branchless(old, place)


def _joined(old: e.Expression, side: str | None) -> e.Expression:
    old.set("side", side)
    old.set("kind", None if side else "inner")
    return old


def _unpartitioned(old: e.Expression, place: int) -> e.Expression:
    old.set("partition_by", [key for number, key in enumerate(old.args["partition_by"]) if number != place])
    return old


def _branchless(old: e.Expression, place: int) -> e.Expression:
    old.set("ifs", [branch for number, branch in enumerate(old.args["ifs"]) if number != place])
    return old


def worlds() -> list[World]:
    """Generated months of each preset, then every policy case of the presets and the regimes."""
    found = [_generated(preset, period) for preset, period in PERIODS.items()]
    documents = {name: parse(*read_policy(Path(), name)) for name in preset_names()}
    documents |= {path.stem: regime(path) for path in FILES}
    for name, document in documents.items():
        rows = compile_document(f"{name}.toml", document)
        by_period: dict[str, dict[str, Case]] = {}
        for number, case in enumerate(read_cases(f"{name}.toml", document)):
            by_period.setdefault(case.period, {})[months.nip(number)] = case
        for period, people in by_period.items():
            found.append(
                World(
                    lambda w, rows=rows, period=period, people=people: lay_out(w, rows, period, people),
                    lambda w, people=people: not any(one.problems for one in outcomes(w, people).values()),
                )
            )
    return found


def _generated(preset: str, period: str) -> World:
    """The same people in two scenarios and two steps; only what they recorded differs."""
    reference = importlib.import_module(f"tests.support.reference.{preset}")
    people = generated(preset, round(DAYS_A_PRESET / DAYS_A_MONTH / 4), period, seed=7)
    scenarios = [
        (
            scenario,
            step,
            [recorded_anew(preset, person, seed + number) for number, person in enumerate(people)],
        )
        for seed, (scenario, step) in enumerate((("recorded", 0), ("potential", 0), ("step", 1), ("step", 2)))
    ]
    wanted = {
        (scenario, step, months.nip(number)): reference.deduction(person.days)
        for scenario, step, listed in scenarios
        for number, person in enumerate(listed)
    }

    def check(warehouse: Warehouse) -> bool:
        found = months.deducted(warehouse)
        (unlike,) = warehouse.query(months.UNLIKE.replace("'recorded'", "'step' and step_no = 2")).to_pylist()
        return not unlike["sides"] and all(found.get(key, 0) == total for key, total in wanted.items())

    return World(lambda w: months.lay_out(w, preset, period, scenarios), check)


def rule_cases(name: str) -> list[Holds]:
    """Each case of tests/rules whose stages hold the rule, as a check. Steps are pinned in the rule's own layout."""
    given = [param.values for param in test_rules.cases()]
    return [
        lambda s=stages, c=case: _case_holds(s, c)
        for stages, case in sorted(given, key=lambda one: len(one[0]))
        if name in stages and "step" not in case
    ]  # type: ignore[misc]


def _case_holds(stages: list[str], case: dict[str, object]) -> bool:
    test_rules.HELD.clear()  # a mutant may have left other rows in a table than a case believes
    test_rules.test_the_rule_makes_of_the_given_rows_what_the_case_expects(stages, case)
    return True


def survivors(name: str, versions: list[tuple[str, str]], prepared: list[World]) -> list[str]:
    """Those mutants of a rule, label and text, that every check lets pass."""
    checks = rule_cases(name)
    if name in MONEY:
        listed = (
            prepared[: len(PERIODS)] if name in LAYING else prepared
        )  # cases say little of duties, and cost much
        checks += [lambda world=world: world.holds(name) for world in listed]  # type: ignore[misc]
    CHANGED[name] = sqlglot.parse_one(TEXTS[name], dialect="duckdb").sql("duckdb")
    broken = [place for place, check in enumerate(checks) if not _passes(check)]
    if broken:
        raise SystemExit(f"{name}: the unchanged rule does not pass checks {broken} of {len(checks)}")
    alive = []
    for label, sql in versions:
        CHANGED[name] = sql
        killer = next((check for check in checks if not _passes(check)), None)
        if killer is None:
            alive.append(label)
        else:
            checks.insert(0, checks.pop(checks.index(killer)))  # who kills once often kills again
    del CHANGED[name]
    for world in prepared if name in MONEY else ():
        world.holds(LAYING[0])
    return alive


def _passes(check: Holds) -> bool:
    limit = threading.Timer(
        LIMIT_SECONDS, lambda: [warehouse._connection.interrupt() for warehouse in OPENED]
    )
    limit.start()
    try:
        return check()
    except (Exception, pytest.fail.Exception):
        return False
    finally:
        limit.cancel()


LIMIT_SECONDS = 60
"""A mutant that multiplies rows without end is killed by the clock."""
OPENED: list[Warehouse] = []
_opened = Warehouse.__init__


def _open(self: Warehouse, path: Path | None, **settings: object) -> None:
    _opened(self, path, **{**settings, "memory_limit": "500MB"})  # type: ignore[arg-type]
    OPENED.append(self)


Warehouse.__init__ = _open  # type: ignore[method-assign, assignment]


CHANGED: dict[str, str] = {}
"""The mutant that runs in a rule's place; only what it computes may kill it, so contracts are not checked."""
Warehouse._check = Warehouse._comment = lambda _self, _contract: None  # type: ignore[method-assign]
Rule.sql = property(lambda stage: CHANGED.get(stage.name, TEXTS[stage.name]))  # type: ignore[assignment, method-assign]


def main(stages: list[str]) -> int:
    """Print survivors and the share killed per rule; 1 where less than nine in ten are killed."""
    sample = 0
    if stages[:1] == ["--sample"]:
        sample, stages = int(stages[1]), stages[2:]
    names = stages or [*CHARGING, "join_absences", "count_absences", *LAYING]
    every = [(name, version) for name in names for version in mutants(TEXTS[name])]
    drawn = random.Random(SEED).sample(every, sample) if sample else every  # noqa: S311 - a sample, no secret
    prepared = worlds() if any(name in MONEY for name in names) else []
    killed = 0
    for name in names:
        versions = [version for of, version in drawn if of == name]
        alive = survivors(name, versions, prepared)
        killed += len(versions) - len(alive)
        print(f"{name}: {len(versions) - len(alive)} of {len(versions)} mutants killed", flush=True)
        for label in alive:
            print(f"  survived  {label}", flush=True)
    print(f"{killed} of {len(drawn)} killed ({100 * killed / len(drawn):.1f}%)")
    return int(killed < 0.9 * len(drawn))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
