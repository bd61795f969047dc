"""100 points less those of the month; 59 seconds of grace in the morning; a quarter and a half of attendance."""

from __future__ import annotations

from fractions import Fraction

from tests.reference import Day, half_up


def arriving(late: int | None) -> int:
    if late is None or late > 3659:
        return 3
    if late > 1859:
        return 2
    return 1 if late > 59 else 0


def leaving(early: int | None) -> int:
    if early is None or early > 3600:
        return 3
    if early > 1800:
        return 2
    return 1 if early > 0 else 0


def deduction(tpp: int, days: list[Day]) -> int:
    base = half_up(Fraction(4 * tpp, 10))
    points = sum(arriving(day.late) + leaving(day.early) for day in days)
    cut = half_up(base * Fraction(min(points, 100), 100))
    came = sum(day.late is not None or day.early is not None for day in days)
    share = Fraction(came, len(days))
    if share < Fraction(1, 4):
        return tpp
    if share < Fraction(1, 2):
        return cut + half_up(Fraction(tpp - cut, 2))
    return cut
