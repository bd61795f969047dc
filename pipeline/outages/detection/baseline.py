"""What a healthy group shows, minute by minute, and how far healthy counts stray from it."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.clock import RAMADAN, REST
from pipeline.outages.scores import PRECISION, Pairs, bb_log

BLOCK = 30
"""Duty boundaries lie on half hours; nothing is smoothed across one."""
FEWEST_DAYS = 3
"""Other days of its own type that measure a day; fewer are pooled with their fellows."""
FEW_DAYS = 5
FEWEST_LOOK_ALIKES = 2
SPARSE = 30.0
"""Senders of a half hour under which most five-minute windows of a day hold fewer than their mean."""
DISPERSIONS = np.geomspace(0.5, 200.0, 16)
PRECISIONS = np.array([3.0, 6.0, 12.0, 25.0, 50.0, 100.0, 200.0])
LEAST_SHARE = 0.001
DEFAULT_DISPERSION = 5.0
FEWEST_MINUTES = 60
SHORT = 8
FEW = 3.0
"""Senders by which a pace is drawn to the usual one: a few people at night are no measure of a day."""
MOST_BUSY = 1.15
PRIOR_SENDERS = 1000.0
"""A group's failing share is drawn to that of its vantage as if by a thousand senders."""


def smoothed(counts: Array) -> Array:
    """Five-minute means of (days, minutes) counts, cut at every half hour; NaN are left out."""
    blocks = counts.reshape(len(counts), -1, BLOCK)
    valid = ~np.isnan(blocks)
    seen = five_minute_sums(valid.astype(float) if not valid.all() else np.ones((1, 1, BLOCK)))
    total = five_minute_sums(np.where(valid, blocks, 0.0))
    mean = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    return np.asarray(mean.reshape(counts.shape), dtype=float)


def five_minute_sums(blocks: Array) -> Array:
    """Sums over two minutes either side within blocks; the last axis is the minutes of a block."""
    total = blocks.copy()
    for shift in (1, 2):
        total[..., shift:] += blocks[..., :-shift]
        total[..., :-shift] += blocks[..., shift:]
    return total


def other_medians(values: Array) -> Array:
    """Per day and column the median of the *other* days; NaN are left out; shape (days, columns) both ways.

    One sort serves all days: without v, the p-th smallest is the next one where v is not above it.
    """
    days = len(values)
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    missing = np.isnan(values)
    left = (days - missing.sum(axis=0))[None, :] - ~missing if missing.any() else np.array([[days - 1]])
    column = np.arange(values.shape[1])[None, :]

    def without(position: Ints) -> Array:
        place = np.clip(position, 0, days - 1)
        kept = ordered[column, place]
        return np.where(values <= kept, ordered[column, np.minimum(place + 1, days - 1)], kept)

    low, high = without((left - 1) // 2), without(left // 2)
    return np.asarray(np.where(left > 0, (low + high) / 2, np.nan), dtype=float)


def usual_curve(smooth: Array, head: Array, is_few: bool = False) -> Array:
    """Per day the curve of the *other* days, of smoothed counts per head (days, whole half hours); `head` (days, 1).

    The median of every minute. A median of few counts is below their mean (of Poisson counts of 0.7 it is 0 or 1), so
    a half hour with fewer than thirty senders has the median of the half hours as its level and the mean of the
    minutes as its shape; with so few, one day's storm of retries cannot bend it far. Of a few days the lowest
    half hour is the level: one wet evening among three is a third of all that is known.
    """
    minutes = other_medians(smooth)
    blocks = smooth.reshape(len(smooth), -1, BLOCK)
    totals = np.where(np.isnan(blocks).any(axis=2), np.nan, blocks.sum(axis=2))
    level = other_least(totals) if is_few else other_medians(totals)
    means = other_means(smooth).reshape(blocks.shape)
    total = means.sum(axis=2)
    scale = np.where(total > 0, level / np.maximum(total, 1e-12), 0.0)
    by_level = ~np.isnan(level) if is_few else level * head < SPARSE
    curve = np.where(by_level[:, :, None], means * scale[:, :, None], minutes.reshape(blocks.shape))
    return np.asarray(curve.reshape(smooth.shape), dtype=float)


def other_least(values: Array) -> Array:
    """Per day and column the least of the *other* days; NaN are left out, NaN where no day is left."""
    filled = np.where(np.isnan(values), np.inf, values)
    first, second = np.sort(filled, axis=0)[:2]
    least = np.where(filled <= first, second, first)
    return np.asarray(np.where(np.isinf(least), np.nan, least), dtype=float)


def other_means(values: Array) -> Array:
    """Per day and column the mean of the *other* days; NaN are left out, 0 where no day is left; (days, columns)."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    total, days = filled.sum(axis=0) - filled, known.sum(axis=0) - known
    return np.asarray(total / np.maximum(days, 1), dtype=float)


def expected_counts(
    counts: Array, day_type: Ints, heads: Array, flagged: Flags, columns: Ints | None = None
) -> Array:
    """Mu per day and minute from the other days of its type, per head on duty (Noufaily et al. 2013).

    `counts` and `flagged` (minutes left out) are (days, 1440), `heads` (days,). A type with three other days or
    more is its own measure: measured by the other weekdays too, a Friday would be blind after their bell. With fewer,
    the lowest of its own, that of its weekdays in and out of Ramadan, that of Sundays and holidays where it is one, and
    that of all days of its regime: a fast's early evening and a Sunday without a picket are no outage.
    Returns (days, columns), of whole half hours; all of the day where none are named.
    """
    part = slice(None) if columns is None else columns
    head = np.maximum(heads, 1.0)[:, None]
    smooth = smoothed(np.where(flagged[:, part], np.nan, counts[:, part]) / head)
    known = (~np.isnan(smooth)).astype(np.int64)
    pooled = usual_curve(smooth, head)

    def curve(pool: Flags, own: Flags) -> Array:
        few = bool(pool.sum() <= FEW_DAYS)
        whole = pooled if pool.all() and not few else usual_curve(smooth[pool], head[pool], few)
        return np.asarray(whole[own[pool]], dtype=float)

    best = np.full_like(pooled, np.nan)
    for kind in np.unique(day_type):
        own = day_type == kind
        is_measured = known[own].sum(axis=0) - known[own] >= FEWEST_DAYS
        best[own] = np.where(is_measured, curve(own, own) if own.sum() > FEWEST_DAYS else np.nan, np.nan)
        if is_measured.all():
            continue
        weekdays, regime = day_type % RAMADAN == kind % RAMADAN, day_type // RAMADAN == kind // RAMADAN
        rests = (day_type % RAMADAN >= REST) & (kind % RAMADAN >= REST)
        pools = [pool for pool in (own, weekdays, rests, regime) if pool.sum() > FEWEST_LOOK_ALIKES]
        least = np.fmin.reduce([np.full_like(best[own], np.nan), *(curve(pool, own) for pool in pools)])
        best[own] = np.where(is_measured, best[own], least)
    return np.asarray(np.nan_to_num(np.where(np.isnan(best), pooled, best)) * head, dtype=float)


def pace(beside: Array, usual: Array) -> Array:
    """How busy a day is among the people beside a group, as a multiple of what is usual; all (days, 1440).

    The lower of the eight minutes up to a minute and the eight from it on: where a whole day's bell rings late, the
    minutes before it are not measured by those after. At most 1.15: who cannot send over one line sends over
    another, and storms of retries after a recovery are no measure (outages.md section 3).
    """
    ratios = [np.full(beside.size, MOST_BUSY)]
    for ahead in (0, SHORT - 1):
        seen, expected = (
            np.convolve(counts.ravel(), np.ones(SHORT))[ahead : ahead + beside.size]
            for counts in (beside, usual)
        )
        ratios.append((seen + FEW) / (expected + FEW))
    return np.asarray(np.minimum.reduce(ratios).reshape(beside.shape), dtype=float)


def half_hours(minutes: Flags) -> Ints:
    """Columns of the half hours of the day in which any of the (days, 1440) minutes is set."""
    return np.flatnonzero(minutes.any(axis=0).reshape(-1, BLOCK).any(axis=1).repeat(BLOCK))


def dispersion(count: Array, mean: Array) -> float:
    """K of Var = mu + mu^2 / k by maximum likelihood on a grid, from healthy minutes with mu over 0.2."""
    use = mean > 0.2
    if use.sum() < FEWEST_MINUTES:
        return DEFAULT_DISPERSION
    y, m = count[use], mean[use]
    values, times = np.unique(y, return_counts=True)
    best, best_k = -np.inf, DEFAULT_DISPERSION
    for k in DISPERSIONS:
        free = float(((gammaln(values + k) - gammaln(k)) * times).sum()) + k * np.log(k) * y.size
        score = free - float(((y + k) * np.log(k + m)).sum()) + float(y @ np.log(m))
        if score > best:
            best, best_k = score, float(k)
    return best_k


def failure_null(pairs: Pairs, times: Array, usual: float) -> tuple[float, float]:
    """(p0, precision) of a group's healthy failing share: drawn to `usual`, and by maximum likelihood on a grid.

    `times` says in how many healthy minutes each pair (x failed of n) was seen.
    """
    failed, tried = float(pairs.failed @ times), float(pairs.tried @ times)
    share = max(LEAST_SHARE, (failed + PRIOR_SENDERS * usual) / (tried + PRIOR_SENDERS))
    if not failed:
        return share, PRECISION
    scores = [float(bb_log(pairs.failed, pairs.tried, share, p) @ times) for p in PRECISIONS]
    return share, float(PRECISIONS[int(np.argmax(scores))])
