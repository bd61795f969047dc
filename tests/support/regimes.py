"""Policies of tests/policies: what each file changes in the example kepmendagri."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.engine.strict_toml import parse
from pipeline.policy import read_policy
from tests.support import ROOT

FOLDER = ROOT / "tests" / "policies"

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
