"""A day's TPP (mean of the month / duty days): all of it for an empty day, half for an empty side, a quarter for late or early."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid


def share(day: Day) -> Fraction:
    if day.leave is not None:
        return Fraction(3, 100) if day.leave == PERMISSION else Fraction(0)
    if day.is_empty:
        return Fraction(1)
    if day.late is None or day.early is None:
        return Fraction(1, 2)
    return Fraction(1, 4) if day.late >= 60 or day.early >= 60 else Fraction(0)


def deduction(days: list[Day]) -> int:
    total = 0
    for part in at_each_unit(days):
        base = half_up(Fraction(sum(day.tpp for _, day in part), len(part)))
        cut = sum(
            unpaid(base, number, len(days))
            if day.leave == UNPAID
            else floor(Fraction(base, len(days)) * share(day))
            for number, day in part
        )
        total += min(cut, part_of(base, part, days))
    return total
