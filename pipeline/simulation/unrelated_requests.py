"""Requests outside any duty of the month: pickets on holidays, a few at night, shifts that cross the month's edges."""

from __future__ import annotations

import numpy as np

from pipeline.simulation.days import PICKET
from pipeline.simulation.people import Floats, Ints, Senders
from pipeline.simulation.schedule import GROUPS, HOUR, SHIFT_CYCLE, SHIFTS, Month, is_holiday

DAY = 86_400


def unrelated_requests(senders: Senders, month: Month, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """Person, direction and second of each."""
    parts = [_night(senders, rng), *_pickets(senders, month, rng), *_edges(senders, month.days, rng)]
    who, way, at = (np.concatenate([part[n] for part in parts]) for n in range(3))
    return who, way, at


def _night(senders: Senders, rng: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    clerks = np.flatnonzero((rng.random(len(senders)) < 0.01) & (senders.group < 3))
    night = rng.integers(2, 26, len(clerks)) * DAY + rng.integers(1, 3 * HOUR, len(clerks))
    return clerks, rng.integers(0, 2, len(clerks)), night.astype(np.float64)


def _pickets(senders: Senders, month: Month, rng: np.random.Generator) -> list[tuple[Ints, Ints, Floats]]:
    found = []
    for day in range(month.days):
        if month.date(day).weekday() < 5 and is_holiday(month.date(day)):
            people = np.flatnonzero((senders.group < 3) & (rng.random(len(senders)) < PICKET))
            came = day * DAY + 8 * HOUR + rng.normal(0, 1500, len(people))
            left = day * DAY + 14.5 * HOUR + rng.normal(0, 3000, len(people))
            found += [
                (people, np.zeros(len(people), np.int64), came),
                (people, np.ones(len(people), np.int64), left),
            ]
    return found


def _edges(senders: Senders, days: int, rng: np.random.Generator) -> list[tuple[Ints, Ints, Floats]]:
    """The night shift of the day before the month checks out on its first morning; on its last day reserves
    without a roster row stand in for the evening and night shifts that would reach into the next month.
    """
    shift = np.array(list(SHIFT_CYCLE))[(senders.offset + np.array([[-1], [days - 1]])) % len(SHIFT_CYCLE)]
    nurses = senders.group == GROUPS.index("nakes-shift")
    last = (days - 1) * float(DAY)
    start, end = SHIFTS["S"]
    found = []
    for members, direction, due in (
        (shift[0] == "M", 1, float(SHIFTS["M"][1] - DAY)),
        (shift[1] == "S", 0, last + start),
        (shift[1] == "S", 1, last + end),
        (shift[1] == "M", 0, last + SHIFTS["M"][0]),
    ):
        people = np.flatnonzero(nurses & members & (rng.random(len(senders)) < 0.97))
        came = due + np.minimum(rng.normal(-1080, 480, len(people)), -60)
        left = due + 20 + rng.exponential(600, len(people))
        found.append((people, np.full(len(people), direction), came if direction == 0 else left))
    return found
