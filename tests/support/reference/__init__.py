"""Independent computations of the example policies, in plain Python with fractions.

Written from the descriptions (the presets' comments, docs/method, docs/decisions/0011), not from the rules;
nothing of `pipeline` is imported here. Each module has `deduction(days)`: whole rupiah of a person's month, given one Day per
duty day in order. `hours` tells which days are duty days and from when to when.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from math import floor
from typing import NamedTuple

MISSING = None
FREE = ("cuti_tahunan", "cuti_sakit", "cuti_besar", "cuti_melahirkan", "cuti_alasan_penting", "dinas_luar", "tugas_belajar",
        "diklat")  # fmt: skip
PERMISSION, UNPAID = "izin", "cltn"


class Day(NamedTuple):
    """Seconds late and early (0 on time, None where the side is missing); apel: attended, missed, or not held.

    `leave` is the kind that releases both sides, None on a day that is judged.
    """

    late: int | None = 0
    early: int | None = 0
    apel: bool | None = None
    leave: str | None = None
    tpp: int = 6_000_000
    unit: str = "1"

    @property
    def is_empty(self) -> bool:
        """Nothing at all was recorded on a day that is judged."""
        return self.leave is None and self.late is None and self.early is None and not self.apel


def half_up(amount: Fraction | int, step: int = 1) -> int:
    return floor(Fraction(amount) / step + Fraction(1, 2)) * step


def at_each_unit(days: list[Day]) -> list[list[tuple[int, Day]]]:
    """The days at each OPD, each with its number among the month's duty days (from 1)."""
    numbered = sorted(enumerate(days, start=1), key=lambda item: item[1].unit)
    return [list(part) for _, part in groupby(numbered, key=lambda item: item[1].unit)]


def unpaid(base: int, number: int, count: int) -> int:
    """Day `number` of `count` without allowance: a month of them costs exactly the base (decision 11)."""
    return half_up(Fraction(base * number, count)) - half_up(Fraction(base * (number - 1), count))


def part_of(amount: int, part: list[tuple[int, Day]], days: list[Day]) -> int:
    """An OPD's part of a month's limit: its part of the duty days (decision 11)."""
    return half_up(Fraction(amount * len(part), len(days)))
