"""Working days and duty times of a simulated month; seconds count from local midnight of its first day.

Hours: those of the example policy `kepmendagri` (after Perpres 21/2023). Holidays: SKB three ministers of 19 Sep 2025 for
2026 and of 2024 (as changed on 7 Aug 2025) for 2025. Kept apart from the pipeline's own calendar on purpose:
the simulator must not inherit its mistakes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

HOUR = 3600
GROUPS = ("kantor-5", "kantor-6", "guru", "nakes-shift")
SHIFTS = {"P": (7 * HOUR, 14 * HOUR), "S": (14 * HOUR, 21 * HOUR), "M": (21 * HOUR, 31 * HOUR)}
SHIFT_CYCLE = "PPSSMMLL"

_HALF = HOUR // 2
_HOURS: dict[str, dict[int, tuple[int, int]]] = {
    "kantor-5": dict.fromkeys(range(4), (7 * HOUR + _HALF, 16 * HOUR))
    | {4: (7 * HOUR + _HALF, 16 * HOUR + _HALF)},
    "kantor-6": dict.fromkeys(range(4), (7 * HOUR + _HALF, 14 * HOUR))
    | {4: (7 * HOUR + _HALF, 11 * HOUR + _HALF), 5: (7 * HOUR + _HALF, 13 * HOUR)},
    "guru": dict.fromkeys(range(5), (7 * HOUR, 14 * HOUR + _HALF)),
}
_RAMADAN = (
    (dt.date(2025, 3, 1), dt.date(2025, 3, 30)),
    (dt.date(2026, 2, 19), dt.date(2026, 3, 20)),
)
_HOLIDAYS = {
    2025: "01-01 01-27 01-28 01-29 03-28 03-29 03-31 04-01 04-02 04-03 04-04 04-07 04-18 04-20 05-01 05-12 "
    "05-13 05-29 05-30 06-01 06-06 06-09 06-27 08-17 08-18 09-05 12-25 12-26",
    2026: "01-01 01-16 02-16 02-17 03-18 03-19 03-20 03-21 03-22 03-23 03-24 04-03 04-05 05-01 05-14 05-15 "
    "05-27 05-28 05-31 06-01 06-16 08-17 08-25 12-24 12-25",
}


@dataclass(frozen=True)
class Month:
    """The simulated month."""

    first: dt.date
    days: int

    @classmethod
    def of(cls, period: str) -> Month:
        """`2026-01` -> the month."""
        first = dt.date.fromisoformat(f"{period}-01")
        following = (first + dt.timedelta(days=32)).replace(day=1)
        return cls(first, (following - first).days)

    def date(self, day: int) -> dt.date:
        """Date of day number `day`, from 0."""
        return self.first + dt.timedelta(days=day)

    def working_days(self) -> list[int]:
        """Numbers of the days on which every office works."""
        return [day for day in range(self.days) if hours("kantor-5", self.date(day)) is not None]


def is_holiday(date: dt.date) -> bool:
    """National holiday or cuti bersama."""
    return f"{date:%m-%d}" in _HOLIDAYS.get(date.year, "").split()


def hours(group: str, date: dt.date) -> tuple[int, int] | None:
    """(start, end) in seconds after midnight of a duty without roster; None on a free day."""
    if is_holiday(date):
        return None
    if group == "kantor-5" and date.weekday() < 5 and any(a <= date <= b for a, b in _RAMADAN):
        return (8 * HOUR, 15 * HOUR + (_HALF if date.weekday() == 4 else 0))
    return _HOURS[group].get(date.weekday())


def shift_code(day: int, offset: int, days: int) -> str:
    """Roster code of a day: two mornings, two evenings, two nights, two days off; none may leave the month."""
    code = SHIFT_CYCLE[(day + offset) % len(SHIFT_CYCLE)]
    return "L" if code in "SM" and day == days - 1 else code
