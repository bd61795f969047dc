"""100 points less those of the month; 59 seconds of grace in the morning; a quarter and a half of attendance."""

from __future__ import annotations

from fractions import Fraction

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid


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


def points(day: Day) -> int:
    if day.leave is not None:
        return 3 if day.leave == PERMISSION else 0
    return arriving(day.late) + leaving(day.early)


def deduction(days: list[Day]) -> int:
    total = 0
    for part in at_each_unit(days):
        tpp = part[-1][1].tpp
        base = half_up(Fraction(4 * tpp, 10))
        cut = half_up(base * Fraction(sum(points(day) for _, day in part), 100))
        cut += sum(unpaid(base, number, len(days)) for number, day in part if day.leave == UNPAID)
        cut = min(cut, part_of(base, part, days))
        judged = [day for _, day in part if day.leave is None]
        came = sum(not day.is_empty for day in judged)
        rest = max(0, part_of(tpp, part, days) - cut)
        if judged and Fraction(came, len(judged)) < Fraction(1, 4):
            cut += rest
        elif judged and Fraction(came, len(judged)) < Fraction(1, 2):
            cut += half_up(Fraction(rest, 2))
        total += cut
    return total
