"""A day's TPP (month / duty days): all of it for an empty day, half for an empty side, a quarter for late or early."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from tests.reference import Day


def part(day: Day) -> Fraction:
    if day.late is None and day.early is None:
        return Fraction(1)
    if day.late is None or day.early is None:
        return Fraction(1, 2)
    return Fraction(1, 4) if day.late >= 60 or day.early >= 60 else Fraction(0)


def deduction(tpp: int, days: list[Day]) -> int:
    return sum(floor(Fraction(tpp, len(days)) * part(day)) for day in days)
