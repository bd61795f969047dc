"""40% of the day's TPP, rounded; each event's percent of it, rounded; both sides missing are one event of 3%."""

from __future__ import annotations

from fractions import Fraction

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid


def percent(seconds: int | None) -> Fraction:
    if seconds is None:
        return Fraction(15, 1000)
    minutes = seconds // 60
    if minutes == 0:
        return Fraction(0)
    if minutes <= 30:
        return Fraction(1, 200)
    if minutes <= 60:
        return Fraction(1, 100)
    if minutes <= 90:
        return Fraction(125, 10_000)
    return Fraction(15, 1000)


def cost(day: Day, base: int) -> int:
    if day.leave is not None:
        return half_up(base * Fraction(3, 100)) if day.leave == PERMISSION else 0
    if day.is_empty:
        return half_up(base * Fraction(3, 100))
    return sum(half_up(base * percent(off)) for off in (day.late, day.early))


def deduction(days: list[Day]) -> int:
    total = 0
    for part in at_each_unit(days):
        bases = [half_up(day.tpp * Fraction(2, 5)) for _, day in part]
        cut = sum(
            unpaid(base, number, len(days)) if day.leave == UNPAID else cost(day, base)
            for base, (number, day) in zip(bases, part, strict=True)
        )
        total += min(cut, part_of(max(bases), part, days))
    return total
