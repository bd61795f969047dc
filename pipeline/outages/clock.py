"""The minutes of a period, counted from its first local midnight, and what kind of day each day is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from pipeline.outages.arrays import Ints

if TYPE_CHECKING:
    import pandas as pd

DAY = 1440
"""Minutes of a day; no Indonesian zone changes its clocks."""
REST, HOLIDAY = 3, 4
"""Nobody but shifts works on a Sunday; on a holiday in the week offices keep a picket."""
RAMADAN = 5
"""Added to the type of a day in Ramadan."""


class Clock:
    """Instants <-> minutes from the first local midnight of a period."""

    def __init__(self, first: date, zone: str) -> None:
        local = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
        self.origin = local.astimezone(UTC).replace(tzinfo=None)
        self.epoch = round(local.timestamp())
        """The midnight in seconds since 1970."""

    def minutes(self, instant: datetime) -> float:
        """Minutes, with seconds as a fraction."""
        return (instant - self.origin).total_seconds() / 60

    def instant(self, minutes: float) -> datetime:
        """Back, in whole seconds."""
        return self.origin + timedelta(seconds=round(minutes * 60))


def day_types(calendar: pd.DataFrame, first: date, end: date) -> Ints:
    """0 working Mon-Thu, 1 Friday, 2 Saturday, 3 Sunday, 4 other holiday, 5 more in Ramadan; one per day of [first, end)."""
    known = {row.calendar_date: row for row in calendar.itertuples()}
    types = []
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        row = known.get(day)
        fasting = row is not None and bool(row.is_ramadan)
        kind = max(0, day.isoweekday() - 4)
        if kind < REST and row is not None and bool(row.is_holiday):
            kind = HOLIDAY
        types.append(kind + RAMADAN * fasting)
    return np.array(types, dtype=np.int64)
