"""The TPP times the share of days attended; a day counts where both sides are recorded, whatever the time."""

from __future__ import annotations

from fractions import Fraction

from tests.reference import Day, half_up


def deduction(tpp: int, days: list[Day]) -> int:
    absent = [day for day in days if day.late is None or day.early is None]
    return half_up(Fraction(tpp * len(absent), len(days)))
