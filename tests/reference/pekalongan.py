"""Percent by code and by its count in the month, summed, of 60% of the TPP; the month rounded to Rp10."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.reference import Day, half_up

LADDER = {  # percent x 100 of the 1st to 3rd, 4th to 6th, and later occurrences
    "2": (50, 60, 75),
    "3": (75, 90, 100),
    "4": (100, 110, 125),
    "5": (125, 140, 150),
    "0": (150, 200, 200),
}


def code(seconds: int | None) -> str:
    if seconds is None:
        return "0"
    if seconds == 0:
        return ""
    for name, below in (("2", 960), ("3", 1860), ("4", 3600)):
        if seconds < below:
            return name
    return "5"


def deduction(tpp: int, days: list[Day]) -> int:
    base = half_up(Fraction(6 * tpp, 10))
    counts: Counter[str] = Counter()
    hundredths = 0
    for day in days:
        if day.late is None and day.early is None and not day.apel:
            hundredths += 600
            continue
        for letter, seconds in (("M", day.late), ("P", day.early)):
            digit = code(seconds)
            if digit:
                counts[letter + digit] += 1
                hundredths += LADDER[digit][min((counts[letter + digit] - 1) // 3, 2)]
        if day.apel is False:
            hundredths += 50
    return min(half_up(base * Fraction(hundredths, 10_000), 10), base)
