"""Candidates scored again against the most favourable healthy explanation, and how high healthy days reach.

The failing share is estimated too: what remains above its most favourable healthy value counts (outages.md 1.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.detection.null_days import HALF_DAY, Health
from pipeline.outages.scores import bb_log, nb_shape
from pipeline.outages.segments import LEAST

LULL = 31
AROUND = 60
BACK_MINUTES = 15.0
RETURNS = (0.0, 0.3, 0.8)
"""Shares of those missed who come back after an outage, with a mean delay (deferred demand, outages.md 1.6)."""
STICKY = 0.9
"""Nine in ten of those who come back after a failure fail again: one stubborn phone is one piece of evidence."""
RETRY_MINUTES = 10
HEALTHY_SHARES = (1.0, 2.0, 3.0, 5.0)
PRIOR_PEAKS = 10.0


def pieces(mean: Array, a: int, b: int) -> list[tuple[int, int]]:
    """[a, b) cut at noon, at midnight, and in the middle of every half hour or more in which nobody is expected.

    A morning may run early and the evening of the same day late: each piece has its own healthy day.
    """
    cuts = set(range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY))
    if b - a < LULL:
        return list(pairwise([a, *sorted(cuts), b])) if b > a else []
    idle = np.concatenate([[False], np.convolve(mean[a:b], np.ones(LULL), mode="same") < 1, [False]])
    edges = np.flatnonzero(np.diff(idle.astype(np.int8)))
    cuts |= {a + int(x + y) // 2 for x, y in zip(edges[::2], edges[1::2], strict=True) if x > 0 and y < b - a}
    return list(pairwise([a, *sorted(cuts), b]))


def best_excuse(
    count: Array, health: Health, rho: float, a: int, b: int, trouble: Flags | None = None
) -> tuple[float, Array]:
    """Nats that the healthy day that explains [a, b) best leaves to the silence, and its mean in these minutes.

    The day that is to explain a silence has to explain the hour before and the hour after too: a late morning has no usual
    minutes before the silence, an early day a crowd. What it explains worse than the best day counts against it by
    its trust; people who come back after the silence are part of either. Each piece of the segment has a day of its
    own. `count` is the whole month from a local midnight; the hours end where there is `trouble`, minutes in which requests
    fail or another silence lies.
    """
    before, after = AROUND, AROUND
    if trouble is not None:
        before = _steps(trouble[max(0, a - AROUND) : a][::-1])
        after = _steps(trouble[b : b + AROUND])
    found = [
        _piece_excuse(count, health, rho, low, high, before * (low == a), after * (high == b))
        for low, high in pieces(health.mean, a, b)
    ]
    return sum(nats for nats, _ in found), np.concatenate([np.zeros(0), *(mean for _, mean in found)])


def _steps(trouble: Flags) -> int:
    """Minutes before the first trouble, at most the hour."""
    return int(trouble.argmax()) if trouble.any() else AROUND


def _piece_excuse(
    count: Array, health: Health, rho: float, a: int, b: int, before: int, after: int
) -> tuple[float, Array]:
    """The same of [a, b), a piece with one healthy day, and so many minutes around it."""
    low = max(a - before, a // HALF_DAY * HALF_DAY)
    high = min(b + after, -(-b // HALF_DAY) * HALF_DAY, len(count))
    means, y, i, j = health.days(low, high), count[low:high], a - low, b - low
    left, inside = (
        nb_shape(y[cut], means[..., cut], health.k).sum(axis=2) for cut in (slice(0, i), slice(i, j))
    )
    missing = np.maximum(means[..., i:j].sum(axis=2) - y[i:j].sum(), 0.0)[..., None]
    back = missing * np.exp(-np.arange(high - b) / BACK_MINUTES) / BACK_MINUTES
    right = [nb_shape(y[j:], means[..., j:] + share * back, health.k).sum(axis=2) for share in RETURNS]
    around = left + np.maximum.reduce(right)
    excuse = inside - health.prices(a) + health.trust(a) * (around - around.max())
    best = np.unravel_index(int(excuse.argmax()), excuse.shape)
    nats = float(nb_shape(y[i:j], rho * health.mean[a:b], health.k).sum() - excuse[best])
    return nats, means[best][i:j]


@dataclass(frozen=True)
class Tries:
    """Failed and all senders of one group in the minutes of a month, and of the failed the own people.

    `known` are they, and those of them who had failed before.
    """

    failed: Array
    tried: Array
    known: tuple[Array, Array] | None = None

    def fresh(self, a: int, b: int) -> tuple[Array, Array, Array]:
        """Of minutes [a, b) failed and all senders without own people who failed before, and failed strangers due back.

        Who strangers are nobody knows: in the healthy model whoever failed comes back once in ten minutes.
        """
        own, back = (
            np.minimum(counts.ravel(), self.failed) for counts in self.known or (np.zeros(1), np.zeros(1))
        )
        low = max(0, a - RETRY_MINUTES)
        sums = np.concatenate(
            [np.zeros(RETRY_MINUTES + 1 - (a - low)), np.cumsum((self.failed - own)[low:b])]
        )
        returning = (sums[RETRY_MINUTES : RETRY_MINUTES + b - a] - sums[: b - a]) / RETRY_MINUTES
        return (self.failed - back)[a:b], (self.tried - back)[a:b], returning


def rescored_failure(
    parts: Sequence[Tries],
    share: float,
    precision: float,
    p1: float,
    a: int,
    b: int,
    has_retries: bool = True,
) -> float:
    """Highest running sum from minute a of log f1 - max over healthy shares of log f0, retries discounted.

    Whoever failed lately comes back and mostly fails again. Own people who had failed before are left out: each
    is evidence once. Of strangers one stubborn phone that fails every minute never adds up to more than some 16 nats, and
    in one part (a region, where the group is a whole vantage) it is none of another. Both densities depend on the
    past only: the running product stays a martingale, and Ville's inequality speaks of its highest value. A lost write
    is never retried: its sender was told that all is well.
    """
    minutes = [part.fresh(a, b) for part in parts]
    best = math.inf
    for factor in HEALTHY_SHARES:
        base = min(factor * share, max(share, 0.1))
        gains = np.zeros(b - a)
        for failed, tried, returning in minutes:
            busy = tried > 0
            x, n = failed[busy], tried[busy]
            again = STICKY * returning[busy] if has_retries else np.zeros(x.size)
            null = np.minimum(base + (1 - base) * again / n, 0.95)
            gains[busy] += np.where(null < p1, bb_log(x, n, p1) - bb_log(x, n, null, precision), 0.0)
        best = min(best, float(np.cumsum(gains).max(initial=0.0)))
    return best


def calibrated_threshold(bests: Array, tests: float, alpha: float) -> float:
    """The larger of ln(N G K / alpha) and the 1 - alpha point of the best re-scored segment of healthy months.

    `bests` holds the best re-scored segment of each day, every day judged against a baseline that leaves it
    out. Days that pass the bound by themselves are suspects, not healthy days. The rest of a month is too few for a
    99 % point, so its excesses over 12 nats are taken as exponential (peaks over threshold; Davison & Smith
    1990) with a mean drawn to 1, the known-null rate.
    """
    floor = math.log(max(tests, 1.0) / alpha)
    peaks = bests[(bests >= LEAST) & (bests < floor)]
    mean = (float((peaks - LEAST).sum()) + PRIOR_PEAKS) / (peaks.size + PRIOR_PEAKS)
    tail = LEAST + mean * math.log(max(peaks.size, 1) / alpha)
    return max(floor, tail)
