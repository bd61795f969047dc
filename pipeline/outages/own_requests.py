"""Requests of the region's own people, known by person and to the second, and the lines that they come over.

Of people of other regions only counts per minute are known. A kind of group that is no place of a sender (a region,
a vantage) stands for all own people. Those who are heard over another line than their own tell that their line is dead,
not merely quiet: given who was heard and when, only the line is asked for, so that no late bell, meeting or empty office
explains it (a partial likelihood, Cox 1975). See docs/method/detection.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts, equals_or_matches, texts
from pipeline.outages.clock import DAY, HOUR
from pipeline.outages.segments import LEAST_NATS, Segment, strong_segments

if TYPE_CHECKING:
    import pyarrow as pa


SAME_PUNCH_MINUTES = 180
"""Requests of one person at most so far apart are attempts at the same punch: a phone that does not work is tried again
until the duty is over."""
MINUTE = 60
"""Seconds."""


def is_repeated_failure(person: Texts, minute: Ints) -> Flags:
    """Whether each failed request follows one of the same person by at most three hours.

    One element per request, in any order; so is the answer.
    """
    order = np.lexsort((minute, person))
    who, when = person[order], minute[order]
    flags = np.zeros(len(person), dtype=np.bool_)
    flags[order[1:]] = (who[1:] == who[:-1]) & (when[1:] - when[:-1] <= SAME_PUNCH_MINUTES)
    return flags


@dataclass(frozen=True)
class OwnFailures:
    """Own people with a failed request at one vantage: minute of the period, whether they had failed before, place.

    One element per person, minute and place.
    """

    minute: Ints
    is_repeated: Flags
    places: dict[str, Texts]

    @classmethod
    def from_rows(cls, rows: pa.Table, kinds: Iterable[str], days: int) -> OwnFailures:
        """Rows with nip, minute and one column per kind of place.

        Rows outside the period only tell who had failed before.
        """
        minute = rows["minute"].to_numpy()
        is_repeated = is_repeated_failure(texts(rows["nip"]), minute)
        inside = (minute >= 0) & (minute < days * DAY)
        places = {kind: texts(rows[kind])[inside] for kind in kinds}
        return cls(minute[inside], is_repeated[inside], places)

    def counts(self, kind: str, value: str, days: int) -> tuple[Array, Array]:
        """Own people of a group who failed, and those of them who had failed before; both (days, 1440)."""
        everybody = np.ones(len(self.minute), dtype=np.bool_)
        mine = equals_or_matches(self.places[kind], value) if kind in self.places else everybody
        failed, repeated = (
            np.bincount(self.minute[rows], minlength=days * DAY).astype(float).reshape(days, DAY)
            for rows in (mine, mine & self.is_repeated)
        )
        return failed, repeated


@dataclass(frozen=True)
class FailedRequests:
    """Failed requests of own people at one vantage in order of their start: first and last second, place of the sender."""

    begin: Ints
    end: Ints
    places: dict[str, Texts]

    @classmethod
    def from_rows(cls, rows: pa.Table, kinds: Iterable[str]) -> FailedRequests:
        """Rows with begin, done and one column per kind of place, in order of begin."""
        places = {kind: texts(rows[kind]) for kind in kinds}
        return cls(rows["begin"].to_numpy(), rows["done"].to_numpy(), places)

    def edges(self, start: int, end: int, kind: str, value: str) -> tuple[int, int]:
        """The window [start, end) in seconds, narrowed to the failed requests of a group's own people.

        From the start of the first to the end of the last, where that moves an edge by less than a minute. An edge
        that would move further is owed to people of other regions, of whom only the minute is known.
        """
        low, high = np.searchsorted(self.begin, [start, end])
        mine = np.arange(low, high)
        if kind in self.places:
            mine = mine[equals_or_matches(self.places[kind][low:high], value)]
        if not mine.size:
            return start, end
        first, last = int(self.begin[mine[0]]), int(self.end[mine].max()) + 1
        return first if first < start + MINUTE else start, last if last > end - MINUTE else end


@dataclass(frozen=True)
class OwnSenders:
    """Own people heard at one vantage: the first minute of the period per person, hour and line, by person and minute.

    `line` numbers the distinct lines; `lines` holds per kind of line (unit, network, provider) the name of each, or None.
    """

    person: Ints
    minute: Ints
    line: Ints
    lines: dict[str, Texts]

    @classmethod
    def from_rows(cls, rows: pa.Table, lines: dict[str, Texts], minutes: int) -> OwnSenders:
        """Rows with person, minute and line, ordered by person and minute; those outside the period are left out."""
        person, minute, line = (rows[name].to_numpy() for name in ("person", "minute", "line"))
        inside = (minute >= 0) & (minute < minutes)
        return cls(person[inside], minute[inside], line[inside], lines)

    def uses(self, kind: str, value: str) -> Flags:
        """Which elements came over a line; none where nobody uses it or where the kind is no kind of line."""
        if kind not in self.lines:
            return np.zeros(len(self.line), dtype=np.bool_)
        return np.asarray((self.lines[kind] == value)[self.line], dtype=np.bool_)

    def rerouting(self, kind: str, value: str) -> Rerouting:
        """Over which lines the people who use this line were heard."""
        return Rerouting.of_line(self, self.uses(kind, value))


DEAD_LINE_SHARE = 0.02
"""Share of those heard who seem to come over a dead line: an address block that moved, a clock that is off."""
PRIOR_USES = 1.5
"""A person's share of use of a line is shrunk to that of all its users, as if by so many punches."""
LARGEST_USE = 0.97
LEAST_EXPECTED = 3.0
"""Expected senders of whom at least one is heard in nineteen of twenty cases: exp(-3) = 0.05."""
ELSEWHERE_NATS = float(np.log(100))
"""Penalty of the null explanation that people were elsewhere together, at a ceremony for instance; assumed."""


@dataclass(frozen=True)
class Rerouting:
    """Punches of the people who use a line, in order of time: minute, whether over the line, usual share of use.

    Requests of a person within three hours are one punch, which counts at most once over the line and once over others.
    """

    minute: Ints
    is_over: Flags
    use: Array

    @classmethod
    def of_line(cls, senders: OwnSenders, is_over: Flags) -> Rerouting:
        """`is_over` says which elements of `senders` came over the line.

        A person's share of use is estimated from their other punches, by the line that came first in each.
        """
        is_user = np.zeros(int(senders.person.max(initial=0)) + 1, dtype=np.bool_)
        is_user[senders.person[is_over]] = True
        users = is_user[senders.person]
        person, minute, over = senders.person[users], senders.minute[users], is_over[users]
        is_new = (person[1:] != person[:-1]) | (np.diff(minute) > SAME_PUNCH_MINUTES)
        is_first = np.append(True, is_new)[: len(person)]
        punch = np.cumsum(is_first) - 1
        used = np.bincount(person[is_first], over[is_first].astype(float), minlength=len(is_user))
        seen = np.bincount(person[is_first], minlength=len(is_user)).astype(float)
        usual = float(used.sum() / max(seen[used > 0].sum(), 1.0))
        others = used[person] - over[is_first][punch]
        use = (others + PRIOR_USES * usual) / (seen[person] - 1 + PRIOR_USES)
        keep = np.zeros(len(person), dtype=np.bool_)
        keep[np.unique(punch * 2 + over, return_index=True)[1]] = True
        keep &= others > 0
        rows = np.flatnonzero(keep)
        rows = rows[np.lexsort((over[rows], person[rows], minute[rows]))]
        return cls(minute[rows], over[rows], np.clip(use[rows], DEAD_LINE_SHARE, LARGEST_USE))

    @cached_property
    def log_ratios(self) -> Array:
        """Log-likelihood ratio of each punch for a dead line, in nats."""
        dead = DEAD_LINE_SHARE
        return np.where(self.is_over, np.log(dead / self.use), np.log((1 - dead) / (1 - self.use)))

    def counts_between(self, start: float, end: float) -> tuple[int, int, float]:
        """Punches in minutes [start, end): over the line, over others, and expected over others."""
        inside = slice(*np.searchsorted(self.minute, [start, end]))
        over = int(self.is_over[inside].sum())
        return over, len(self.use[inside]) - over, float((1 - self.use[inside]).sum())

    def nats_between(self, start: float, end: float) -> float:
        return float(self.log_ratios[slice(*np.searchsorted(self.minute, [start, end]))].sum())

    def segments_beside(self, silences: Iterable[Segment], expected: Array) -> list[Segment]:
        """The strongest segments of rerouted punches, in minutes, that overlap none of the silences nor one another.

        At least three senders must be expected in a segment (`expected` per minute of the period): when everybody else
        has come, those whom a dead line turned away still come late over another.
        """
        taken = list(silences)
        found: list[Segment] = []
        for low, high, nats in sorted(strong_segments(self.log_ratios, LEAST_NATS), key=lambda run: -run[2]):
            a, b = int(self.minute[low]), int(self.minute[high - 1]) + 1
            is_free = not any(part.start < b and a < part.end for part in taken)
            if is_free and expected[a:b].sum() >= LEAST_EXPECTED:
                found.append(Segment(a, b, nats, a, a, b, b))
                taken.append(found[-1])
        return found

    def rescored(self, a: int, b: int) -> float:
        """Nats of the strongest run of punches that overlaps minutes [a, b), against two null explanations.

        Either people use their line as they usually do, or they are elsewhere together. In the second case nobody
        comes over the line in the hour before and after the run either, and `ELSEWHERE_NATS` is paid.
        """
        first, left, right, last = np.searchsorted(self.minute, [a - HOUR, a, b, b + HOUR])
        total = np.concatenate([[0.0], np.cumsum(self.log_ratios[first:last])])
        best = 0.0
        for start in range(right - first) if left < right else ():
            end = max(start, left - first) + 1
            end += int(total[end:].argmax())
            run = float(total[end] - total[start])
            best = max(best, min(run, ELSEWHERE_NATS - float(total[-1]) + run))
        return best


class LineEvidence:
    """What rerouted people, heard at the log nearest to them, say of each line."""

    def __init__(self, senders: Mapping[str, OwnSenders]) -> None:
        """`senders` per vantage; the gateway's log is the nearest, and the first by name."""
        self.senders = senders
        self._rerouting: dict[tuple[str, str], Rerouting | None] = {}

    def rerouting(self, kind: str, value: str) -> Rerouting | None:
        """Of the people who use a line; None where nobody does, or where the kind is no kind of line."""
        if (kind, value) not in self._rerouting:
            heard = (
                senders for _, senders in sorted(self.senders.items()) if senders.uses(kind, value).any()
            )
            found = (senders.rerouting(kind, value) for senders in heard)
            self._rerouting[kind, value] = next(found, None)
        return self._rerouting[kind, value]

    def nats(self, pieces: Iterable[tuple[float, float]], kind: str, value: str) -> float:
        """Log-likelihood ratio for a dead line over all pieces [start, end); 0 where nobody uses it."""
        rerouting = self.rerouting(kind, value)
        return 0.0 if rerouting is None else sum(rerouting.nats_between(a, b) for a, b in pieces)
