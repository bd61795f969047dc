"""What tests share: worlds to build, months to break, formulas written a second time. No test stands here.

Helpers are imported by their full name, `from tests.support.handmade_month import ...`, and nothing imports a test.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

SAMPLE = ROOT / "data" / "sample" / "garut-contoh"
PROFILES = ROOT / "pipeline" / "profiles"
SHARED = ROOT.parent / "shared" / "data"
"""Public data beside the repository, which is no part of it."""

LACKING = "for lack of: "
"""How the reason of a skip begins whose cause lies outside the repository; the end of a session counts and names them."""


def lacking(name: str, is_here: bool) -> pytest.MarkDecorator:
    """Skips a test without what it needs from outside the repository: a program, or what only some platforms have."""
    return pytest.mark.skipif(not is_here, reason=f"{LACKING}{name}")


def needs_data(path: Path) -> pytest.MarkDecorator:
    """Skips a test without a file or folder of the public data beside the repository."""
    return lacking(f"shared/data/{path.relative_to(SHARED).as_posix()}", path.exists())
