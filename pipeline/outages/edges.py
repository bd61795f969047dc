"""Where a window begins and ends: failures with requests that failed, silence with the senders around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts

Seconds = Ints
REACH = 60
HALF = float(np.log(2))
MINUTE = 60


def silence_edges(senders: Array, mean: Array, unseen: Flags | None, a: int, b: int) -> tuple[int, int, int]:
    """Last minute heard before [a, b), exclusive, when somebody was missed by even odds, and next minute heard.

    Minutes in which hardly anybody is expected score nothing: a silence scores from the crowd's first minute to its
    last, not the fault's. Nobody is looked for beyond an hour, or where the log has a hole (`unseen`).
    All three arrays are a group's month in minutes.
    """
    stops = senders > 0 if unseen is None else (senders > 0) | unseen
    before, after = np.flatnonzero(stops[max(0, a - REACH) : a]), np.flatnonzero(stops[b : b + REACH])
    heard = max(0, a - REACH) + int(before[-1]) + 1 if before.size else a
    again = b + int(after[0]) if after.size else b
    missed = heard + int(np.searchsorted(np.cumsum(mean[heard:b]), HALF))
    return heard, min(missed, b - 1), again


@dataclass(frozen=True)
class Events:
    """Failed requests of a vantage in order of their start: seconds, and the place of each sender."""

    begin: Seconds
    end: Seconds
    places: dict[str, Texts]

    def edges(self, start: int, end: int, kind: str, value: str) -> tuple[int, int]:
        """The window [start, end) in seconds, narrowed within its first and last minute to own failed requests.

        From the first to begin to the end of the last. Beyond a minute the edge is that of people whose requests
        are not known one by one. A kind that is no place of a sender means all of them.
        """
        low, high = np.searchsorted(self.begin, [start, end])
        mine = np.arange(low, high)
        if kind in self.places:
            mine = mine[self.places[kind][low:high] == value]
        if not mine.size:
            return start, end
        first, last = int(self.begin[mine[0]]), int(self.end[mine].max()) + 1
        return first if first < start + MINUTE else start, last if last > end - MINUTE else end
