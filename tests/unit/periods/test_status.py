"""Status says what is paid, what waits for whom since when, and what blocks a batch."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.periods.closing import close_period
from pipeline.publishing.ledger import DECISION, open_ledger, read_ledger
from pipeline.publishing.publication import Published, publish_run
from schemas import Adjustment, DeductionCheck, Finding
from tests.support.handmade_month import (
    APPROVED,
    PEOPLE,
    PERIOD,
    adjustment_row,
    month,
    pay_batch,
    settings,
    table,
    with_value,
    workspace_at,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


def propose(
    folder: Path, content: str = "a", *, certified: bool = True, action: str = "restore", held: str = ""
) -> Published:
    tables = month(content)
    for number, _ in enumerate(PEOPLE):
        for column, value in (("is_certified", certified), ("action_code", action)):
            tables = with_value(tables, Finding, number, column, value)
    tables["recommendation"] = tables["recommendation"].set_column(
        tables["recommendation"].schema.get_field_index("recommendation_id"),
        "recommendation_id",
        tables["recommendation"]["finding_id"],
    )
    checks = [{"nip": held, "period": PERIOD, "deduction_idr": 1}] if held else []
    tables["deduction_check"] = table(DeductionCheck, checks)
    tables = with_value(tables, Adjustment, 0, "is_held", bool(held))
    return publish_run(
        tables, settings(), folder, folder / "kerja" / "coret", lambda _tables, _settings, _facts: {}
    )


def pay(folder: Path, revision: Published) -> None:
    pay_batch(table(Adjustment, [adjustment_row()]), settings(), folder, revision)


def told(folder: Path) -> dict[str, Any]:
    result = CliRunner().invoke(rekon, ["status", "-C", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)["periods"]
    return dict(found)


def text(folder: Path) -> str:
    return CliRunner().invoke(rekon, ["status", "-C", str(folder)]).stdout


@pytest.mark.parametrize(
    ("certified", "action", "party"),
    [
        (False, "restore", "certifier"),
        (False, "needs_statement", "certifier"),
        (True, "needs_statement", "statement"),
        (True, "restore", "superior"),
        (True, "restore_partly", "superior"),
    ],
)
def test_a_proposed_finding_waits_for_whoever_acts_next(
    workspace: Path, certified: bool, action: str, party: str
) -> None:
    propose(workspace, certified=certified, action=action)
    first, paying = told(workspace)["waiting"]
    assert (first["party"], first["unit_id"], first["count"], first["adjustment_idr"]) == (
        party,
        "5.01",
        1,
        30_000,
    )
    assert (paying["party"], paying["count"], paying["adjustment_idr"]) == ("payroll", 1, 40_000)


def test_waiting_counts_from_the_first_revision_that_proposed_the_same_facts(workspace: Path) -> None:
    propose(workspace)
    propose(workspace, "b")
    first, second = read_ledger(workspace).entries
    waiting = {each["party"]: each["since"] for each in told(workspace)["waiting"]}
    assert waiting == {"superior": first.at, "payroll": second.at}


def test_what_is_paid_waits_no_more(workspace: Path) -> None:
    pay(workspace, propose(workspace))
    found = told(workspace)
    assert (found["issued_idr"], found["owing_idr"]) == (40_000, 0)
    assert [each["party"] for each in found["waiting"]] == ["superior"]
    assert found["blocks"] == []


def test_a_real_deduction_that_differs_blocks_that_person_alone(workspace: Path) -> None:
    propose(workspace, held=APPROVED)
    found = told(workspace)
    assert (found["held_count"], found["owing_idr"], found["blocks"]) == (1, 40_000, ["deduction_differs"])
    assert [each["party"] for each in found["waiting"]] == ["superior"]
    assert "Penghalang: potongan nyata 1 orang berbeda" in text(workspace)
    assert APPROVED not in text(workspace)


def test_decisions_and_locks_are_lines_like_others(workspace: Path) -> None:
    """A ledger with every kind of line is read; it once stopped at a decision."""
    pay(workspace, propose(workspace))
    open_ledger(workspace).append(
        kind=DECISION, period=PERIOD, path="keputusan/x.csv", identity="x", manifest_sha256="0" * 64,
        supersedes=None, totals={"approve": 2, "reject": 0, "ask_evidence": 1},
    )  # fmt: skip
    close_period(workspace, PERIOD)
    assert told(workspace)["blocks"] == ["locked"]
    assert "diterima: 2 setuju, 1 minta bukti" in text(workspace)
    assert "periode 2026-01 dikunci sesudah 1 batch, Rp40.000" in text(workspace)


def test_nothing_published_is_said(workspace: Path) -> None:
    assert text(workspace) == "Belum ada yang terbit.\n"


def test_a_real_month_waits_for_what_its_sheets_ask(published_month: Path, tmp_path: Path) -> None:
    """Money that waits is what restoring everything open would still move."""
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder)
    found = told(folder)
    query = "select count(*) as n, sum(adjustment_idr)::bigint as a from recommendation where status_code = 'proposed'"
    (row,) = csv.DictReader(CliRunner().invoke(rekon, ["sql", "-C", str(folder), query]).stdout.splitlines())
    open_ones = [each for each in found["waiting"] if each["party"] != "payroll"]
    assert str(sum(each["count"] for each in open_ones)) == row["n"] != "0"
    assert str(sum(each["adjustment_idr"] for each in open_ones)) == row["a"]
    assert found["owing_idr"] == 0
