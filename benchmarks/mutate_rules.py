"""Mutate the money rules and count how many wrong versions the cases and the independent computations notice.

Run from a checkout: `python -m benchmarks.mutate_rules [STAGE ...]`. A mutant changes one comparison, constant, join,
operator, function or ordering of one rule's SQL tree. It is killed where a policy case no longer holds, where a
generated month differs from its independent computation (5,000 person-days, over the example policies, in two
scenarios and two steps), or where the rule no longer runs. Survivors are listed; those that cannot matter are argued
in docs/mutation.md.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import expressions as e

from pipeline.policy import compile_document, preset_names, read_policy
from pipeline.policy.cases import SETTLING, Case, lay_out, outcomes, read_cases
from pipeline.stage import SqlStage
from pipeline.stages import STAGES
from pipeline.strict_toml import parse
from pipeline.warehouse import Warehouse
from tests.reference import months
from tests.test_regimes import FILES, regime

RULES = {stage.name: stage for stage in STAGES if isinstance(stage, SqlStage)}
DAYS_A_PRESET = 840
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
    """Prepared tables of one or more months, and a check of what the money rules make of them."""

    def __init__(self, warehouse: Warehouse, holds: Callable[[], bool]) -> None:
        self.warehouse, self.holds = warehouse, holds

    def settle(self, changed: str, sql: str) -> bool:
        """Whether everything still holds with one stage's SQL changed."""
        connection = self.warehouse._connection
        names = SETTLING[SETTLING.index(changed) :]
        try:
            for name in names:
                body = sql if name == changed else RULES[name].sql
                table = RULES[name].writes.table_name()
                connection.execute(f"create or replace table {table} as {body}")
            return self.holds()
        except Exception:
            return False


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
        yield "left condition only", lambda old: old.this
        yield "right condition only", lambda old: old.expression
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
    found = [_generated(preset) for preset in preset_names()]
    documents = {name: parse(*read_policy(Path(), name)) for name in preset_names()}
    documents |= {path.stem: regime(path) for path in FILES}
    for name, document in documents.items():
        rows = compile_document(f"{name}.toml", document)
        by_period: dict[str, dict[str, Case]] = {}
        for number, case in enumerate(read_cases(f"{name}.toml", document)):
            by_period.setdefault(case.period, {})[months.nip(number)] = case
        for period, people in by_period.items():
            warehouse = Warehouse(None)
            lay_out(warehouse, rows, period, people)
            found.append(World(warehouse, lambda w=warehouse, p=people: _cases_hold(w, p)))
    return found


def _cases_hold(warehouse: Warehouse, people: dict[str, Case]) -> bool:
    return not any(outcome.problems for outcome in outcomes(warehouse, people).values())


def _generated(preset: str) -> World:
    reference = importlib.import_module(f"tests.reference.{preset}")
    people = round(DAYS_A_PRESET / months.DAYS_A_MONTH / 4)
    apel = preset == "pekalongan"
    first = months.generated(people, 7, has_apel=apel)
    scenarios = [("recorded", 0, first)]
    for number, (scenario, step) in enumerate((("potential", 0), ("step", 1), ("step", 2))):
        other = months.generated(people * 3, 70 + number, has_apel=apel)
        pool = iter([day for _, days in other for day in days] * 3)
        scenarios.append((scenario, step, [(tpp, [next(pool) for _ in days]) for tpp, days in first]))
    warehouse = Warehouse(None)
    months.lay_out(warehouse, preset, scenarios)
    wanted = {
        (scenario, step, months.nip(number)): reference.deduction(tpp, days)
        for scenario, step, listed in scenarios
        for number, (tpp, days) in enumerate(listed)
    }

    def holds() -> bool:
        found = months.deducted(warehouse)
        return all(found.get(key, 0) == total for key, total in wanted.items())

    return World(warehouse, holds)


def main(stages: list[str]) -> int:
    """Print survivors and the share killed per stage; 1 where the unchanged rules do not hold."""
    prepared = worlds()
    for name in SETTLING:
        same = sqlglot.parse_one(RULES[name].sql, dialect="duckdb").sql("duckdb")
        if not all(world.settle(SETTLING[0], RULES[SETTLING[0]].sql) for world in prepared) or not all(
            world.settle(name, same) for world in prepared
        ):
            print(f"{name}: the unchanged rule does not hold")
            return 1
    total = killed = 0
    for name in stages or SETTLING:
        alive = []
        listed = list(mutants(RULES[name].sql))
        count = len(listed)
        for label, sql in listed:
            for place, world in enumerate(prepared):
                if not world.settle(name, sql):
                    prepared.insert(0, prepared.pop(place))  # who kills once often kills again
                    break
            else:
                alive.append(label)
        for world in prepared:
            world.settle(SETTLING[0], RULES[SETTLING[0]].sql)
        total, killed = total + count, killed + count - len(alive)
        print(f"{name}: {count - len(alive)} of {count} mutants killed", flush=True)
        for label in alive:
            print(f"  survived  {label}", flush=True)
    print(f"{killed} of {total} killed ({100 * killed / total:.1f}%)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
