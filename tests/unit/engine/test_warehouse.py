"""A table holds what its contract says, in the order of its key, however its rows come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engine.warehouse import ContractError, Warehouse, arrow_schema
from schemas import Punch, RequestMinute


def stored(*lines: int) -> pa.Table:
    """Punches, one of each number of a line."""
    count = len(lines)
    at = pa.array([dt.datetime(2026, 1, 1)] * count, pa.timestamp("us"))
    fixed = {"nip": "198001012006041001", "direction_code": None, "channel_code": None, "device_id": None, "app_version": None,
        "row_sha256": "0" * 64, "file_id": "f"}  # fmt: skip
    columns = {name: pa.array([value] * count, pa.string()) for name, value in fixed.items()}
    columns |= {"punch_id": pa.array([f"f:{line:07}" for line in lines]), "punched_at": at, "received_at": at}
    return pa.table({**columns, "line_no": pa.array(lines, pa.int64())}).select(list(Punch.columns()))


@pytest.mark.parametrize("twice", [1, 2047, 2048, 122_880, 150_000])
def test_a_key_that_stands_twice_is_a_mistake_wherever_it_stands(twice: int) -> None:
    """Also over the ends of what the engine stores and passes on at a time."""
    warehouse = Warehouse(None)
    warehouse.write(Punch, stored(*range(1, 150_001)))
    with pytest.raises(ContractError, match="punch_id"):
        warehouse.write(Punch, stored(twice, *range(1, 150_001)))


def test_a_key_without_a_value_stands_once_like_any_other() -> None:
    warehouse = Warehouse(None)
    row = {name: 0 if kind == "bigint" else None for name, kind in RequestMinute.columns().items()}
    row |= {"vantage_code": "pusat", "minute_at": dt.datetime(2026, 1, 1)}
    once = pa.Table.from_pylist([row], arrow_schema(RequestMinute))
    warehouse.write(RequestMinute, once)
    with pytest.raises(ContractError):
        warehouse.write(RequestMinute, pa.concat_tables([once, once]))


def test_rows_that_come_a_few_at_a_time_are_stored_as_if_they_had_come_at_once(tmp_path: Path) -> None:
    """In the order of their key, and also where the engine may hold only a part of them."""
    warehouse = Warehouse(tmp_path / "x.duckdb", scratch=tmp_path / "spill")
    rows = stored(*range(200_000, 0, -1))
    warehouse.write(Punch, rows)
    at_once = warehouse.arrow(Punch)
    with warehouse.limited("80MB"):
        warehouse.write(Punch, rows.to_reader(max_chunksize=7_000))
    assert warehouse.arrow(Punch) == at_once
    assert pa.Table.from_batches(warehouse.batches(Punch)) == at_once


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [(0, 7, 0), (1, 3, 0), (1, 2, 1), (2, 3, 1), (3, 2, 2), (4999, 10_000, 0), (5 * 10**18, 10**18, 5)],
)
def test_half_up_gives_the_nearest_integer_and_of_two_the_larger(
    numerator: int, denominator: int, nearest: int
) -> None:
    """Also just below the half, and where twice the amount would no longer fit 64 bits."""
    answer = Warehouse(None).query(f"select half_up({numerator}, {denominator}) as nearest")
    assert answer.to_pylist() == [{"nearest": nearest}]
