"""Requests of the region's own people, which are known by person and to the second.

Of the people of other regions only counts per minute are known. A kind of group that is no place of a sender (a region,
a vantage) stands for all own people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts, equals_or_matches, texts
from pipeline.outages.clock import DAY

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
