"""Maximal-scoring segments of log-likelihood ratios, and the support of their boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Ints

SUPPORT = 1.92
"""Half the 95 % point of chi-squared with one degree of freedom: boundaries within so many nats of the best are
supported by the data like the best (likelihood-ratio interval)."""
NEAR_MINUTES = 2
"""Segments of one group at most so far apart are one."""
IDLE_MINUTES = 30
NEGLIGIBLE_NATS = 0.02
LEAST_NATS = 12.0
"""A segment with fewer nats is no candidate; far below every threshold of a month."""


@dataclass(frozen=True)
class Segment:
    """Minutes [start, end) with their score in nats, and the earliest and latest supported start and end."""

    start: int
    end: int
    score: float
    start_low: int
    start_high: int
    end_low: int
    end_high: int


def maximal_segments(scores: Sequence[float]) -> list[tuple[int, int, float]]:
    """All maximal-scoring segments [start, end) of positions with their score, in order (Ruzzo & Tompa 1999)."""
    stack: list[tuple[int, int, float, float]] = []  # start, end, sum before, sum through
    total = 0.0
    for position, score in enumerate(scores):
        before, total = total, total + score
        if score <= 0:
            continue
        candidate = (position, position + 1, before, total)
        while True:
            index = len(stack) - 1
            while index >= 0 and stack[index][2] >= candidate[2]:
                index -= 1
            if index < 0 or stack[index][3] >= candidate[3]:
                stack.append(candidate)
                break
            candidate = (stack[index][0], candidate[1], stack[index][2], candidate[3])
            del stack[index:]
    return [(start, end, right - left) for start, end, left, right in stack]


def strong_segments(scores: Array, least: float) -> list[tuple[int, int, float]]:
    """The maximal-scoring segments that reach `least` nats, as positions [start, end) in `scores`, with their score.

    No maximal segment crosses a new minimum of the running sum, since all its prefixes are positive. So the search
    runs only inside the excursions above the running minimum that climb to `least`, of which a month without an
    outage has none. A segment is split where the scores within it speak for the null model (`split_at_null`).
    """
    if not scores.size:
        return []
    total = np.concatenate([[0.0], np.cumsum(scores)])
    lowest = np.minimum.accumulate(total)
    climbing = total > lowest
    edges = np.flatnonzero(np.diff(np.concatenate([[False], climbing, [False]]).astype(np.int8)))
    firsts, lasts = edges[::2] - 1, edges[1::2]
    high = np.flatnonzero(total - lowest >= least)
    found = []
    for number in np.unique(np.searchsorted(firsts, high) - 1):
        first, last = int(firsts[number]), int(lasts[number])
        for a, b, _ in maximal_segments(scores[first : last - 1].tolist()):
            found += split_at_null(total, first + a, first + b, least)
    return found


def split_at_null(total: Array, a: int, b: int, least: float) -> list[tuple[int, int, float]]:
    """The parts of [a, b) between stretches that speak for the null model by `least` nats; weaker parts are dropped.

    `total` is the running sum of scores before each position. A maximal segment may join two strong outages across
    any stretch that weighs less than either; what lies between them may have been normal.
    """
    score = float(total[b] - total[a])
    if score < least:
        return []
    fall = np.maximum.accumulate(total[a : b + 1]) - total[a : b + 1]
    low = int(fall.argmax())
    if fall[low] < least:
        return [(a, b, score)]
    high = int(total[a : a + low + 1].argmax())
    return split_at_null(total, a, a + high, least) + split_at_null(total, a + low, b, least)


def segment_in_minutes(scores: Array, minute: Ints, a: int, b: int) -> Segment | None:
    """The segment of positions [a, b) in minutes, without its idle ends; None where nothing is left.

    `minute` holds the minute of each position. The segment is divided where for more than half an hour no minute
    scores more than 0.02 nats either way. Outer parts of less than 12 nats are dropped: a single failed request of
    the next evening, for instance, that only an idle night joins to the segment.
    """
    telling = a + np.flatnonzero(np.abs(scores[a:b]) > NEGLIGIBLE_NATS)
    parts = np.split(telling, np.flatnonzero(np.diff(minute[telling]) > IDLE_MINUTES) + 1)
    while parts and float(scores[parts[0][0] : parts[0][-1] + 1].sum() if parts[0].size else 0) < LEAST_NATS:
        parts.pop(0)
    while parts and float(scores[parts[-1][0] : parts[-1][-1] + 1].sum()) < LEAST_NATS:
        parts.pop()
    if not parts:
        return None
    first, last = int(parts[0][0]), int(parts[-1][-1])
    a = first if minute[first] - minute[a] > IDLE_MINUTES else a
    b = last + 1 if minute[b - 1] - minute[last] > IDLE_MINUTES else b
    start, end = int(minute[a]), int(minute[b - 1]) + 1
    starts = supported_starts(scores, a, b)
    ends = supported_starts(scores[::-1], len(scores) - b, len(scores) - a)
    start_low, start_high = (int(minute[place]) for place in starts)
    end_high, end_low = (int(minute[len(scores) - 1 - place]) + 1 for place in ends)
    return Segment(start, end, float(scores[a:b].sum()), start_low, start_high, end_low, end_high)


def supported_starts(scores: Array, a: int, b: int) -> tuple[int, int]:
    """First and last start of a segment ending at `b` that scores within 1.92 nats of [a, b), without a break."""
    inward = np.cumsum(scores[a:b]) > SUPPORT
    last = a + (int(inward.argmax()) if inward.any() else b - a - 1)
    outward = np.cumsum(scores[:a][::-1]) < -SUPPORT
    first = a - (int(outward.argmax()) if outward.any() else a)
    return first, max(first, last)


def join_near(segments: Iterable[Segment]) -> list[Segment]:
    """The segments in order, those at most two minutes apart joined to one."""
    out: list[Segment] = []
    for part in sorted(segments, key=lambda s: s.start):
        if not out or part.start > out[-1].end + NEAR_MINUTES:
            out.append(part)
            continue
        out[-1] = replace(
            out[-1], end=part.end, score=out[-1].score + part.score,
            end_low=part.end_low, end_high=part.end_high)  # fmt: skip
    return out
