"""Own people whose requests failed: each is evidence once, however often they try again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts, named, texts
from pipeline.outages.clock import DAY

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = 180
"""Minutes for which whoever failed is no new evidence: a phone that does not work is tried again until the duty is over."""


def failed_before(person: Texts, minute: Ints) -> Flags:
    """Whether each failed request follows one of the same person by at most three hours; any order, one row a request."""
    order = np.lexsort((minute, person))
    who, when = person[order], minute[order]
    flags = np.zeros(len(person), dtype=np.bool_)
    flags[order[1:]] = (who[1:] == who[:-1]) & (when[1:] - when[:-1] <= MEMORY)
    return flags


@dataclass(frozen=True)
class KnownFailures:
    """Own people with a failed request at a vantage: minute of the month, whether they failed before, their place.

    One row per person, minute and place. A kind that is no place of a sender means all of them.
    """

    minute: Ints
    again: Flags
    places: dict[str, Texts]

    @classmethod
    def of(cls, rows: pa.Table, kinds: Iterable[str], days: int) -> KnownFailures:
        """Rows with nip, minute and one column per kind of place; those outside the month only tell who failed before."""
        minute = rows["minute"].to_numpy()
        again = failed_before(texts(rows["nip"]), minute)
        inside = (minute >= 0) & (minute < days * DAY)
        places = {kind: texts(rows[kind])[inside] for kind in kinds}
        return cls(minute[inside], again[inside], places)

    def counts(self, kind: str, value: str, days: int) -> tuple[Array, Array]:
        """Of a group: all of them, and those who had failed before; both (days, 1440)."""
        everybody = np.ones(len(self.minute), dtype=np.bool_)
        mine = named(self.places[kind], value) if kind in self.places else everybody
        known, again = (
            np.bincount(self.minute[rows], minlength=days * DAY).astype(float).reshape(days, DAY)
            for rows in (mine, mine & self.again)
        )
        return known, again
