"""The null day that explains a silence best, and the nats that it leaves unexplained."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.clock import HALF_DAY, HOUR
from pipeline.outages.detection.null_days import NullDays
from pipeline.outages.scores import nb_kernel

LULL_MINUTES = 31
RETURN_MINUTES = 15.0
"""Mean delay of those who come back after an outage."""
RETURNING_SHARES = (0.0, 0.3, 0.8)
"""Shares of the missing senders who come back after an outage (deferred demand)."""


def half_day_pieces(mean: Array, a: int, b: int) -> list[tuple[int, int]]:
    """[a, b) cut at noon, at midnight, and in the middle of every half hour or more in which nobody is expected.

    Each piece has a null day of its own: a morning may run early and the evening of the same day late.
    """
    cuts = set(range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY))
    if b - a < LULL_MINUTES:
        return list(pairwise([a, *sorted(cuts), b])) if b > a else []
    idle = np.concatenate([[False], np.convolve(mean[a:b], np.ones(LULL_MINUTES), mode="same") < 1, [False]])
    edges = np.flatnonzero(np.diff(idle.astype(np.int8)))
    cuts |= {a + int(x + y) // 2 for x, y in zip(edges[::2], edges[1::2], strict=True) if x > 0 and y < b - a}
    return list(pairwise([a, *sorted(cuts), b]))


def best_null_explanation(
    count: Array, null_days: NullDays, rho: float, a: int, b: int, disturbed: Flags | None = None
) -> tuple[float, Array]:
    """Nats of a silence in minutes [a, b) against the null days that explain it best, and their mean in [a, b).

    A null day has to explain the hour before and the hour after too: on a late morning few come before the silence
    as well, on an early day many do. What it explains worse there than the best day counts against it by its weight.
    People who come back after the silence belong to both hypotheses. `count` holds senders per minute of the month
    from a local midnight, `rho` is the share of senders that the alternative keeps. The hours around end at the first
    `disturbed` minute, in which requests fail or another silence lies.
    """
    before, after = HOUR, HOUR
    if disturbed is not None:
        before = _undisturbed_minutes(disturbed[max(0, a - HOUR) : a][::-1])
        after = _undisturbed_minutes(disturbed[b : b + HOUR])
    found = [
        _explain_piece(count, null_days, rho, low, high, before * (low == a), after * (high == b))
        for low, high in half_day_pieces(null_days.mean, a, b)
    ]
    return sum(nats for nats, _ in found), np.concatenate([np.zeros(0), *(mean for _, mean in found)])


def _undisturbed_minutes(disturbed: Flags) -> int:
    """Minutes before the first disturbed one, at most an hour."""
    return int(disturbed.argmax()) if disturbed.any() else HOUR


def _explain_piece(
    count: Array, null_days: NullDays, rho: float, a: int, b: int, before: int, after: int
) -> tuple[float, Array]:
    """The same for one piece [a, b), with so many minutes before and after it."""
    low = max(a - before, a // HALF_DAY * HALF_DAY)
    high = min(b + after, -(-b // HALF_DAY) * HALF_DAY, len(count))
    means, y, i, j = null_days.days(low, high), count[low:high], a - low, b - low
    left, inside = (
        nb_kernel(y[cut], means[..., cut], null_days.k).sum(axis=2) for cut in (slice(0, i), slice(i, j))
    )
    missing = np.maximum(means[..., i:j].sum(axis=2) - y[i:j].sum(), 0.0)[..., None]
    back = missing * np.exp(-np.arange(high - b) / RETURN_MINUTES) / RETURN_MINUTES
    right = [
        nb_kernel(y[j:], means[..., j:] + share * back, null_days.k).sum(axis=2) for share in RETURNING_SHARES
    ]
    around = left + np.maximum.reduce(right)
    log_null = inside - null_days.penalties(a) + null_days.weights(a) * (around - around.max())
    best = np.unravel_index(int(log_null.argmax()), log_null.shape)
    nats = float(nb_kernel(y[i:j], rho * null_days.mean[a:b], null_days.k).sum() - log_null[best])
    return nats, means[best][i:j]
