"""Many person-months through the money rules: generated days in, one deduction per person out.

Only this module of the folder touches `pipeline`; it feeds the rules what `expect_duty` and `build_scenarios` would.
"""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.policy import compile_policy, read_policy
from pipeline.policy.cases import SETTLING, as_table, run_rules
from pipeline.warehouse import Warehouse, arrow_schema
from schemas import AssessmentRule, Duty, ScenarioSide, Table
from tests.reference import Day

FIRST = dt.date(2026, 4, 1)
TPP = np.array([1_234_567, 3_000_000, 5_000_250, 6_000_000, 9_999_999, 43_125_000])
EDGES = np.array([0, 1, 59, 60, 61, 959, 960, 1799, 1800, 1801, 1859, 1860, 1861, 3599, 3600, 3601, 3659, 3660, 3661,
                  5399, 5400, 5459, 5460, 5461, 9000])  # fmt: skip
DAYS_A_MONTH = 13.5
"""Mean of the generated months."""
Month = tuple[int, list[Day]]


def generated(people: int, seed: int, *, has_apel: bool) -> list[Month]:
    """Months of 1 to 26 days, some nearly clean, some nearly empty; half of the offsets lie at an edge of a band."""
    rng = np.random.default_rng(seed)
    months = []
    for _ in range(people):
        count = int(rng.integers(1, 27))
        trouble, missing = rng.choice([0.05, 0.3, 0.9]), rng.choice([0.05, 0.3, 0.8])
        days = []
        for _ in range(count):
            off = [_offset(rng, trouble, missing) for _ in range(2)]
            apel = bool(rng.random() > missing) if has_apel and rng.random() < 0.8 else None
            days.append(Day(off[0], off[1], apel))
        months.append((int(rng.choice(TPP)), days))
    return months


def _offset(rng: np.random.Generator, trouble: float, missing: float) -> int | None:
    if rng.random() < missing:
        return None
    if rng.random() > trouble:
        return 0
    return int(rng.choice(EDGES)) if rng.random() < 0.5 else int(rng.integers(0, 9000))


def settled(preset: str, months: list[Month]) -> list[int]:
    """What the rules deduct from each person's month under a preset."""
    warehouse = Warehouse(None)
    lay_out(warehouse, preset, [("recorded", 0, months)])
    run_rules(warehouse, SETTLING)
    totals = deducted(warehouse)
    warehouse.close()
    return [totals.get(("recorded", 0, nip(number)), 0) for number in range(len(months))]


def lay_out(warehouse: Warehouse, preset: str, scenarios: list[tuple[str, int, list[Month]]]) -> None:
    """Fill a warehouse with the same people's months in each scenario and step; their duties are the first's."""
    for contract, rows in compile_policy(*read_policy(Path(), preset)).items():
        warehouse.write(contract, as_table(contract, rows))
    late_from = min(row["late_from_seconds"] for row in warehouse.arrow(AssessmentRule).to_pylist())
    warehouse.write(Duty, _duties(scenarios[0][2]))
    sides = [_sides(months, late_from, scenario, step) for scenario, step, months in scenarios]
    warehouse.write(ScenarioSide, pa.concat_tables(sides))


def deducted(warehouse: Warehouse) -> dict[tuple[str, int, str], int]:
    """Scenario, step and person -> the month's deduction; who has none is left out."""
    sums = warehouse.query(
        "select scenario_code, step_no, nip, sum(deduction_idr)::bigint as total from assessment group by all"
    ).to_pylist()
    return {(row["scenario_code"], row["step_no"], row["nip"]): row["total"] for row in sums}


def nip(number: int) -> str:
    """The person of a month's number."""
    return f"{number:018d}"


def disagreements(preset: str, months: list[Month]) -> list[tuple[Month, int, int]]:
    """Months on which the independent computation and the rules differ, with both results."""
    reference = importlib.import_module(f"tests.reference.{preset}")
    wanted = [reference.deduction(tpp, days) for tpp, days in months]
    pairs = zip(months, wanted, settled(preset, months), strict=True)
    return [(month, one, other) for month, one, other in pairs if one != other]


def _duties(months: list[Month]) -> pa.Table:
    count = [len(days) for _, days in months]
    rows = sum(count)
    instant = pa.array(np.full(rows, np.datetime64("2026-04-01T00:00:00", "us")))
    columns = {
        "nip": np.repeat([nip(number) for number in range(len(months))], count),
        "duty_date": _dates(count),
        "tpp_idr": np.repeat([tpp for tpp, _ in months], count),
        "is_excused": np.zeros(rows, bool),
        "late_from_seconds": np.ones(rows, np.int64),
        "early_from_seconds": np.ones(rows, np.int64),
    }
    fixed = {
        "unit_id": "1",
        "region_code": "0000",
        "zone": "Asia/Jakarta",
        "group_code": "kantor-5",
        "variant_code": "umum",
    }
    return _table(
        Duty, columns | {name: np.full(rows, value) for name, value in fixed.items()}, rows, instant
    )


def _sides(months: list[Month], late_from: int, scenario: str, step: int) -> pa.Table:
    found: dict[str, list[object]] = {
        "nip": [],
        "day": [],
        "side_code": [],
        "state_code": [],
        "seconds_off": [],
    }
    for number, (_, days) in enumerate(months):
        for day_no, day in enumerate(days):
            offsets = [("in", day.late), ("out", day.early)]
            if day.apel is not None:
                offsets.append(("apel", 0 if day.apel else None))
            for side, off in offsets:
                word = {"in": "late", "out": "early", "apel": "late"}[side]
                found["nip"].append(nip(number))
                found["day"].append(day_no)
                found["side_code"].append(side)
                found["state_code"].append(
                    "missing" if off is None else word if off >= late_from else "on_time"
                )
                found["seconds_off"].append(off)
    rows = len(found["nip"])
    seconds = pa.array(found["seconds_off"], pa.int64())
    columns = {
        "nip": found["nip"],
        "duty_date": np.datetime64(FIRST) + np.array(found["day"], "timedelta64[D]"),
        "side_code": found["side_code"],
        "state_code": found["state_code"],
        "seconds_off": seconds,
        "minutes_off": pa.array(
            [None if off is None else off // 60 for off in found["seconds_off"]], pa.int64()
        ),  # type: ignore[operator]
        "scenario_code": np.full(rows, scenario),
        "step_no": np.full(rows, step),
        "unit_id": np.full(rows, "1"),
    }
    return _table(
        ScenarioSide, columns, rows, pa.array(np.full(rows, np.datetime64("2026-04-01T00:00:00", "us")))
    )


def _dates(count: list[int]) -> np.ndarray:
    days = np.concatenate([np.arange(number) for number in count])
    dates: np.ndarray = np.datetime64(FIRST) + days.astype("timedelta64[D]")
    return dates


def _table(contract: type[Table], columns: dict[str, object], rows: int, instant: pa.Array) -> pa.Table:
    """The contract's table; instants that no money rule reads are all the same, other columns null."""
    schema = arrow_schema(contract)
    arrays = []
    for entry in schema:
        if entry.name in columns:
            arrays.append(pa.array(columns[entry.name], entry.type))
        elif pa.types.is_timestamp(entry.type) and entry.name not in ("apel_at", "effective_at"):
            arrays.append(instant)
        else:
            arrays.append(pa.nulls(rows, entry.type))
    return pa.Table.from_arrays(arrays, schema=schema)
