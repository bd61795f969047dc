"""Duty days and hours of the first half of 2026, typed from the description: decrees, Perpres 21/2023 and the presets' comments."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

HOLIDAYS = frozenset(
    dt.date(2026, month, day)
    for month, days in {
        1: (1, 16), 2: (16, 17), 3: (18, 19, 20, 21, 22, 23, 24), 4: (3, 5), 5: (1, 14, 15, 27, 28, 31), 6: (1, 16),
    }.items()
    for day in days
)  # fmt: skip
RAMADAN = (dt.date(2026, 2, 19), dt.date(2026, 3, 20))
HOUR = 3600
HALF = 1800
SHIFTS = {"P": (7 * HOUR, 14 * HOUR), "S": (14 * HOUR, 21 * HOUR), "M": (21 * HOUR, 31 * HOUR)}
GROUPS = ("kantor-5", "kantor-6", "guru", "nakes-shift")
ACCEPTED_BEFORE, ACCEPTED_AFTER = 3 * HOUR, 6 * HOUR


class Duty(NamedTuple):
    """A duty day: seconds after local midnight at which it starts and ends; apel where one is held."""

    date: dt.date
    start: int
    end: int
    apel: bool = False


def days_of(period: str) -> list[dt.date]:
    first = dt.date.fromisoformat(f"{period}-01")
    listed = (first + dt.timedelta(days=number) for number in range(31))
    return [day for day in listed if day.month == first.month]


def duty(preset: str, group: str, day: dt.date, shift: str | None = None) -> Duty | None:
    """The duty of a group's member on a day; a roster knows no holidays, and shifts alone bind the roster's people."""
    if group == "nakes-shift":
        return Duty(day, *SHIFTS[shift]) if shift else None
    if day in HOLIDAYS or day.isoweekday() > (6 if group == "kantor-6" else 5):
        return None
    if group == "guru":
        return Duty(day, 7 * HOUR, 14 * HOUR + HALF)
    if group == "kantor-6":
        ends = {5: 11 * HOUR + HALF, 6: 13 * HOUR}
        return Duty(day, 7 * HOUR + HALF, ends.get(day.isoweekday(), 14 * HOUR))
    return _office(preset, day)


def _office(preset: str, day: dt.date) -> Duty:
    is_fasting = RAMADAN[0] <= day <= RAMADAN[1]
    if preset == "kementerian":
        return Duty(day, 8 * HOUR, (15 if is_fasting else 17) * HOUR)
    is_friday = day.isoweekday() == 5
    has_apel = preset == "pekalongan" and not is_friday
    later = HALF if is_friday else 0
    if is_fasting:
        return Duty(day, 8 * HOUR, 15 * HOUR + later, has_apel)
    start = 7 * HOUR + (HALF // 2 if preset == "pekalongan" else HALF)
    return Duty(day, start, start + 8 * HOUR + HALF + later, has_apel)
