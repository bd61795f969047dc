"""Generated people: a month of employment, leave and punches, and what the day was in the words of the description."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

from tests.support.reference import FREE, PERMISSION, UNPAID, Day
from tests.support.reference.hours import ACCEPTED_AFTER, ACCEPTED_BEFORE, GROUPS, SHIFTS, Duty, days_of, duty

TPP = (1_234_567, 3_000_000, 5_000_250, 6_000_000, 9_999_999, 43_125_000)
EDGES = (0, 1, 59, 60, 61, 959, 960, 1799, 1800, 1801, 1859, 1860, 1861, 3599, 3600, 3601, 3659, 3660, 3661,
         5399, 5400, 5459, 5460, 5461, 9000)  # fmt: skip
DAYS_A_MONTH = 14
"""About the mean of the generated months."""
UNDIRECTED_BELOW = 7000
"""Seconds off below which a punch without direction is nearer to its own end of the shortest duty."""
UNCHANGING = ("wfa",)
"""Kinds of absence that release nobody."""
SPARING = (*FREE, PERMISSION, UNPAID)
"""Of two kinds on a day, the earlier in this order spares the person most (decision 11)."""


class Span(NamedTuple):
    """Employment from a day on, until the next span or `Person.until`."""

    begin: dt.date
    group: str
    tpp: int
    unit: str


class Punch(NamedTuple):
    """A recorded punch: seconds after the local midnight of a day; direction None where none was stored."""

    date: dt.date
    second: int
    direction: str | None


class Person(NamedTuple):
    """A month of one person: what the rules are given, and the days that the computation is given."""

    spans: list[Span]
    until: dt.date
    absences: list[tuple[str, dt.date, dt.date]]
    shifts: dict[dt.date, str]
    punches: list[Punch]
    days: list[Day]


def generated(preset: str, people: int, period: str, seed: int) -> list[Person]:
    """People of every duty group; some nearly clean, some nearly empty; half of the offsets lie at an edge of a band."""
    rng = random.Random(f"{preset} {period} {seed}")  # noqa: S311 - a test's choices
    return [_person(rng, preset, period) for _ in range(people)]


def working(preset: str, days: list[Day], period: str = "2026-04") -> Person:
    """An office worker employed for just these days, each as its Day says; an apel is attended."""
    dates = days_of(period)
    duties = [one for one in (duty(preset, "kantor-5", date) for date in dates) if one][: len(days)]
    days = [day._replace(apel=True if one.apel else None) for one, day in zip(duties, days, strict=True)]
    spans = [Span(dates[0], "kantor-5", days[0].tpp, "1")]
    punches = [punch for one, day in zip(duties, days, strict=True) for punch in _plain(one, day)]
    return Person(spans, duties[-1].date + dt.timedelta(days=1), [], {}, punches, days)


def recorded_anew(preset: str, person: Person, seed: int) -> Person:
    """The same employment, leave and roster with other punches."""
    return _recording(random.Random(f"{preset} {seed}"), preset, person)  # noqa: S311 - a test's choices


def _person(rng: random.Random, preset: str, period: str) -> Person:
    dates = days_of(period)
    spans, until = _employment(rng, dates)
    shifts = {day: rng.choice(tuple(SHIFTS)) for day in dates if rng.random() < 0.7}
    # A night that reaches into the next month is provisional; after one into another group's short day, a check-out
    # may be nearer to the night's end.
    for following in (until, *(span.begin for span in spans)):
        if shifts.get(following - dt.timedelta(days=1)) == "M":
            shifts[following - dt.timedelta(days=1)] = "P"
    on_roster = {day: shift for day, shift in shifts.items() if _span(spans, day).group == "nakes-shift"}
    return _recording(rng, preset, Person(spans, until, _absences(rng, dates), on_roster, [], []))


def _span(spans: list[Span], day: dt.date) -> Span:
    return next((span for span in reversed(spans) if span.begin <= day), spans[0])


def _recording(rng: random.Random, preset: str, person: Person) -> Person:
    trouble, missing = rng.choice((0.05, 0.3, 0.9)), rng.choice((0.05, 0.3, 0.8))
    is_tight = any(span.group == "nakes-shift" for span in person.spans)
    days, punches, date = [], [], person.spans[0].begin
    while date < person.until:
        span = _span(person.spans, date)
        one = duty(preset, span.group, date, person.shifts.get(date))
        if one is not None:
            off = [_offset(rng, trouble, missing) for _ in range(2)]
            apel = rng.random() > missing if one.apel else None
            days.append(Day(off[0], off[1], apel, _released(person.absences, date), span.tpp, span.unit))
            punches += _recorded(rng, one, days[-1], is_tight=is_tight)
        date += dt.timedelta(days=1)
    return person._replace(punches=punches, days=days)


def _employment(rng: random.Random, dates: list[dt.date]) -> tuple[list[Span], dt.date]:
    """A whole month or a part of one; in a third of them group, TPP or OPD change on some day."""
    first, last = 0, len(dates)
    if rng.random() < 0.5:
        first, last = sorted(rng.sample(range(len(dates) + 1), 2))
    spans = [Span(dates[first], rng.choice(GROUPS), rng.choice(TPP), "1")]
    if last - first > 1 and rng.random() < 0.35:
        was, changes = spans[0], rng.choice(("tpp", "group", "unit", "all"))
        spans.append(
            Span(
                dates[rng.randrange(first + 1, last)],
                rng.choice(GROUPS) if changes in ("group", "all") else was.group,
                rng.choice(TPP) if changes in ("tpp", "all") else was.tpp,
                "2" if changes in ("unit", "all") else was.unit,
            )
        )
    return spans, dates[last - 1] + dt.timedelta(days=1)


def _absences(rng: random.Random, dates: list[dt.date]) -> list[tuple[str, dt.date, dt.date]]:
    found = []
    while rng.random() < 0.25:
        begin = rng.choice(dates)
        length = rng.choice((0, 0, 1, 2, 6, 30))
        kind = rng.choice((*FREE, *[PERMISSION] * 4, *[UNPAID] * 3, *UNCHANGING))
        found.append((kind, begin, begin + dt.timedelta(days=length)))
    return found


def _released(absences: list[tuple[str, dt.date, dt.date]], date: dt.date) -> str | None:
    kinds = [kind for kind, begin, end in absences if begin <= date <= end and kind in SPARING]
    return min(kinds, key=SPARING.index, default=None)


def _offset(rng: random.Random, trouble: float, missing: float) -> int | None:
    if rng.random() < missing:
        return None
    if rng.random() > trouble:
        return 0
    return rng.choice(EDGES) if rng.random() < 0.5 else rng.randrange(9000)


def _plain(one: Duty, day: Day) -> list[Punch]:
    """A punch a side, to the second; on time at the due second."""
    sides = (("in", day.late, one.start), ("out", day.early, one.end))
    shift = {"in": 1, "out": -1}
    punches = [Punch(one.date, due + shift[side] * off, side) for side, off, due in sides if off is not None]
    return [*punches, Punch(one.date, one.start, "apel")] if day.apel else punches


def _recorded(rng: random.Random, one: Duty, day: Day, *, is_tight: bool) -> list[Punch]:
    """Punches that amount to the day, with others that must not count: repeated, outside the windows, undirected."""
    punches = [_on_time(rng, punch, day, is_tight=is_tight) for punch in _plain(one, day)]
    if is_tight:  # the windows of a neighbouring shift might take a punch that is none of this one
        return punches
    punches = [_undirected(rng, punch, day) for punch in punches]
    if rng.random() < 0.1:
        punches += _not_counting(rng, one, day)
    return punches


def _on_time(rng: random.Random, punch: Punch, day: Day, *, is_tight: bool) -> Punch:
    """Before the duty or after it, up to the last second that a window admits; a side that is off stays where it is."""
    spare = rng.choice((0, 1, 600))
    is_wide = not is_tight and rng.random() < 0.25
    if punch.direction == "in" and day.late == 0:
        return punch._replace(second=punch.second - (ACCEPTED_BEFORE if is_wide else spare))
    if punch.direction == "out" and day.early == 0:
        return punch._replace(second=punch.second + (ACCEPTED_AFTER if is_wide else spare))
    return punch


def _undirected(rng: random.Random, punch: Punch, day: Day) -> Punch:
    off = {"in": day.late, "out": day.early}.get(punch.direction or "")
    is_near = off is not None and off < UNDIRECTED_BELOW and rng.random() < 0.2
    return punch._replace(direction=None) if is_near else punch


def _not_counting(rng: random.Random, one: Duty, day: Day) -> list[Punch]:
    """The later check-in and the earlier check-out, or a punch one second outside the windows of an empty side."""
    before, after = one.start - ACCEPTED_BEFORE - 1, one.end + ACCEPTED_AFTER + 1
    entering = (
        rng.choice((before, one.end)) if day.late is None else one.start + day.late + rng.choice((0, 1, 300))
    )
    leaving = (
        rng.choice((one.start, after)) if day.early is None else one.end - day.early - rng.choice((0, 1, 300))
    )
    return [Punch(one.date, entering, "in"), Punch(one.date, leaving, "out")]
