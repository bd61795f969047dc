"""What a group of senders showed in a month, minute by minute, at one vantage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.detection.failure_evidence import FailureSeries
from pipeline.outages.rerouting import Rerouting


@dataclass(frozen=True)
class GroupCounts:
    """A group's month at one vantage; arrays are (days, 1440) but for `on_duty`, people on duty per day (days,).

    `senders` are distinct senders and `failed` those of them with a failed request; for the alternative `lost_write`
    accepted and unstored punches. `on_duty` is all ones where no roster is known.
    """

    vantage: str
    senders: Array
    failed: Array
    on_duty: Array
    observed: Flags | None = None
    """Minutes that the log covers; the others are censored, not silent. None where it covers all."""
    alternatives: tuple[str, ...] = ("silence", "failure")
    peers: Array | None = None
    """The other senders of the same regions, for a group that is spread over all offices, such as a carrier or a
    version: its day is as busy as theirs. A region or an office may have a day of its own."""
    own_failures: tuple[Array, Array] | None = None
    """Own people among the failed, and those of them who had failed before; None where none are known by person."""
    is_office: bool = False
    parts: tuple[GroupCounts, ...] = ()
    """The regions of a group that is a whole vantage."""
    load_rerouting: Callable[[], Rerouting] | None = None
    """Works out over which lines the people of this line were heard; None for a group that is no line."""

    @property
    def failure_series(self) -> tuple[FailureSeries, ...]:
        """Failures of the whole month, of each part where there are parts."""
        return tuple(
            FailureSeries(part.failed.ravel(), part.senders.ravel(), part.own_failures)
            for part in self.parts or (self,)
        )
