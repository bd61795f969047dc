"""The quick check of a contract's values never passes what pandera, whose checks they are, refuses."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandera.errors
import pyarrow as pa
import pytest

from pipeline.engine.warehouse import arrow_schema, to_frame
from schemas import TABLES, Table

TEXTS = [
    "199001012015011001", "199001012015011001\n", "1990", "3205", "2026-01", "2026-13", "in", "out", "f" * 16, "a" * 64, "A_B", "", " ",
    "१२३४", "3205 ",
]  # fmt: skip
DAY = dt.date(2026, 1, 2)
VALUES: dict[str, list[Any]] = {
    "varchar": TEXTS,
    "bigint": [-1, 0, 1, 2, 5, 255, 10_000, 10**12],
    "double": [-0.1, 0.0, 0.5, 1.0, 1.1, float("nan")],
    "boolean": [True, False],
    "date": [DAY],
    "timestamp": [dt.datetime(2026, 1, 2, 7, 30)],
}


def a_row(chance: random.Random, contract: type[Table]) -> dict[str, Any]:
    """A value of each column: of its allowed ones where it lists them, or any of its type, or none."""
    row = {}
    for name, field in contract.to_schema().columns.items():
        pool = list(VALUES[contract.columns()[name]])
        listed = [check.statistics["allowed_values"] for check in field.checks if check.name == "isin"]
        likely = [value for values in listed for value in values]
        row[name] = chance.choice(likely if likely and chance.random() < 0.95 else [*pool, None])
    return row


def passes(contract: type[Table], rows: pa.Table) -> bool:
    try:
        contract.validate(to_frame(rows), lazy=True)
    except pandera.errors.SchemaErrors:
        return False
    return True


def first_passing(contract: type[Table], chance: random.Random) -> dict[str, Any]:
    """A row that every check of the contract lets pass, column by column."""
    row = dict.fromkeys(contract.columns())
    for name, field in contract.to_schema().columns.items():
        alone = contract.to_schema().select_columns([name])
        for value in [value for _ in range(40) for value in [a_row(chance, contract)[name]]]:
            one = pa.Table.from_pylist([{name: value}], pa.schema([arrow_schema(contract).field(name)]))
            try:
                alone.validate(to_frame(one))
            except (pandera.errors.SchemaError, pandera.errors.SchemaErrors):
                continue
            row[name] = value
            break
        else:
            assert field.nullable, f"{contract.table_name()}.{name} lets no value of this test pass"
    return row


@pytest.mark.parametrize("contract", TABLES.values(), ids=TABLES)
def test_the_quick_check_says_of_each_value_what_pandera_says(contract: type[Table]) -> None:
    """A row that passes, and with one column exchanged at a time; of a text with a line end at its end pandera is asked."""
    chance = random.Random(contract.table_name())  # noqa: S311 - a test's choices
    whole = first_passing(contract, chance)
    rows = [whole, *({**whole, name: a_row(chance, contract)[name]} for name in contract.columns())]
    for row in rows:
        table = pa.Table.from_pylist([row], arrow_schema(contract))
        quick = all(contract.surely_holds(batch) for batch in table.to_batches())
        assert not quick or passes(contract, table), row
        if quick != passes(contract, table):
            assert any(isinstance(value, str) and value.endswith("\n") for value in row.values()), row
