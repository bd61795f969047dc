"""What a group of senders showed in a month, minute by minute, at one vantage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.detection.null_explanation import Tries
from pipeline.outages.rerouting import Detours


@dataclass(frozen=True)
class Counts:
    """A group's month at one vantage; arrays of (days, 1440) but for `heads`, people on duty per day (days,).

    Distinct senders and those that failed; for the alternative `lost_write` the accepted and the unstored.
    Minutes that are not `observed` say nothing: a log that was not written is not silence. `beside` are the other
    senders of the same regions, where the group is spread over all offices as a carrier or a version is: it keeps
    their pace, while a region or an office may have a day of its own. `known` are the own people among the failed,
    and those of them who had failed before.
    """

    vantage: str
    senders: Array
    failed: Array
    heads: Array
    observed: Flags | None = None
    alternatives: tuple[str, ...] = ("silence", "failure")
    beside: Array | None = None
    known: tuple[Array, Array] | None = None
    is_office: bool = False
    parts: tuple[Counts, ...] = ()
    detours: Callable[[], Detours] | None = None

    @property
    def tries(self) -> Tries:
        """Failures of the whole month."""
        return Tries(self.failed.ravel(), self.senders.ravel(), self.known)
