"""0.5 to 2.5% of the whole allowance; at most 2.5% on a day on which the person came; 5% for an empty day."""

from __future__ import annotations

from fractions import Fraction

from tests.reference import Day, half_up

STEPS = ((0, 0), (30, 50), (60, 100), (90, 125))


def rate(seconds: int | None) -> int:
    if seconds is None:
        return 250
    minutes = seconds // 60
    return next((points for last, points in STEPS if minutes <= last), 250)


def deduction(tpp: int, days: list[Day]) -> int:
    total = 0
    for day in days:
        if day.late is None and day.early is None:
            total += half_up(Fraction(5 * tpp, 100))
        else:
            cut = sum(half_up(Fraction(tpp * rate(off), 10_000)) for off in (day.late, day.early))
            total += min(cut, half_up(Fraction(25 * tpp, 1000)))
    return min(total, tpp)
