"""Windows of one group, joined to trails; spans of minutes. No judgement here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NEAR = 2
"""Windows of one scope that overlap or lie within two minutes are one outage (outages.md 1.5)."""


class Segment(NamedTuple):
    """One row of `outage_segment`; minutes from the first local midnight, [start, end)."""

    kind: str
    value: str
    vantage: str
    symptom: str
    is_hard: bool
    start: float
    end: float
    nats: float
    bound: float


class Span(NamedTuple):
    """[start, end) in minutes."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Minutes; 0 where empty."""
        return max(0.0, self.end - self.start)

    def meet(self, other: Span) -> Span:
        """The common part."""
        return Span(max(self.start, other.start), min(self.end, other.end))


@dataclass(frozen=True)
class Trail:
    """Segments of one group that overlap or lie within two minutes."""

    kind: str
    value: str
    segments: tuple[Segment, ...]

    @property
    def hard(self) -> Span:
        """Hard windows of failures, else of silence, else everything."""
        hard = [s for s in self.segments if s.is_hard]
        rows = [s for s in hard if s.symptom == "failure"] or hard or self.segments
        return Span(min(s.start for s in rows), max(s.end for s in rows))

    @property
    def impact(self) -> Span:
        """From the first start to the last end."""
        return Span(min(s.start for s in self.segments), max(s.end for s in self.segments))

    @property
    def symptom(self) -> str:
        """Failure where there is any, else the strongest segment's."""
        if any(s.symptom == "failure" for s in self.segments):
            return "failure"
        return max(self.segments, key=lambda s: (s.nats, s.start)).symptom


def without(span: Span, cuts: Iterable[Span]) -> list[Span]:
    """Parts of the span that no cut touches; cuts are in order."""
    out, start = [], span.start
    for cut in cuts:
        if cut.start > start:
            out.append(Span(start, min(cut.start, span.end)))
        start = max(start, cut.end)
    return [*out, Span(start, span.end)] if start < span.end else out


def trails(segments: Iterable[Segment]) -> list[Trail]:
    """Segments of each group, joined where they overlap or lie within two minutes."""
    found: list[Trail] = []
    ordered = sorted(segments, key=lambda s: (s.kind, s.value, s.symptom == "lost_write", s.start, s.end, s))
    for segment in ordered:
        last = found[-1] if found else None
        if last is not None and _continues(last, segment):
            found[-1] = Trail(last.kind, last.value, (*last.segments, segment))
        else:
            found.append(Trail(segment.kind, segment.value, (segment,)))
    return found


def _continues(trail: Trail, segment: Segment) -> bool:
    """Same group, same kind of symptom, and no more than two minutes later."""
    same = (trail.kind, trail.value) == (segment.kind, segment.value)
    lost = trail.segments[0].symptom == "lost_write"
    return same and lost == (segment.symptom == "lost_write") and segment.start <= trail.impact.end + NEAR
