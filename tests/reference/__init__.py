"""Independent computations of the example policies, in plain Python with fractions.

Written from the descriptions (the presets' comments and inputs.md section 5), not from the rules; nothing of
`pipeline` is imported here. Each module has `deduction(tpp, days)`: whole rupiah of a month in which every day but
those given is on time and nothing changes. `days` holds one Day per duty day.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import NamedTuple

MISSING = None


class Day(NamedTuple):
    """Seconds late and early (0 on time, None where the side is missing); apel: attended, missed, or not held."""

    late: int | None = 0
    early: int | None = 0
    apel: bool | None = None


def half_up(amount: Fraction, step: int = 1) -> int:
    return floor(amount / step + Fraction(1, 2)) * step
