"""Rules found in the field, and one file per axis on which they differ: each computes its own cases."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import pytest

from pipeline.audit.policy_cases import Case, read_cases, run_cases
from pipeline.policy import compile_document, preset_names
from tests.support.reference import babel_ttu
from tests.support.reference.hours import days_of, duty
from tests.support.reference.people import TPP
from tests.support.regimes import FILES, FOLDER, regime

STEPS = (0, 0, 0, 59, 60, 61, 959, 960, 961, 1859, 1860, 1861, 5400)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_cases_of_a_regime_hold(path: Path) -> None:
    document = regime(path)
    cases = read_cases(path.name, document)
    outcomes = run_cases(compile_document(path.name, document), cases)
    assert cases
    assert {outcome.case.name: outcome.problems for outcome in outcomes if outcome.problems} == {}


def test_three_sessions_agree_with_an_independent_computation() -> None:
    rng, document = random.Random(4), regime(FOLDER / "04-babel-ttu.toml")  # noqa: S311 - a test's choices
    dates = [date for date in days_of("2026-02") if duty("kepmendagri", "guru", date)]
    due = (27000, 46800, 57600)
    cases, wanted = [], []
    for number in range(600):
        tpp, missing = rng.choice(TPP), rng.choice((0.02, 0.3, 0.9))
        days = [tuple(None if rng.random() < missing else rng.choice(STEPS) for _ in due) for _ in dates]
        sides = [
            {name: clock(at, off if name != "out" or off is None else -off)
             for name, at, off in zip(("in", "apel", "out"), due, day, strict=True)}
            for day in days
        ]  # fmt: skip
        given = {date: {"date": date, **side} for date, side in zip(dates, sides, strict=True)}
        wanted.append(babel_ttu.deduction(days, tpp))
        cases.append(
            Case(str(number), "acak", "2026-02", "guru", tpp, given, expected={"deduction": wanted[-1]})
        )
    guru = {"from": dt.date(2021, 1, 1), "reference": "Uji", "days": [
        {"weekdays": [1, 2, 3, 4, 5], "start": dt.time(7, 30), "apel": dt.time(13), "end": dt.time(16)}]}  # fmt: skip
    rows = compile_document(
        "uji.toml", {**document, "group": {**document["group"], "guru": {"hours": [guru]}}}
    )
    assert [outcome.deduction_idr for outcome in run_cases(rows, cases)] == wanted


def clock(due: int, off: int | None) -> dt.time | bool:
    """A wall time so many seconds from the due one; false where nothing is recorded."""
    return False if off is None else (dt.datetime(2026, 1, 1) + dt.timedelta(seconds=due + off)).time()


def test_every_regime_has_a_file_and_every_axis_a_row() -> None:
    regimes, _, axes = (FOLDER / "README.md").read_text("utf-8").partition("## Sumbu perbedaan")
    rows = [line for line in regimes.splitlines() if line.startswith("| ")]
    assert re.findall(r"^\| (\d+) \|", axes, re.MULTILINE) == [str(number) for number in range(1, 16)]
    numbers = [int(cell) for cell in (row.split("|")[1].strip() for row in rows) if cell.isdigit()]
    assert numbers == list(range(1, 19))
    for row in rows:
        cells = re.findall(r"`([\w.-]+)`", row)
        known = [cell for cell in cells if (FOLDER / cell).is_file() or cell in preset_names()]
        assert known or row.startswith(("| #", "|---")), row
    named = {path.name for path in FILES if path.name[0].isdigit()}
    assert all(any(f"`{name}`" in row for row in rows) for name in named)
