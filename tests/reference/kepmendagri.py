"""40% of the TPP, rounded; each event's percent of it, rounded; both sides missing are one event of 3%."""

from __future__ import annotations

from fractions import Fraction

from tests.reference import Day, half_up


def percent(seconds: int) -> Fraction:
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


def deduction(tpp: int, days: list[Day]) -> int:
    base = half_up(tpp * Fraction(2, 5))
    total = 0
    for day in days:
        if day.late is None and day.early is None:
            total += half_up(base * Fraction(3, 100))
            continue
        for off in (day.late, day.early):
            total += half_up(base * (Fraction(15, 1000) if off is None else percent(off)))
    return min(total, base)
