"""The bundled month gives the same findings in whatever form its records come."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.outcome import RunOutcome
from pipeline.run import run_pipeline
from schemas import DutySide, FileTotal, Finding, Quarantine
from tests.support import SAMPLE
from tests.support.converted_month import as_json_logs, as_machine_dump, as_recap

pytestmark = pytest.mark.campaign

RECORDED = ("nip", "duty_date", "side_code", "due_at", "recorded_at", "state_code")
Rows = list[dict[str, Any]]


def converted(folder: Path, *changes: Callable[[Path], None]) -> tuple[Rows, Rows]:
    """Duty sides and findings of the month after the changes; every record of it was accepted."""
    workspace = folder / "bulan"
    shutil.copytree(SAMPLE, workspace)
    for change in changes:
        change(workspace)
    with run_pipeline(workspace) as outcome:
        assert outcome.arrow(Quarantine).num_rows == 0
        assert min(outcome.arrow(FileTotal)["accepted_count"].to_pylist()) > 0
        return outcome.arrow(DutySide).to_pylist(), outcome.arrow(Finding).to_pylist()


def recorded(sides: Rows, minutes: str) -> list[tuple[Any, ...]]:
    """What a record says of each side."""
    return [tuple(side[name] for name in (*RECORDED, minutes)) for side in sides]


def test_machine_dumps_and_json_logs_give_the_findings_of_the_baku_files(
    sample_run: RunOutcome, tmp_path: Path
) -> None:
    """Every column, the hashes that decisions bind to among them: a dump has each press, a JSON log each request."""
    _, findings = converted(tmp_path, as_machine_dump, as_json_logs)
    assert findings == sample_run.arrow(Finding).to_pylist()


def test_a_recap_gives_the_same_sides_and_all_findings_but_of_flipped_presses(
    sample_run: RunOutcome, tmp_path: Path
) -> None:
    """A recap carries what is recorded of each side, and how late: all sides agree, and findings to the hash.

    It drops a press with the wrong key where the right key was pressed too: that finding stays with what is recorded,
    and nothing says any longer that it was `flipped`.
    """
    sides, findings = converted(tmp_path, as_recap)
    assert recorded(sides, "minutes_off") == recorded(sample_run.arrow(DutySide).to_pylist(), "minutes_off")
    before = sample_run.arrow(Finding).to_pylist()
    assert recorded(findings, "minutes_recorded") == recorded(before, "minutes_recorded")
    changed = [one for one, two in zip(before, findings, strict=True) if one != two]
    assert changed == [finding for finding in before if finding["cause_code"] == "flipped"]
    assert "flipped" not in {finding["cause_code"] for finding in findings}
