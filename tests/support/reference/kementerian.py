"""0.5 to 2.5% of the whole allowance; at most 2.5% on a day on which the person came; 5% for an empty day."""

from __future__ import annotations

from fractions import Fraction

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid

STEPS = ((0, 0), (30, 50), (60, 100), (90, 125))


def rate(seconds: int | None) -> int:
    if seconds is None:
        return 250
    minutes = seconds // 60
    return next((points for last, points in STEPS if minutes <= last), 250)


def cost(day: Day) -> int:
    if day.leave is not None:
        return half_up(Fraction(3 * day.tpp, 100)) if day.leave == PERMISSION else 0
    if day.is_empty:
        return half_up(Fraction(5 * day.tpp, 100))
    cut = sum(half_up(Fraction(day.tpp * rate(off), 10_000)) for off in (day.late, day.early))
    return min(cut, half_up(Fraction(25 * day.tpp, 1000)))


def deduction(days: list[Day]) -> int:
    total = 0
    for part in at_each_unit(days):
        cut = sum(
            unpaid(day.tpp, number, len(days)) if day.leave == UNPAID else cost(day) for number, day in part
        )
        total += min(cut, part_of(max(day.tpp for _, day in part), part, days))
    return total
