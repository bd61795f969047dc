"""The seconds of a window: from its first failed request to the end of its last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Ints, Texts

Seconds = Ints


@dataclass(frozen=True)
class Events:
    """Failed requests of a vantage in order of their start: seconds, and the place of each sender."""

    begin: Seconds
    end: Seconds
    places: dict[str, Texts]

    def edges(self, start: int, end: int, kind: str, value: str) -> tuple[int, int] | None:
        """First start and last end (exclusive) of the requests of a group that began in [start, end) seconds.

        None where no own request is known. A kind that is no place of a sender means all of them.
        """
        low, high = np.searchsorted(self.begin, [start, end])
        mine = np.arange(low, high)
        if kind in self.places:
            mine = mine[self.places[kind][low:high] == value]
        if not mine.size:
            return None
        return int(self.begin[mine[0]]), int(self.end[mine].max()) + 1
