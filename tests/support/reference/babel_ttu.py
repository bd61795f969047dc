"""Three sessions a day with the same steps; 4% for an empty one, 12% for an empty day, of 30% of the allowance."""

from __future__ import annotations

from fractions import Fraction

from tests.support.reference import half_up

Sessions = tuple[int | None, int | None, int | None]
"""Seconds late at the check-in and after the break, early at the check-out; None where nothing is recorded."""


def percent(seconds: int | None) -> Fraction:
    if seconds is None:
        return Fraction(4)
    minutes = seconds // 60
    if minutes > 30:
        return Fraction(5, 2)
    if minutes > 15:
        return Fraction(2)
    return Fraction(1) if minutes else Fraction(0)


def deduction(days: list[Sessions], tpp: int) -> int:
    base = half_up(Fraction(3 * tpp, 10))
    total = 0
    for day in days:
        if day == (None, None, None):
            total += half_up(base * Fraction(12, 100))
        else:
            total += sum(half_up(base * percent(session) / 100) for session in day)
    return min(total, base)
