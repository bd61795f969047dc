"""The bundled month's results, as files whose differences can be read.

`make golden` writes them anew; the commit that does so says why they moved.
"""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.run import RunOutcome
from schemas import Adjustment, Finding, Outage, OutageEvidence, PersonMonth, Recommendation

GOLDEN = Path(__file__).resolve().parent / "golden"
SIGNIFICANT = 4
"""Digits of reals: what a report prints, not the last bit of a logarithm."""
LEADING_LINES = 60
"""The landing page down to its first table of minutes."""

Rows = list[dict[str, Any]]


class _Words(HTMLParser):
    """The text that a page shows, one line per block of it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("style", "script", "svg")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script", "svg")

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not self.hidden:
            self.lines.append(text)


def shown(value: Any) -> str:
    """A value as the golden files write it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{SIGNIFICANT}g}"
    return str(value)


def as_csv(rows: Rows) -> str:
    """Rows with a header, one line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0] if rows else ())
    writer.writerows([shown(value) for value in row.values()] for row in rows)
    return out.getvalue()


def counted(rows: pa.Table, columns: list[str], sums: list[str]) -> Rows:
    """Rows and sums per combination of the columns."""
    wanted: list[tuple[Any, str]] = [([], "count_all"), *((name, "sum") for name in sums)]
    grouped = rows.group_by(columns).aggregate(wanted)
    return sorted(grouped.to_pylist(), key=lambda row: [shown(row[name]) for name in columns])


def results(outcome: RunOutcome, revision: Path) -> dict[str, str]:
    """Name of a golden file -> what this run gives."""
    marginal = ["deduction_before_idr", "deduction_after_idr", "adjustment_idr"]
    money = ["tpp_idr", "recorded_idr", "restored_idr", "potential_idr"]
    findings = outcome.arrow(Finding)
    states = ["state_code", "cause_code", "grade_code", "action_code", "counter_evidence_codes"]
    minutes = ["minutes_recorded", "minutes_restored"]
    words = _Words()
    words.feed((revision / "laporan" / "index.html").read_text("utf-8"))
    # the run's id is a hash of every input and of the code: it moves with each comment
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "<hash>", "\n".join(words.lines[:LEADING_LINES]) + "\n")
    return {
        "outage.csv": as_csv(outcome.arrow(Outage).to_pylist()),
        "outage_evidence.csv": as_csv(outcome.arrow(OutageEvidence).to_pylist()),
        "finding_counts.csv": as_csv(counted(findings, states, minutes)),
        "finding_restored.csv": as_csv(
            [row for row in findings.to_pylist() if row["restored_at"] is not None][:60]
        ),
        "recommendation_sums.csv": as_csv(
            counted(outcome.arrow(Recommendation), ["unit_id", "action_code", "status_code"], marginal)
        ),
        "person_month_sums.csv": as_csv(counted(outcome.arrow(PersonMonth), ["unit_id"], money)),
        "adjustment.csv": as_csv(outcome.arrow(Adjustment).to_pylist()),
        "halaman-depan.txt": text,
    }


def test_the_bundled_month_gives_what_it_gave(
    sample_run: RunOutcome, sample_revision: Path, request: pytest.FixtureRequest
) -> None:
    """Every outage, count, sum and sentence of the landing page; the differences name the file and line."""
    given = results(sample_run, sample_revision)
    if request.config.getoption("--write-golden"):
        GOLDEN.mkdir(exist_ok=True)
        for name, text in given.items():
            (GOLDEN / name).write_text(text, "utf-8")
    kept = {path.name: path.read_text("utf-8") for path in sorted(GOLDEN.iterdir())}
    assert given.keys() == kept.keys()
    for name, text in given.items():
        assert text.splitlines() == kept[name].splitlines(), f"{name} moved: `make golden`, and say why"


def test_the_golden_sums_tie(sample_run: RunOutcome) -> None:
    """Approved effects of the findings, as shown, are what payroll is to pay."""
    approved = [
        row for row in sample_run.arrow(Recommendation).to_pylist() if row["status_code"] == "approved"
    ]
    paid = sample_run.arrow(Adjustment).to_pylist()
    assert approved
    assert sum(row["adjustment_idr"] for row in approved) == sum(row["adjustment_idr"] for row in paid)
