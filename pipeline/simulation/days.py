"""What a day does to many people at once: shifts of a region, rain, Fridays, half-empty days, official duty.

Days differ more than minutes do, and a month without any outage must show it. Why each effect is here:

- Attendance. On an ordinary morning of Pemprov Jabar 90.36 % were present, 9.1 % excused, 0.53 % on leave and
  0.4 % unexplained. So a day with fewer people is a day with more *excused* people: the day factor
  (standard deviation 0.15) takes people away on official duty or leave, with a letter.
- Shifts of a region (`MOOD`). Traffic, an early ceremony or a closing apel that runs over moves all by minutes.
- Rain. Motorcycles wait under bridges: later and more spread in the morning, a longer wait in the evening.
- Mondays have an apel (the apel is a scan of its own), so people come earlier; Fridays have sport.
- A half-empty day: cuti bersama neighbours, a large ceremony, a regional sports day.
- Units differ: a distance from the housing, a habit of leaving, a meeting that runs past the bell.
- Holidays and cuti bersama: exempt services do not follow them, so a picket still sends punches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.people import Flags, Floats, Ints
from pipeline.simulation.schedule import Month, is_holiday

MOOD = 200.0  # scale of a Student t with 4 degrees of freedom: sd 280 s, now and then a quarter of an hour
WORST_MOOD = 900.0
DAY_FACTOR = 0.15
MOST_EXCUSED = 0.45
PICKET = 0.04
WET_MONTHS = (10, 11, 12, 1, 2, 3, 4)


@dataclass(frozen=True)
class Days:
    """Arrays of (regions, days), seconds or shares; those of units are (units, days)."""

    arrive: Floats  # how much later everybody comes
    leave: Floats  # how much later everybody is let go
    wet_morning: Flags
    wet_evening: Flags
    excused: Floats  # share of people away with a letter
    unit_arrive: Floats  # habit of the unit, the same every day, plus the day's own
    unit_leave: Floats
    unit_held: Floats  # share of the region's late shift that reaches the unit
    unit_meeting: Floats  # how much longer a meeting keeps the unit; 0 on most days


def moods(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Minutes by which a day differs, in seconds; heavy-tailed and bounded."""
    return np.clip(rng.standard_t(4, shape) * MOOD, -WORST_MOOD, WORST_MOOD)


def _wet(month: Month, regions: int, share: float, rng: np.random.Generator) -> Flags:
    """One to four wet days in the rainy season, at least one of them on a working day of the home region."""
    is_wet = month.first.month in WET_MONTHS
    wet = rng.random((regions, month.days)) < (0.07 if is_wet else 0.01) * share
    if is_wet:
        wet[0, int(rng.choice(month.working_days()))] = True
    return wet


def make_days(month: Month, regions: int, units: int, is_half_empty: bool, rng: np.random.Generator) -> Days:
    """Draw the days of a month. `is_half_empty` puts one half-empty working day into the home region."""
    shape = (regions, month.days)
    arrive = moods(rng, shape)
    leave = np.maximum(moods(rng, shape), 0.0)
    weekday = np.array([month.date(day).weekday() for day in range(month.days)])
    arrive[:, weekday == 0] -= 240
    arrive[:, weekday == 4] += rng.normal(0, 240, (regions, 1))
    excused = np.abs(rng.normal(0, DAY_FACTOR, shape))
    working = month.working_days()
    if is_half_empty:
        excused[0, int(rng.choice(working[1:]))] = rng.uniform(0.35, MOST_EXCUSED)
    for day in working[1:]:
        if day + 1 < month.days and is_holiday(month.date(day + 1)):
            excused[:, day] += rng.uniform(0.05, 0.2, regions)
    meeting = np.where(
        rng.random((units, month.days)) < 0.04, rng.uniform(900, 4500, (units, month.days)), 0.0
    )
    return Days(
        arrive=arrive,
        leave=leave,
        wet_morning=_wet(month, regions, 0.6, rng),
        wet_evening=_wet(month, regions, 1.0, rng),
        excused=np.minimum(excused, MOST_EXCUSED),
        unit_arrive=rng.normal(0, 150, (units, 1)) + rng.normal(0, 60, (units, month.days)),
        unit_leave=np.exp(rng.normal(0, 0.3, (units, 1))) * np.exp(rng.normal(0, 0.1, (units, month.days))),
        unit_held=rng.uniform(0, 1.6, (units, month.days)),
        unit_meeting=meeting,
    )


def arrivals(
    days: Days, region: Ints, unit: Ints, day: Ints, spread: Floats, rng: np.random.Generator
) -> Floats:
    """Seconds after one's usual arrival, one per person and day."""
    size = len(day)
    late = rng.normal(0, 1, size) * spread + days.arrive[region, day] + days.unit_arrive[unit, day]
    late += np.where(rng.random(size) < 0.008, rng.exponential(1500, size), 0)
    wet = rng.normal(0, 1, size) * spread + rng.exponential(420, size) + 180
    return late + np.where(days.wet_morning[region, day], wet, 0)


def departures(days: Days, region: Ints, unit: Ints, day: Ints, rng: np.random.Generator) -> Floats:
    """Seconds after the bell; each unit has its own share of the region's late shift."""
    size = len(day)
    held = days.leave[region, day] * days.unit_held[unit, day]
    linger = rng.exponential(600, size) * days.unit_leave[unit, day]
    kept = np.where(rng.random(size) < 0.7, days.unit_meeting[unit, day], 0)
    wet = np.where(rng.random(size) < 0.6, rng.gamma(2.0, 500, size), 0)
    return 20 + held + linger + kept + np.where(days.wet_evening[region, day], wet, 0)
