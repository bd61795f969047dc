"""A stretch of a group's month that may be an outage."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.outages.segments import Segment


@dataclass(frozen=True)
class Candidate:
    """A segment before its threshold is known; minutes count from the first local midnight.

    [start, end) is the segment, of silence as far as nobody was heard.
    """

    group: int
    alternative: str
    window: str
    segment: Segment
    start: int
    end: int
    rescored: float
    observed: float
    expected: float
    deferred: float | None
    is_partial: bool = False
    """A middle window in which a part fails throughout: what hard windows lie in it are chance."""
    spared: float = 0.0
    """Nats by which the tests of its group are fewer than those of the mean group."""

    @property
    def worth(self) -> float:
        """Re-scored nats, as if its group had as many tests as the mean one."""
        return self.rescored + self.spared
