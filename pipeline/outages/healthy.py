"""The most favourable healthy explanation of a segment, and how high healthy days reach.

mu, k and the failing share are estimated and whole days swing, so a segment is scored again against the best of
a family of healthy days (outages.md 1.4). The score that remains is what counts.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array
from pipeline.outages.scores import HEALTHY_FACTORS, bb_log, nb_shape
from pipeline.outages.segments import LEAST

SHIFTS = tuple(range(-20, 21, 2))
HABIT = 0.1
"""However late a day runs, one in ten keeps their own time: a whole region never moves as one person."""
FLAT = 31
HALF_DAY = 720
PACED_FACTORS = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
"""The day's own swing is in the pace; what is left is a few offices that hold a meeting."""
STICKY = 0.9
"""Nine in ten of those who come back after a failure fail again: one stubborn phone is one piece of evidence."""
RETRY_MINUTES = 10
HEALTHY_SHARES = (1.0, 2.0, 3.0, 5.0)
PRIOR_PEAKS = 10.0


def healthy_days(mean: Array, a: int, b: int) -> Array:
    """Baselines of [a, b) on a day that runs up to 20 minutes early or late, or flatter; (curves, minutes).

    `mean` is the whole month's baseline in minutes. A day of trouble at the gate moves and flattens a peak
    without anybody being turned away, and must not look like silence.
    """
    reach = max(SHIFTS) + FLAT // 2
    wide = np.pad(mean, (reach, reach))[a : b + 2 * reach]
    flat = np.convolve(wide, np.full(FLAT, 1 / FLAT), mode="same")
    length = b - a
    own = wide[reach : reach + length]
    curves = [
        HABIT * own + (1 - HABIT) * day[reach - shift : reach - shift + length]
        for day in (wide, flat)
        for shift in SHIFTS
    ]
    return np.asarray([own, *curves], dtype=float)


def rescored_silence(count: Array, mean: Array, k: float, rho: float, a: int, b: int) -> float:
    """Log f1 - max over healthy days and theta in [0.7, 1.4] of log f0, over minutes [a, b).

    A morning may run early and the evening of the same day late: each half day of the segment has its own
    healthy curve and theta. `count` and `mean` are the whole month, from a local midnight.
    """
    total = 0.0
    cuts = [a, *range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY), b]
    for low, high in pairwise(cuts):
        y, curves = count[low:high], healthy_days(mean, low, high)
        best = max(float(nb_shape(y, theta * curves, k).sum(axis=1).max()) for theta in HEALTHY_FACTORS)
        total += float(nb_shape(y, rho * mean[low:high], k).sum()) - best
    return total


def rescored_beside(count: Array, mean: Array, k: float, rho: float, a: int, b: int) -> float:
    """The same where the mean already keeps the pace of the day: only theta is left to explain a segment [a, b)."""
    y, usual = count[a:b], mean[a:b]
    best = max(float(nb_shape(y, theta * usual, k).sum()) for theta in PACED_FACTORS)
    return float(nb_shape(y, rho * usual, k).sum()) - best


def rescored_failure(
    failed: Array,
    tried: Array,
    share: float,
    precision: float,
    p1: float,
    a: int,
    b: int,
    has_retries: bool = True,
) -> float:
    """Highest running sum from minute a of log f1 - max over healthy shares of log f0, retries discounted.

    In the healthy model whoever failed lately comes back once in ten minutes and mostly fails again, so one
    stubborn phone that fails every minute never adds up to more than some 16 nats. Both densities depend on
    the past only: the running product stays a martingale, and Ville's inequality speaks of its highest value.
    `failed` and `tried` are the whole month. A lost write is never retried: its sender was told that all is well.
    """
    low = max(0, a - RETRY_MINUTES)
    sums = np.concatenate([np.zeros(RETRY_MINUTES + 1 - (a - low)), np.cumsum(failed[low:b])])
    returning = (sums[RETRY_MINUTES : RETRY_MINUTES + b - a] - sums[: b - a]) / RETRY_MINUTES
    busy = tried[a:b] > 0
    x, n = failed[a:b][busy], tried[a:b][busy]
    again = STICKY * returning[busy] if has_retries else np.zeros(x.size)
    best = math.inf
    for factor in HEALTHY_SHARES:
        base = min(factor * share, max(share, 0.1))
        null = np.minimum(base + (1 - base) * again / n, 0.95)
        gain = np.where(null < p1, bb_log(x, n, p1) - bb_log(x, n, null, precision), 0.0)
        best = min(best, float(np.cumsum(gain).max(initial=0.0)))
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
