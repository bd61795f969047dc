"""The cases of rules in tests/rules, and the small month in which a rule meets a case's rows."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa

import schemas
from pipeline.engine.warehouse import ARROW_TYPES, Warehouse
from pipeline.policy import compile_policy, read_policy
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from pipeline.stages.intake.load_policy import calendar_days, setting_row
from schemas import AssessmentRule, Calendar, PolicyPeriod, Setting, Table
from tests.support import ROOT

FOLDER = ROOT / "tests" / "rules"
FILES = sorted(FOLDER.glob("*/*.toml"))
WIB = dt.timedelta(hours=7)
DEFAULTS: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "defaults.toml").read_text("utf-8"))
COMPILED = {Setting, *BY_NAME["load_policy"].writes}
CONTRACTS = schemas.TABLES

HELD: dict[tuple[int, str], pa.Table] = {}
"""What a shared warehouse holds already: writing the same rows again would only cost time."""


@functools.cache
def documents() -> dict[Path, dict[str, Any]]:
    """Each file of cases: the rules it runs in order, the last of which it is about, and its cases."""
    return {path: tomllib.loads(path.read_text("utf-8")) for path in FILES}


def filled(contract: type[Table], rows: list[dict[str, Any]], day: dt.date) -> pa.Table:
    """Given rows with the columns that do not matter filled in; wall times are WIB, `kosong` is null."""
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
    span = {"valid_from": day, "valid_to": day + dt.timedelta(days=1)}
    usual = {"duty_date": day, **DEFAULTS["every"], **span, **DEFAULTS.get(contract.table_name(), {})}
    complete = []
    for number, row in enumerate(rows):
        unknown = set(row) - set(schema.names)
        assert not unknown, f"{contract.table_name()} has no column {sorted(unknown)}"
        ids = {
            name: f"{name[0]}{number}"
            for name in ("punch_id", "absence_id", "decision_id", "attempt_id", "statement_id")
            if contract.key() == (name,)
        }
        merged = {**usual, **ids, **row}
        if "minutes_off" in row:
            merged.setdefault("seconds_off", row["minutes_off"] * 60)
        # TOML has no null: false stands for it in a column that is no flag.
        empty = [
            name
            for name in schema.names
            if merged.get(name) is False and schema.field(name).type != pa.bool_()
        ]
        merged.update(dict.fromkeys(empty))
        complete.append({name: in_utc(merged.get(name)) for name in schema.names})
    return pa.Table.from_pylist(complete, schema=schema)


def in_utc(value: Any) -> Any:
    if value == "kosong":
        return None
    return value - WIB if isinstance(value, dt.datetime) else value


@functools.cache
def month(period: str, changes: tuple[tuple[str, int], ...], _given: frozenset[type[Table]]) -> Warehouse:
    """A warehouse with the example policy and the month's calendar; a case may change single values.

    Cases that give the same tables of the policy share one, and write those tables themselves.
    """
    settings = Settings(period=period, region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    warehouse = Warehouse(None)
    warehouse.write(Setting, setting_row(settings))
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    for contract in (PolicyPeriod, AssessmentRule):
        known = {name: value for name, value in changes if name in contract.columns()}
        tables[contract] = [{**row, **known} for row in tables[contract]]
    tables[Calendar] = calendar_days(settings.period_from, settings.period_to)
    for contract, rows in tables.items():
        schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
        kept = [{name: row[name] for name in schema.names} for row in rows]
        warehouse.write(contract, pa.Table.from_pylist(kept, schema=schema))
    return warehouse


def world(case: dict[str, Any], reads: set[type[Table]]) -> Warehouse:
    """The month's warehouse with one employee on the case's day and the given rows of every table that is read."""
    day = case["day"]
    told = {CONTRACTS[name] for name in case.get("given", {})}
    assert told <= reads
    warehouse = month(
        f"{day:%Y-%m}", tuple(sorted(case.get("policy", {}).items())), frozenset(told & COMPILED)
    )
    given = {"employee": [{}], "unit": [{}], **case.get("given", {})}
    for name in sorted(contract.table_name() for contract in reads - (COMPILED - told)):
        rows = filled(CONTRACTS[name], given.get(name, []), day)
        if HELD.get((id(warehouse), name)) != rows:
            warehouse.write(CONTRACTS[name], rows)
            HELD[id(warehouse), name] = rows
    return warehouse
