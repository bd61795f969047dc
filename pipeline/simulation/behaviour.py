"""When people send their requests: one first attempt per person, duty day and side, at the moment they take out their phone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.simulation.days import Days, arrivals, departures
from pipeline.simulation.people import Absence, Flags, Floats, Ints, Senders, Staff
from pipeline.simulation.schedule import GROUPS, HOUR, SHIFTS, Month, hours, shift_code

DAY = 86_400


@dataclass(frozen=True)
class Sides:
    """One element per person, duty day and side that is not excused, ordered by person, day, side."""

    person: Ints
    day: Ints
    side: Ints  # 0 in, 1 out
    start: Ints  # duty [start, end), seconds from local midnight of the month's first day
    end: Ints
    office: Ints  # through all regions, home first: the office of that day
    attempt: Floats  # start of the first request, NaN where the person made none

    @property
    def due(self) -> Ints:
        """Due time of the side."""
        return np.where(self.side == 0, self.start, self.end)


def duty_table(senders: Senders, month: Month) -> tuple[Ints, Ints]:
    """Start and end per (sender, day) in seconds after that day's midnight; start -1 on a free day."""
    start = np.full((len(senders), month.days), -1, dtype=np.int64)
    end = start.copy()
    for number, name in enumerate(GROUPS):
        members = senders.group == number
        for day in range(month.days):
            if name == "nakes-shift":
                for offset in range(8):
                    shift = SHIFTS.get(shift_code(day, offset, month.days))
                    mine = members & (senders.offset == offset)
                    if shift is not None:
                        start[mine, day], end[mine, day] = shift
            elif (duty := hours(name, month.date(day))) is not None:
                start[members, day], end[members, day] = duty
    return start, end


def make_sides(senders: Senders, month: Month, days: Days, staff: Staff, rng: np.random.Generator) -> Sides:
    """Habits, the day and chance decide when people come and leave; about 1 % of days are missed, 0.5 % left early."""
    start, end = duty_table(senders, month)
    for absence in staff.absences:
        start[absence.person, absence.first : absence.last + 1] = -1
    start[(senders.region > 0)[:, None] & (rng.random(start.shape) < days.excused[senders.region])] = -1
    person, day = np.nonzero(start >= 0)
    first, last = start[person, day], end[person, day]
    region, home = senders.region[person], len(staff.nip)
    office = np.where(region == 0, staff.unit_on[np.minimum(person, home - 1), day], senders.office[person])
    is_present = rng.random(len(person)) < 0.99
    late = arrivals(days, region, office, day, senders.arrival_spread[person], rng)
    arrive = np.maximum(first + senders.arrival_mean[person] + late, first - 2.8 * HOUR)
    leave = last + departures(days, region, office, day, rng)
    early = rng.random(len(person)) < 0.005
    leave = np.where(early, last - rng.uniform(60, 6000, len(person)), leave)
    arrive = np.where(is_present & (rng.random(len(person)) > 0.004), arrive, np.nan)
    leave = np.where(is_present & (rng.random(len(person)) > 0.004), leave, np.nan)
    arrive = np.where(arrive < last - HOUR, arrive, np.nan)
    midnight = day * DAY
    return Sides(
        person=person.repeat(2),
        day=day.repeat(2),
        side=np.tile(np.array([0, 1]), len(person)),
        start=(first + midnight).repeat(2),
        end=(last + midnight).repeat(2),
        office=office.repeat(2),
        attempt=np.stack([arrive + midnight, leave + midnight], axis=1).ravel().astype(np.float64),
    )


def with_short_absences(
    senders: Senders,
    month: Month,
    days: Days,
    absences: list[Absence],
    spared: set[int],
    rng: np.random.Generator,
) -> list[Absence]:
    """Single days of official duty or leave of the home region, by the day's share; joined with `absences`."""
    home = int((senders.region == 0).sum())
    start, _ = duty_table(senders, month)
    free = start[:home] < 0
    for absence in absences:
        free[absence.person, absence.first : absence.last + 1] = True
    free[sorted(spared)] = True
    person, day = np.nonzero(~free & (rng.random(free.shape) < days.excused[0]))
    kinds = rng.choice(3, len(person), p=(0.7, 0.2, 0.1)).tolist()
    names = ("dinas_luar", "cuti_tahunan", "cuti_sakit")
    single = [
        Absence(p, names[k], d, d) for p, d, k in zip(person.tolist(), day.tolist(), kinds, strict=True)
    ]
    return sorted([*absences, *single], key=lambda absence: (absence.person, absence.first))


def with_truants(sides: Sides, day: int, share: float, rng: np.random.Generator) -> Sides:
    """A `share` of the people uses the outage of that day and does not come at all."""
    people = int(sides.person.max()) + 1
    gone = (rng.random(people) < share)[sides.person] & (sides.day == day)
    return replace(sides, attempt=np.where(gone, np.nan, sides.attempt))


def exposed(sides: Sides, window: tuple[float, float]) -> Flags:
    """The window overlaps [due - 60 min, due] of a check-in or [due, due + 60 min] of a check-out."""
    due = sides.due
    low = np.where(sides.side == 0, due - HOUR, due)
    return (window[0] <= low + HOUR) & (window[1] > low)
