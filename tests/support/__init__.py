"""What tests share: worlds to build, months to break, formulas written a second time. No test stands here.

Helpers are imported by their full name, `from tests.support.handmade_month import ...`, and nothing imports a test.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

SAMPLE = ROOT / "data" / "sample" / "garut-contoh"
PROFILES = ROOT / "pipeline" / "profiles"
SHARED = ROOT.parent / "shared" / "data"
"""Public data beside the repository, which is no part of it."""
