"""The TPP times the share of days attended; a day counts where both sides are recorded, whatever the time."""

from __future__ import annotations

from fractions import Fraction

from tests.support.reference import PERMISSION, UNPAID, Day, at_each_unit, half_up, part_of, unpaid


def share(day: Day) -> Fraction:
    if day.leave is not None:
        return Fraction(3, 100) if day.leave == PERMISSION else Fraction(0)
    return Fraction(int(day.late is None or day.early is None))


def deduction(days: list[Day]) -> int:
    total = 0
    for part in at_each_unit(days):
        cut = half_up(sum((Fraction(day.tpp, len(days)) * share(day) for _, day in part), Fraction(0)))
        cut += sum(unpaid(day.tpp, number, len(days)) for number, day in part if day.leave == UNPAID)
        mean = half_up(Fraction(sum(day.tpp for _, day in part), len(part)))
        total += min(cut, part_of(mean, part, days))
    return total
