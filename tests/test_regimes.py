"""Rules found in the field, and one file per axis on which they differ: each computes its own cases."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.policy import compile_document, preset_names, read_policy
from pipeline.policy.cases import read_cases, run_cases
from pipeline.strict_toml import parse

FOLDER = Path(__file__).parent / "policies"
FILES = sorted(path for path in FOLDER.glob("*.toml") if path.name != "refused.toml")


def regime(path: Path) -> dict[str, Any]:
    """The example kepmendagri with the file's keys in place of its own."""
    document = parse(*read_policy(Path(), "kepmendagri"))
    changes = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    return {
        key: {**document[key], **changes[key]}
        if key in ("value", "band", "missing", "leave", "group")
        else value
        for key, value in {**document, **changes}.items()
        if key in changes
    } | {key: value for key, value in document.items() if key not in changes}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_cases_of_a_regime_hold(path: Path) -> None:
    document = regime(path)
    cases = read_cases(path.name, document)
    outcomes = run_cases(compile_document(path.name, document), cases)
    assert cases
    assert {outcome.case.name: outcome.problems for outcome in outcomes if outcome.problems} == {}


def test_every_regime_has_a_file_or_a_named_gap() -> None:
    rows = [line for line in (FOLDER / "README.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    numbers = [int(cell) for cell in (row.split("|")[1].strip() for row in rows) if cell.isdigit()]
    assert numbers == list(range(1, 19))
    for row in rows:
        cells = re.findall(r"`([\w.-]+)`", row)
        known = [cell for cell in cells if (FOLDER / cell).is_file() or cell in preset_names()]
        assert known or "belum ada:" in row or row.startswith(("| #", "|---")), row
    named = {path.name for path in FILES if path.name[0].isdigit()}
    assert all(any(f"`{name}`" in row for row in rows) for name in named)
