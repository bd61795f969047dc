"""Windows of one group in which its counts speak against health."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.outages.baseline import day_medians, dispersion
from pipeline.outages.scores import (
    SILENCES,
    Array,
    bb_log,
    failure_alternatives,
    nb_log,
    rescored_silence,
)
from pipeline.outages.segments import false_alarm_bound, maximal_segments

ALPHA = 0.01
ALTERNATIVES = 6
LEAST_SHARE = 0.001
SUPPORT = 1.92
IDLE = 30


@dataclass(frozen=True)
class Window:
    """Minutes [start, end) counted from the first local midnight."""

    alternative: str
    window: str
    start: int
    end: int
    score: float
    rescored: float
    bound: float
    observed: float
    expected: float


def trimmed(scores: Array, a: int, b: int) -> tuple[int, int]:
    """[a, b) without idle ends: over 30 minutes that carry at most 1.92 nats (the boundary's support set)."""
    lead = int((np.cumsum(scores[a:b]) <= SUPPORT).sum())
    tail = int((np.cumsum(scores[a:b][::-1]) <= SUPPORT).sum())
    return a + (lead if lead > IDLE else 0), b - (tail if tail > IDLE else 0)


def busy_segments(scores: Array) -> list[tuple[int, int, float]]:
    """Maximal segments over all minutes; those that score nothing are left out while searching."""
    busy = np.flatnonzero(scores)
    found = maximal_segments(scores[busy].tolist())
    return [(int(busy[a]), int(busy[b - 1]) + 1, score) for a, b, score in found]


def detect(senders: Array, failed: Array, day_type: NDArray[np.int64], groups: int) -> list[Window]:
    """Hard and impact windows of one group from (days, 1440) distinct senders and failing senders."""
    mean = day_medians(senders, day_type)
    k = dispersion(senders, mean)
    n, x, mu = senders.ravel(), failed.ravel(), mean.ravel()
    rates = failed.sum(axis=1) / np.maximum(senders.sum(axis=1), 1)
    p0 = max(float(np.median(rates)), LEAST_SHARE)
    floor = math.log(n.size * groups * ALTERNATIVES / ALPHA)
    found: list[Window] = []
    for code, rho in (("hard", SILENCES[0]), ("middle", SILENCES[1]), ("impact", SILENCES[2])):
        scores = nb_log(n, rho * mu, k) - nb_log(n, mu, k)
        for first, last, score in busy_segments(scores):
            if score < floor:
                continue
            a, b = trimmed(scores, first, last)
            if a >= b:
                continue
            again = rescored_silence(n[a:b], mu[a:b], k, rho)
            if again >= floor:
                bound = false_alarm_bound(again, n.size, groups, ALTERNATIVES)
                seen = float(n[a:b].sum()), float(mu[a:b].sum())
                found.append(Window("silence", code, a, b, score, again, bound, *seen))
    impact, middle, hard = failure_alternatives(p0)
    for code, p1 in (("hard", hard), ("middle", middle), ("impact", impact)):
        scores = bb_log(x, n, p1) - bb_log(x, n, p0)
        for first, last, score in busy_segments(scores):
            a, b = trimmed(scores, first, last)
            if score >= floor and a < b:
                bound = false_alarm_bound(score, n.size, groups, ALTERNATIVES)
                seen = float(x[a:b].sum()), float(n[a:b].sum()) * p0
                found.append(Window("failure", code, a, b, score, score, bound, *seen))
    return found
