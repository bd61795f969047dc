"""A month of three people in two OPD whose totals tie, as the tables that are published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.commands.month import batch_minutes
from pipeline.engine.warehouse import ARROW_TYPES
from pipeline.payroll.batches import Batch, publish_batch
from pipeline.publishing import bundle, totals
from pipeline.publishing.manifest import sha256_of
from pipeline.publishing.publication import Published
from pipeline.publishing.totals.counts import COUNTED, Counted
from pipeline.settings import Settings
from schemas import (
    Adjustment,
    Assessment,
    Duty,
    DutySide,
    FileTotal,
    Finding,
    PersonMonth,
    Recommendation,
    Sensitivity,
    SourceFile,
    Table,
)

PERIOD = "2026-01"
APPROVED, PROPOSED, REJECTED = "199001012015011001", "199001012015011002", "199001012015011003"
DAY = dt.date(2026, 1, 2)
DUE = dt.datetime(2026, 1, 2, 0, 30)  # 07:30 in Jakarta
# nip, OPD, deduction recorded, restored, potential, status of the one finding
PEOPLE = (
    (APPROVED, "5.01", 100_000, 60_000, 60_000, "approved"),
    (PROPOSED, "5.01", 50_000, 50_000, 20_000, "proposed"),
    (REJECTED, "5.02", 10_000, 10_000, 10_000, "rejected"),
)
SCENARIOS = ("recorded", "restored", "potential")
Person = tuple[str, str, int, int, int, str]
Tables = dict[str, pa.Table]


def settings(period: str = PERIOD) -> Settings:
    return Settings(period=period, region="3205", zone="Asia/Jakarta", policy="kebijakan.toml", source=())


def workspace_at(folder: Path) -> tuple[Path, Path]:
    """A workspace and its scratch folder."""
    scratch = folder / "kerja" / "coret"
    scratch.mkdir(parents=True)
    (folder / "terbit").mkdir()
    (folder / "kebijakan.toml").write_text('versi = "contoh"\n', "utf-8")
    (folder / "kerja" / "snapshot").mkdir()
    for content in ("a", "b"):
        receive(folder, content)
    return folder, scratch


def receive(folder: Path, content: str) -> None:
    """The bytes of the one input file, as the snapshot stage leaves them."""
    (folder / "kerja" / "snapshot" / sha256_of(content.encode())).write_text(content, "utf-8")


def table(contract: type[Table], rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the contract's table; columns that are not given are null."""
    return pa.table(
        {
            name: pa.array([row.get(name) for row in rows], ARROW_TYPES[kind])
            for name, kind in contract.columns().items()
        }
    )


def month(content: str = "a", people: Iterable[Person] = PEOPLE) -> Tables:
    """The tables; `content` stands for the bytes of the one input file."""
    file_id = sha256_of(content.encode())[:16]
    rows: dict[type[Table], list[dict[str, Any]]] = {
        SourceFile: [
            {"path": "masukan/x.csv", "file_id": file_id, "byte_count": 1}
            | {"sha256": sha256_of(content.encode()), "kind_code": "punch", "profile_code": "baku"}
            | {"zone": "Asia/Jakarta"}
        ],
        FileTotal: [
            {
                "file_id": file_id,
                "record_count": 9,
                "accepted_count": 7,
                "telling_count": 6,
                "stored_count": 6,
                "accepted_idr": 0,
                "stored_idr": 0,
            }
        ],
        Assessment: [],
    }
    rows[FileTotal][0] |= {"quarantined_count": 2, "warning_count": 1}
    for number, (nip, unit, *amounts, status) in enumerate(people):
        of_side = {"nip": nip, "unit_id": unit, "duty_date": DAY, "side_code": "in", "due_at": DUE}
        before, after = (amounts[1], amounts[2]) if status == "proposed" else (amounts[0], amounts[1])
        effect = {
            "deduction_before_idr": before,
            "deduction_after_idr": after,
            "adjustment_idr": before - after,
        }
        rows.setdefault(Duty, []).append({"nip": nip, "duty_date": DAY, "unit_id": unit})
        of_month = {"nip": nip, "unit_id": unit}
        for each in COUNTED:
            if each.key == "nip":
                rows.setdefault(each.contract, []).append(counts_of(each, of_month))
        rows.setdefault(DutySide, []).append({**of_side, "state_code": "missing"})
        rows.setdefault(Finding, []).append({**of_side, "finding_id": f"{number:016x}"})
        rows.setdefault(Recommendation, []).append(
            {**of_side, **effect, "finding_id": f"{number:016x}", "status_code": status}
        )
        rows.setdefault(PersonMonth, []).append(
            {"nip": nip, "unit_id": unit, "tpp_idr": 5_000_000}
            | {f"{name}_idr": amount for name, amount in zip(SCENARIOS, amounts, strict=True)}
        )
        rows[Assessment] += [
            {**of_side, "scenario_code": name, "step_no": 0, "deduction_idr": amount, "band_code": "TL4"}
            for name, amount in zip((*SCENARIOS, "step"), (*amounts, 1), strict=True)
        ]
    rows[Adjustment] = [adjustment_row()]
    sums = {
        f"{name}_idr": sum(row[f"{name}_idr"] for row in rows.get(PersonMonth, []))
        for name in ("recorded", "potential")
    }
    rows[Sensitivity] = [{"alternative_no": 0, **sums}]
    vantage = {"vantage_code": "pusat"}
    rows |= {each.contract: [counts_of(each, vantage)] for each in COUNTED if each.key == "vantage_code"}
    contracts = dict.fromkeys((*totals.READS, *bundle.LEADING))
    return {contract.table_name(): table(contract, rows.get(contract, [])) for contract in contracts}


def counts_of(each: Counted, key: dict[str, Any]) -> dict[str, Any]:
    """A row of counts, no two pairs alike, that tie."""
    row = key | {due: number for number, (_total, _what, due, _found) in enumerate(each.pairs, start=2)}
    return row | {found: row[due] for _total, _what, due, found in each.pairs}


def adjustment_row(issued: int = 0, after: int = 60_000) -> dict[str, Any]:
    """What is to be paid to the approved person, after `issued` was."""
    return {
        "adjustment_id": "x",
        "nip": APPROVED,
        "origin_period": PERIOD,
        "unit_id": "5.01",
        "tpp_idr": 5_000_000,
        "deduction_before_idr": 100_000,
        "deduction_after_idr": after,
        "issued_idr": issued,
        "adjustment_idr": 100_000 - after - issued,
        "is_held": False,
    }


def issued_row(amount: int) -> dict[str, Any]:
    """What an earlier batch paid to the approved person."""
    return {
        "adjustment_id": "i",
        "nip": APPROVED,
        "origin_period": PERIOD,
        "unit_id": "5.01",
        "adjustment_idr": amount,
    }


def with_value(tables: Tables, contract: type[Table], row: int, column: str, value: Any) -> Tables:
    """The tables with one value changed."""
    rows = tables[contract.table_name()].to_pylist()
    rows[row][column] = value
    return {**tables, contract.table_name(): table(contract, rows)}


def pay_batch(adjustment: pa.Table, asked: Settings, folder: Path, revision: Published) -> Batch | None:
    """Publish the payroll batch of a revision, with the minutes that people get."""
    scratch = folder / "kerja" / "coret"
    return publish_batch(
        adjustment, asked, folder, scratch, revision, partial(batch_minutes, asked, revision)
    )
