"""Where a window begins and ends: failures with requests that failed, silence with the senders around it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts, named, texts
from pipeline.outages.scores import ALPHA, HEALTHY_FACTORS, shared_deviance

if TYPE_CHECKING:
    import pyarrow as pa

Seconds = Ints
REACH = 60
FAR = 360
CROWD = 10
MINUTE = 60


def silence_edges(senders: Array, mean: Array, unseen: Flags | None, a: int, b: int) -> tuple[int, int, int]:
    """Last minute heard before [a, b), exclusive, when somebody was missed by even odds, and next minute heard.

    Minutes in which hardly anybody is expected score nothing: a silence scores from the crowd's first minute to its
    last, not the fault's. Nobody is looked for beyond an hour, or where the log has a hole (`unseen`): where that hour
    heard nobody, those who were due in it are missed like others. A crowd that
    comes back within six hours, out of its time, had waited for the end until then (outages.md 1.6).
    All three arrays are a group's month in minutes.
    """
    stops = senders > 0 if unseen is None else (senders > 0) | unseen
    before, after = np.flatnonzero(stops[max(0, a - REACH) : a]), np.flatnonzero(stops[b : b + FAR])
    if after.size and after[0] >= REACH and not _is_crowd(senders, mean, b + int(after[0])):
        after = after[:0]
    low = max(0, a - REACH)
    low += int(before[-1]) + 1 if before.size else 0
    again = b + int(after[0]) if after.size else b
    missed = low + first_missed(mean[low:b])
    return low if before.size else min(a, missed), missed, again


def first_missed(mean: Array) -> int:
    """The minute at or before which by even odds the first sender was missed, of a silence that may have begun in any.

    With M(t) expected until t, a silence from minute s fits with probability e^(-M(s)), and misses nobody until t with
    e^(M(s) - M(t)). So before a bell the few who are expected in an hour do not date a fault: the crowd does.
    """
    total = np.cumsum(mean)
    begins = np.exp(mean - total)
    missed = np.cumsum(begins) - np.arange(1, mean.size + 1) * np.exp(-total)
    return min(int(np.searchsorted(missed, begins.sum() / 2)), mean.size - 1)


def _is_crowd(senders: Array, mean: Array, minute: int) -> bool:
    """Far more come in the ten minutes from this one than on the busiest healthy day, and one stray more."""
    when = slice(minute, minute + CROWD)
    usual = max(HEALTHY_FACTORS) * float(mean[when].sum()) + 1
    return float(shared_deviance(senders[when].sum(), usual, True)) >= math.log(1 / ALPHA)


@dataclass(frozen=True)
class Events:
    """Failed requests of a vantage in order of their start: seconds, and the place of each sender."""

    begin: Seconds
    end: Seconds
    places: dict[str, Texts]

    @classmethod
    def of(cls, rows: pa.Table, kinds: Iterable[str]) -> Events:
        """Rows with begin, done and one column per kind of place, in order of begin."""
        places = {kind: texts(rows[kind]) for kind in kinds}
        return cls(rows["begin"].to_numpy(), rows["done"].to_numpy(), places)

    def edges(self, start: int, end: int, kind: str, value: str) -> tuple[int, int]:
        """The window [start, end) in seconds, narrowed within its first and last minute to own failed requests.

        From the first to begin to the end of the last. Beyond a minute the edge is that of people whose requests
        are not known one by one. A kind that is no place of a sender means all of them.
        """
        low, high = np.searchsorted(self.begin, [start, end])
        mine = np.arange(low, high)
        if kind in self.places:
            mine = mine[named(self.places[kind][low:high], value)]
        if not mine.size:
            return start, end
        first, last = int(self.begin[mine[0]]), int(self.end[mine].max()) + 1
        return first if first < start + MINUTE else start, last if last > end - MINUTE else end
