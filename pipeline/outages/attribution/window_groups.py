"""Windows of one group, joined to trails; spans of minutes. No judgement here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.outages.segments import NEAR

MOST_BRIDGED = 120


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
        """From the first start to the last end; a silence begins no sooner than a vantage heard the group last.

        Who is rarely seen at one log may have been away from it for long: another log that still heard them knows more.
        """
        start, end = min(s.start for s in self.segments), max(s.end for s in self.segments)
        if all(s.symptom == "silence" for s in self.segments):
            first: dict[str, float] = {}
            for s in self.segments:
                first[s.vantage] = min(s.start, first.get(s.vantage, s.start))
            start = min(self.hard.start, max(first.values()))
        return Span(start, end)

    @property
    def symptom(self) -> str:
        """Failure where there is any, else the strongest segment's."""
        if any(s.symptom == "failure" for s in self.segments):
            return "failure"
        return max(self.segments, key=lambda s: (s.nats, s.start)).symptom


def dating_trail(scope: Sequence[tuple[str, str]], layer: str, trail: Trail, every: list[Trail]) -> Trail:
    """The trail that belongs to the scope and overlaps the judged one most; the judged one where there is none.

    What all regions meet, all regions date.
    """
    if layer == "log_gap":
        same = [t for t in every if t.symptom == "no_lines" and t.value == scope[0][1]]
    elif layer == "central":
        same = [
            t
            for t in every
            if t.kind in ("region", "vantage") and t.symptom not in ("lost_write", "no_lines")
        ]
    else:
        same = [t for t in every if scope and (t.kind, t.value) == scope[0] and t.symptom != "no_lines"]
    near = [t for t in same if t.hard.meet(trail.hard).length > 0]
    if layer == "central":
        met = tuple(s for t in near for s in t.segments)
        return Trail(trail.kind, trail.value, met or trail.segments)
    return max(near, key=lambda t: (t.hard.meet(trail.hard).length, -t.hard.start), default=trail)


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
    for segment in sorted(_unbridged(list(segments)), key=_order):
        last = found[-1] if found else None
        if last is not None and _continues(last, segment):
            found[-1] = Trail(last.kind, last.value, (*last.segments, segment))
        else:
            found.append(Trail(segment.kind, segment.value, (segment,)))
    return found


def _unbridged(segments: list[Segment]) -> Iterator[Segment]:
    """Impact windows cut where the hard windows of their symptom within them lie more than two hours apart.

    Two faults with a night between them are two outages, however many phones failed in between; nor does a silence
    between them join their failures.
    """
    hard: dict[tuple[str, str, str], list[Segment]] = {}
    for segment in sorted(segments, key=_order):
        if segment.is_hard:
            hard.setdefault((segment.kind, segment.value, segment.symptom), []).append(segment)
    for segment in segments:
        start = segment.start
        if not segment.is_hard:
            own = hard.get((segment.kind, segment.value, segment.symptom), [])
            inside = [s for s in own if s.start < segment.end and s.end > segment.start]
            reach = min((s.end for s in inside), default=segment.end)
            for one in inside:
                if one.start > reach + MOST_BRIDGED:
                    yield segment._replace(start=start, end=reach)
                    start = one.start
                reach = max(reach, one.end)
        yield segment._replace(start=start)


def _order(segment: Segment) -> tuple[object, ...]:
    return segment.kind, segment.value, segment.symptom == "lost_write", segment.start, segment.end, segment


def _continues(trail: Trail, segment: Segment) -> bool:
    """Same group, same kind of symptom, and no more than two minutes later."""
    same = (trail.kind, trail.value) == (segment.kind, segment.value)
    lost = trail.segments[0].symptom == "lost_write"
    return same and lost == (segment.symptom == "lost_write") and segment.start <= trail.impact.end + NEAR
