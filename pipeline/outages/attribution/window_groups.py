"""Windows of one group of senders that belong together; spans of minutes. No hypothesis is weighed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.outages.segments import NEAR_MINUTES

LONGEST_BRIDGE = 120
"""Minutes between two hard windows that one impact window may join."""
FAILURE, SILENCE, LOST_WRITE, NO_LINES = "failure", "silence", "lost_write", "no_lines"
"""Symptoms; `NO_LINES` is a gap of a log, which no row of `outage_segment` has."""


class SegmentRow(NamedTuple):
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

    def overlap(self, other: Span) -> Span:
        return Span(max(self.start, other.start), min(self.end, other.end))


@dataclass(frozen=True)
class WindowGroup:
    """Segments of one group of senders (`kind`, `value`) that overlap or lie within two minutes."""

    kind: str
    value: str
    segments: tuple[SegmentRow, ...]

    @property
    def hard(self) -> Span:
        """From the first to the last hard window: of failures, else of silence, else of all windows."""
        hard = [s for s in self.segments if s.is_hard]
        rows = [s for s in hard if s.symptom == FAILURE] or hard or self.segments
        return Span(min(s.start for s in rows), max(s.end for s in rows))

    @property
    def impact(self) -> Span:
        """From the first start to the last end; a silence begins only once no vantage hears the group any more.

        A group that is rarely seen in one log may have been absent from it for long; another log that still heard it
        dates the silence better.
        """
        start, end = min(s.start for s in self.segments), max(s.end for s in self.segments)
        if all(s.symptom == SILENCE for s in self.segments):
            first: dict[str, float] = {}
            for s in self.segments:
                first[s.vantage] = min(s.start, first.get(s.vantage, s.start))
            start = min(self.hard.start, max(first.values()))
        return Span(start, end)

    @property
    def symptom(self) -> str:
        """Failure where any segment shows it, else the symptom of the segment with most nats."""
        if any(s.symptom == FAILURE for s in self.segments):
            return FAILURE
        return max(self.segments, key=lambda s: (s.nats, s.start)).symptom


def dating_windows(
    scope: Sequence[tuple[str, str]], layer: str, windows: WindowGroup, every: list[WindowGroup]
) -> WindowGroup:
    """The windows that date an outage of this layer and scope: those of its own scope that overlap `windows` most.

    An outage of the province's server is dated by the regions and vantages that overlap it, all together. `windows`,
    which the outage was found in, date it where there are no others.
    """
    if layer == "log_gap":
        same = [g for g in every if g.symptom == NO_LINES and g.value == scope[0][1]]
    elif layer == "central":
        shown = [g for g in every if g.symptom not in (LOST_WRITE, NO_LINES)]
        same = [g for g in shown if g.kind in ("region", "vantage")]
    else:
        same = [g for g in every if scope and (g.kind, g.value) == scope[0] and g.symptom != NO_LINES]
    near = [g for g in same if g.hard.overlap(windows.hard).length > 0]
    if layer == "central":
        segments = tuple(s for g in near for s in g.segments)
        return WindowGroup(windows.kind, windows.value, segments or windows.segments)
    return max(near, key=lambda g: (g.hard.overlap(windows.hard).length, -g.hard.start), default=windows)


def without(span: Span, cuts: Iterable[Span]) -> list[Span]:
    """Parts of the span outside of the cuts, which are in order."""
    out, start = [], span.start
    for cut in cuts:
        if cut.start > start:
            out.append(Span(start, min(cut.start, span.end)))
        start = max(start, cut.end)
    return [*out, Span(start, span.end)] if start < span.end else out


def group_windows(segments: Iterable[SegmentRow]) -> list[WindowGroup]:
    """Segments of each group of senders, together where they overlap or lie within two minutes; lost writes apart."""
    found: list[WindowGroup] = []
    for one in sorted(_cut_bridges(list(segments)), key=_order):
        last = found[-1] if found else None
        if (
            last is not None and (last.kind, last.value) == (one.kind, one.value)
            and (last.segments[0].symptom == LOST_WRITE) == (one.symptom == LOST_WRITE)
            and one.start <= last.impact.end + NEAR_MINUTES
        ):  # fmt: skip
            found[-1] = replace(last, segments=(*last.segments, one))
        else:
            found.append(WindowGroup(one.kind, one.value, (one,)))
    return found


def _cut_bridges(segments: list[SegmentRow]) -> Iterator[SegmentRow]:
    """Impact windows cut where the hard windows of their symptom within them lie more than two hours apart.

    Two faults with a night between them are two outages, even if some requests fail in between. A silence between
    them does not join their failures.
    """
    hard: dict[tuple[str, str, str], list[SegmentRow]] = {}
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
                if one.start > reach + LONGEST_BRIDGE:
                    yield segment._replace(start=start, end=reach)
                    start = one.start
                reach = max(reach, one.end)
        yield segment._replace(start=start)


def _order(segment: SegmentRow) -> tuple[object, ...]:
    return segment.kind, segment.value, segment.symptom == LOST_WRITE, segment.start, segment.end, segment
