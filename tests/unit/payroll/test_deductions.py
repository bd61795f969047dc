"""What payroll really deducted: whoever it differs for is listed and held, everybody else is paid."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.payroll.batches import csv_rows
from pipeline.publishing.ledger import BATCH, REVISION, read_ledger

SOURCE = '\n[[source]]\nkind = "deduction"\nfiles = ["masukan/{period}/potongan*.csv"]\n'


@pytest.fixture
def workspace(published_month: Path, tmp_path: Path) -> Path:
    """A month whose batch is paid; the logs that proved it are withdrawn, so all of it is to be taken back."""
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder, ignore=shutil.ignore_patterns("log"))
    with (folder / "rekon.toml").open("a", encoding="utf-8") as settings:
        settings.write(SOURCE)
    return folder


def finalize(folder: Path) -> dict[str, Any]:
    result = CliRunner().invoke(rekon, ["finalize", "-C", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def hand_in(folder: Path, deducted: dict[str, int]) -> None:
    """Payroll's file of the month."""
    with (folder / "masukan/2026-01/potongan.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("nip", "periode", "potongan"))
        writer.writerows((nip, "2026-01", amount) for nip, amount in sorted(deducted.items()))


def published(folder: Path, table: str) -> list[dict[str, Any]]:
    newest = read_ledger(folder).of(REVISION)[-1]
    rows: list[dict[str, Any]] = pq.read_table(
        folder / "terbit" / newest.path / "bukti" / f"{table}.parquet"
    ).to_pylist()
    return rows


def batches(folder: Path) -> list[list[dict[str, str]]]:
    return [csv_rows(folder / "terbit" / entry.path) for entry in read_ledger(folder).of(BATCH)]


def test_who_was_deducted_otherwise_is_listed_and_held_until_that_is_resolved(workspace: Path) -> None:
    recorded: dict[str, int] = {}
    for row in published(workspace, "person_month"):  # who moved has a row at each OPD
        recorded[row["nip"]] = recorded.get(row["nip"], 0) + row["recorded_idr"]
    (paid,) = batches(workspace)
    held, left_out, *others = sorted(row["nip"] for row in paid)
    real = dict(recorded)
    real[held] += 1
    del real[left_out]  # payroll names no amount: nothing was deducted
    hand_in(workspace, real)
    told = finalize(workspace)
    assert (told["held"], told["count"]) == (2, len(others))
    checks = {
        row["nip"]: (row["deduction_idr"], row["difference_idr"])
        for row in published(workspace, "deduction_check")
    }
    assert checks == {held: (real[held], 1), left_out: (None, -recorded[left_out])}
    assert sorted(row["nip"] for row in batches(workspace)[-1]) == others
    status = json.loads(CliRunner().invoke(rekon, ["status", "-C", str(workspace), "--json"]).stdout)
    (month,) = status["periods"]
    assert (month["held_count"], "deduction_differs" in month["blocks"]) == (2, True)

    hand_in(workspace, recorded)
    told = finalize(workspace)
    assert (told["held"], told["count"]) == (0, 2)
    assert published(workspace, "deduction_check") == []
    by_id = {row["adjustment_id"]: row for batch in batches(workspace) for row in batch}
    last = batches(workspace)[-1]
    assert [row["nip"] for row in last] == [held, left_out]
    for row in last:
        assert int(by_id[row["reverses"]]["adjustment_idr"]) == -int(row["adjustment_idr"])
    assert sum(int(row["adjustment_idr"]) for row in by_id.values()) == 0
