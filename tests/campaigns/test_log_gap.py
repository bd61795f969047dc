"""A month in which each log once stops while the service lives: no outage, and the minutes are listed as not covered."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeline.commands.month import run_month
from pipeline.simulation import simulate
from pipeline.simulation.evaluation import Evaluation, evaluate, newest_run

pytestmark = pytest.mark.campaign

PERIOD, JAKARTA = "2026-01", pd.Timedelta(hours=7)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("celah") / "garut"
    simulate(workspace, 300, 8, scenario="log-gap", other_regions=3)
    with run_month(workspace):
        pass
    return workspace


@pytest.fixture(scope="module")
def score(workspace: Path) -> Evaluation:
    return evaluate(workspace, workspace.with_name("garut.truth"), PERIOD)


def published(workspace: Path, table: str) -> pd.DataFrame:
    return pq.read_table(newest_run(workspace, PERIOD) / "bukti" / f"{table}.parquet").to_pandas()


def test_a_missing_log_is_never_called_an_outage(workspace: Path, score: Evaluation) -> None:
    assert (score.events.gaps_true, score.events.gaps_found) == (2, 2)
    assert score.events.claims == ()
    outages = published(workspace, "outage")
    assert outages["layer_code"].tolist() == ["log_gap"] * 2
    assert not outages["is_certified"].any()


def test_each_gap_has_its_minutes_and_says_which_log_stopped(workspace: Path) -> None:
    outages = published(workspace, "outage").sort_values("started_at")
    for (_, gap), start, end in zip(
        outages.iterrows(), ("2026-01-08 06:50", "2026-01-20 15:30"), ("2026-01-08 09:00", "2026-01-20 17:00"),
        strict=True,
    ):  # fmt: skip
        assert abs(gap["started_at"] + JAKARTA - pd.Timestamp(start)) <= pd.Timedelta(minutes=1)
        assert abs(gap["ended_at"] + JAKARTA - pd.Timestamp(end)) <= pd.Timedelta(minutes=1)
    tests = published(workspace, "outage_evidence")
    said = tests[tests["test_code"] == "uncovered"].set_index("outage_id").loc[outages["outage_id"]]
    assert said["observed"].tolist() == pytest.approx([130, 90], abs=1)
    assert ["gerbang" in said["sentence"].iloc[0], "provinsi" in said["sentence"].iloc[1]] == [True, True]
    assert set(said["verdict_code"]) == {"neutral"}


def test_nobody_in_a_gap_is_told_that_there_was_no_outage(workspace: Path, score: Evaluation) -> None:
    assert score.sides.in_gap > 0
    assert score.sides.in_gap_refused == 0
    findings = published(workspace, "finding")
    due = findings["due_at"] + JAKARTA
    inside = findings[due.between(pd.Timestamp("2026-01-08 07:00"), pd.Timestamp("2026-01-08 09:00"))]
    assert "no_coverage" in set(inside["cause_code"])
    assert not inside["action_code"].eq("not_supported").any(), inside[["due_at", "cause_code"]]


def test_the_report_lists_the_minutes_without_coverage_per_log(workspace: Path) -> None:
    page = (newest_run(workspace, PERIOD) / "laporan" / "index.html").read_text("utf-8")
    rows = {
        html.unescape(re.sub(r"<[^>]+>", " ", row))
        for row in re.findall(
            r"<tr>.*?</tr>", page.partition("Menit tanpa log")[2].partition("</table>")[0], re.S
        )
    }
    (gate,) = (
        row for row in rows if "8 Januari 2026 pukul 06.5" in row or "8 Januari 2026 pukul 06.4" in row
    )
    (server,) = (row for row in rows if "20 Januari 2026 pukul 15." in row)
    assert gate != server
    assert re.search(r"–09\.0[01] WIB \(2 jam 1[01] menit\)", gate)
    assert re.search(r"–17\.0[01] WIB \(1 jam 3[01] menit\)", server)
