"""Maximal-scoring segments, their boundaries, and the bound on their chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Ints

SUPPORT = 1.92
"""Half the 95 % point of chi-squared with one degree of freedom: boundaries this near the best are as good."""
NEAR = 2
"""Segments of one group at most two minutes apart are one (outages.md 1.5)."""
IDLE = 30
WHISPER = 0.02
LEAST = 12.0
"""Nats from which a segment is looked at again; far below every threshold."""


@dataclass(frozen=True)
class Segment:
    """Minutes [start, end) with their score, and the earliest and latest boundaries within 1.92 nats."""

    start: int
    end: int
    score: float
    start_low: int
    start_high: int
    end_low: int
    end_high: int


def maximal_segments(scores: Sequence[float]) -> list[tuple[int, int, float]]:
    """All maximal-scoring segments [start, end) with their score, in order (Ruzzo & Tompa 1999)."""
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
    """The maximal-scoring segments that reach `least`, as positions in `scores`.

    No maximal segment crosses a new minimum of the running sum (its prefixes are positive), so the search runs
    only inside the excursions above the running minimum that climb to `least`: a healthy month has none. What is
    found falls into parts where health lies between.
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
            found += parted(total, first + a, first + b, least)
    return found


def parted(total: Array, a: int, b: int, least: float) -> list[tuple[int, int, float]]:
    """[a, b) without the stretches that speak for health as `least` nats would speak against it; parts below are left out.

    `total` is the running sum of scores before each position. However strong two outages are, what lies between them
    may have been well.
    """
    score = float(total[b] - total[a])
    if score < least:
        return []
    fall = np.maximum.accumulate(total[a : b + 1]) - total[a : b + 1]
    low = int(fall.argmax())
    if fall[low] < least:
        return [(a, b, score)]
    high = int(total[a : a + low + 1].argmax())
    return parted(total, a, a + high, least) + parted(total, a + low, b, least)


def located(scores: Array, minute: Ints, a: int, b: int) -> Segment | None:
    """The segment of positions [a, b) in minutes, without idle and stray ends; None where nothing is left.

    Half an hour in which no minute says anything (0.02 nats) parts a segment: outer parts under 12 nats are
    strays that the silence between joined to it, a failed request of the next evening for one.
    """
    loud = a + np.flatnonzero(np.abs(scores[a:b]) > WHISPER)
    parts = np.split(loud, np.flatnonzero(np.diff(minute[loud]) > IDLE) + 1)
    while parts and float(scores[parts[0][0] : parts[0][-1] + 1].sum() if parts[0].size else 0) < LEAST:
        parts.pop(0)
    while parts and float(scores[parts[-1][0] : parts[-1][-1] + 1].sum()) < LEAST:
        parts.pop()
    if not parts:
        return None
    first, last = int(parts[0][0]), int(parts[-1][-1])
    a = first if minute[first] - minute[a] > IDLE else a
    b = last + 1 if minute[b - 1] - minute[last] > IDLE else b
    start, end = int(minute[a]), int(minute[b - 1]) + 1
    starts = support(scores, a, b)
    ends = support(scores[::-1], len(scores) - b, len(scores) - a)
    return Segment(
        start,
        end,
        float(scores[a:b].sum()),
        int(minute[starts[0]]),
        int(minute[starts[1]]),
        int(minute[len(scores) - 1 - ends[1]]) + 1,
        int(minute[len(scores) - 1 - ends[0]]) + 1,
    )


def support(scores: Array, a: int, b: int) -> tuple[int, int]:
    """First and last start of a segment ending at `b` within 1.92 nats of [a, b), without a break."""
    inward = np.cumsum(scores[a:b]) > SUPPORT
    last = a + (int(inward.argmax()) if inward.any() else b - a - 1)
    outward = np.cumsum(scores[:a][::-1]) < -SUPPORT
    first = a - (int(outward.argmax()) if outward.any() else a)
    return first, max(first, last)


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Segments in order, those at most two minutes apart made one."""
    out: list[Segment] = []
    for part in sorted(segments, key=lambda s: s.start):
        if not out or part.start > out[-1].end + NEAR:
            out.append(part)
            continue
        out[-1] = replace(
            out[-1], end=part.end, score=out[-1].score + part.score,
            end_low=part.end_low, end_high=part.end_high)  # fmt: skip
    return out


def false_alarm_bound(score: float, tests: float) -> float:
    """min(1, N G K exp(-S)): Ville's inequality with a union over start minutes; `tests` is N G K."""
    return min(1.0, math.exp(min(0.0, math.log(max(tests, 1.0)) - score)))
