"""The minutes of a period, counted from its first local midnight, and the type of each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from pipeline.outages.arrays import Ints

if TYPE_CHECKING:
    import pandas as pd

HOUR = 60
"""Minutes of an hour."""
HALF_DAY = 720
DAY = 1440
"""Minutes of a day; no Indonesian zone changes its clocks."""
REST, HOLIDAY = 3, 4
"""Types of Sundays, on which only shifts work, and of holidays on a weekday, on which offices keep a picket."""
RAMADAN = 5
"""Added to the type of a day in Ramadan."""


class Clock:
    """Converts between instants in UTC and minutes from the first local midnight of a period."""

    def __init__(self, first: date, zone: str) -> None:
        """`first` is the first day of the period, `zone` an IANA name."""
        local = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
        self.origin = local.astimezone(UTC).replace(tzinfo=None)
        self.epoch = round(local.timestamp())
        """The first midnight in seconds since 1970."""

    def minutes(self, instant: datetime) -> float:
        """Minutes from the first local midnight, with seconds as a fraction."""
        return (instant - self.origin).total_seconds() / 60

    def instant(self, minutes: float) -> datetime:
        """The instant of a minute, rounded to whole seconds."""
        return self.origin + timedelta(seconds=round(minutes * 60))


def is_afternoon(minute: int) -> bool:
    """Whether a minute of the period lies after noon, when people leave work."""
    return minute // HALF_DAY % 2 == 1


def day_types(calendar: pd.DataFrame, first: date, end: date) -> Ints:
    """The type of each day of [first, end), shape (days,).

    0 for Monday to Thursday, 1 Friday, 2 Saturday, 3 Sunday, 4 a holiday on any other day; 5 more in Ramadan.
    """
    rows = {row.calendar_date: row for row in calendar.itertuples()}
    types = np.zeros((end - first).days, dtype=np.int64)
    for number in range(len(types)):
        day = first + timedelta(days=number)
        types[number] = max(0, day.isoweekday() - 4)
        if (row := rows.get(day)) is not None:
            is_holiday = types[number] < REST and bool(row.is_holiday)
            types[number] = (HOLIDAY if is_holiday else types[number]) + RAMADAN * bool(row.is_ramadan)
    return types
