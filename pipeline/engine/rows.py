"""A row of a table, or a table of a TOML file, as Python values."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
"""Column or key -> value."""
