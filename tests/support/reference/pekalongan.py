"""Percent by code and by its count in the month, summed, of 60% of the last TPP; the month rounded to Rp10."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid

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


def hundredths(day: Day, counts: Counter[str]) -> int:
    """Percent x 100 of a day; `counts` of the month so far, whichever OPD, move on."""
    if day.leave is not None:
        return 300 if day.leave == PERMISSION else 0
    if day.is_empty:
        return 600
    found = 50 if day.apel is False else 0
    for letter, seconds in (("M", day.late), ("P", day.early)):
        digit = code(seconds)
        if digit:
            counts[letter + digit] += 1
            found += LADDER[digit][min((counts[letter + digit] - 1) // 3, 2)]
    return found


def deduction(days: list[Day]) -> int:
    counts: Counter[str] = Counter()
    costs = [hundredths(day, counts) for day in days]
    total = 0
    for part in at_each_unit(days):
        base = half_up(Fraction(6 * part[-1][1].tpp, 10))
        cut = half_up(base * Fraction(sum(costs[number - 1] for number, _ in part), 10_000), 10)
        free = sum(unpaid(base, number, len(days)) for number, day in part if day.leave == UNPAID)
        total += min(cut + half_up(free, 10), part_of(base, part, days))
    return total
