"""File names and anchors from data."""

from __future__ import annotations

import hashlib
import re

LONGEST = 80


def slug(value: str) -> str:
    """`value` in [A-Za-z0-9_-]; six hex digits of its hash follow where anything was changed."""
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", value)[:LONGEST].strip("-")
    if kept == value and kept:
        return kept
    return f"{kept}-{hashlib.sha256(value.encode()).hexdigest()[:6]}".lstrip("-")
