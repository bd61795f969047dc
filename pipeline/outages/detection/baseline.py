"""The baseline of a group's month: expected senders per minute, their dispersion, the usual share of failures."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.clock import RAMADAN, REST
from pipeline.outages.scores import DEFAULT_PRECISION, LEAST_FAILING_SHARE, Pairs, bb_log

BLOCK = 30
"""Minutes; duties begin and end on half hours, and nothing is smoothed across one."""
FEWEST_DAYS = 3
"""Other days of a type that are enough as the baseline of one of them; fewer are pooled with similar days."""
FEW_DAYS = 5
"""A type with at most so many days gives a baseline that is known badly."""
FEWEST_SIMILAR_DAYS = 2
"""A pool of at most so many days is no baseline."""
SPARSE_SENDERS = 30.0
"""Senders of a half hour below which a median over days is too low in most five-minute windows."""
DISPERSIONS = np.geomspace(0.5, 200.0, 16)
DEFAULT_DISPERSION = 5.0
FEWEST_MINUTES = 60
"""Minutes with an expectation that a dispersion is fitted to."""
PRECISIONS = np.array([3.0, 6.0, 12.0, 25.0, 50.0, 100.0, 200.0])
PRIOR_SENDERS = 1000.0
"""A group's failing share is shrunk to that of its vantage as if by so many senders."""
PACE_MINUTES = 8
PACE_PRIOR_SENDERS = 3.0
"""The pace of a day is shrunk to the usual one as if by so many senders: at night too few come to measure it."""
HIGHEST_PACE = 1.15


def five_minute_means(counts: Array) -> Array:
    """Five-minute moving means of counts (days, minutes), none across a half hour; NaN are left out."""
    blocks = counts.reshape(len(counts), -1, BLOCK)
    valid = ~np.isnan(blocks)
    seen = five_minute_sums(valid.astype(float) if not valid.all() else np.ones((1, 1, BLOCK)))
    total = five_minute_sums(np.where(valid, blocks, 0.0))
    mean = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
    return np.asarray(mean.reshape(counts.shape), dtype=float)


def five_minute_sums(blocks: Array) -> Array:
    """Moving sums over two minutes on either side; the last axis holds the minutes of a block."""
    total = blocks.copy()
    for shift in (1, 2):
        total[..., shift:] += blocks[..., :-shift]
        total[..., :-shift] += blocks[..., shift:]
    return total


def leave_one_out_median(values: Array) -> Array:
    """Per day and column the median of the *other* days, shape (days, columns) like `values`; NaN are left out.

    One sort serves all days: without v, the p-th smallest value is the next one if v is not above it.
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


def leave_one_out_curve(smooth: Array, head: Array, is_few: bool = False) -> Array:
    """Per day the usual curve of the *other* days, from smoothed counts per head.

    `smooth` is (days, minutes of whole half hours), `head` (days, 1); the answer has the shape of `smooth`. The curve is
    the median of every minute. The median of few counts is below their mean (of Poisson counts with mean 0.7 it is
    0 or 1), so a half hour with fewer than thirty senders has the median of the half hours as its level and the mean
    of the minutes as its shape. Where `is_few`, the level is the lowest half hour instead: of three days one unusual
    evening is a third of all data.
    """
    minutes = leave_one_out_median(smooth)
    blocks = smooth.reshape(len(smooth), -1, BLOCK)
    totals = np.where(np.isnan(blocks).any(axis=2), np.nan, blocks.sum(axis=2))
    level = leave_one_out_minimum(totals) if is_few else leave_one_out_median(totals)
    means = leave_one_out_mean(smooth).reshape(blocks.shape)
    total = means.sum(axis=2)
    scale = np.where(total > 0, level / np.maximum(total, 1e-12), 0.0)
    by_level = ~np.isnan(level) if is_few else level * head < SPARSE_SENDERS
    curve = np.where(by_level[:, :, None], means * scale[:, :, None], minutes.reshape(blocks.shape))
    return np.asarray(curve.reshape(smooth.shape), dtype=float)


def leave_one_out_minimum(values: Array) -> Array:
    """Per day and column the minimum of the *other* days, (days, columns); NaN are left out, NaN where no day is left."""
    filled = np.where(np.isnan(values), np.inf, values)
    first, second = np.sort(filled, axis=0)[:2]
    least = np.where(filled <= first, second, first)
    return np.asarray(np.where(np.isinf(least), np.nan, least), dtype=float)


def leave_one_out_mean(values: Array) -> Array:
    """Per day and column the mean of the *other* days, (days, columns); NaN are left out, 0 where no day is left."""
    is_there = ~np.isnan(values)
    filled = np.where(is_there, values, 0.0)
    total, days = filled.sum(axis=0) - filled, is_there.sum(axis=0) - is_there
    return np.asarray(total / np.maximum(days, 1), dtype=float)


def expected_counts(
    counts: Array, day_type: Ints, on_duty: Array, excluded: Flags, columns: Ints | None = None
) -> Array:
    """Expected senders mu per day and minute, from the other days of its type and scaled by people on duty.

    `counts` and `excluded` (minutes under suspicion) are (days, 1440), `on_duty` (days,). Suspected outages are left out
    of the baseline as in Noufaily et al. (2013). A type with at least three other days is its own baseline. With
    fewer, the lowest of several pools is: its own days, the same weekdays in and out of Ramadan, Sundays and holidays
    together, all days on the same side of Ramadan. So a rare type of day with early closing looks like no outage.
    Returns (days, columns) for whole half hours, for the whole day where `columns` is None.
    """
    part = slice(None) if columns is None else columns
    head = np.maximum(on_duty, 1.0)[:, None]
    smooth = five_minute_means(np.where(excluded[:, part], np.nan, counts[:, part]) / head)
    days_with_data = (~np.isnan(smooth)).astype(np.int64)
    pooled = leave_one_out_curve(smooth, head)

    def curve(pool: Flags, own: Flags) -> Array:
        few = bool(pool.sum() <= FEW_DAYS)
        whole = pooled if pool.all() and not few else leave_one_out_curve(smooth[pool], head[pool], few)
        return np.asarray(whole[own[pool]], dtype=float)

    best = np.full_like(pooled, np.nan)
    for kind in np.unique(day_type):
        own = day_type == kind
        is_enough = days_with_data[own].sum(axis=0) - days_with_data[own] >= FEWEST_DAYS
        best[own] = np.where(is_enough, curve(own, own) if own.sum() > FEWEST_DAYS else np.nan, np.nan)
        if is_enough.all():
            continue
        same_weekday = day_type % RAMADAN == kind % RAMADAN
        same_season = day_type // RAMADAN == kind // RAMADAN
        rests = (day_type % RAMADAN >= REST) & (kind % RAMADAN >= REST)
        pools = [pool for pool in (own, same_weekday, rests, same_season) if pool.sum() > FEWEST_SIMILAR_DAYS]
        least = np.fmin.reduce([np.full_like(best[own], np.nan), *(curve(pool, own) for pool in pools)])
        best[own] = np.where(is_enough, best[own], least)
    return np.asarray(np.nan_to_num(np.where(np.isnan(best), pooled, best)) * head, dtype=float)


def day_pace(peers: Array, usual: Array) -> Array:
    """The ratio of observed to expected senders among the peers of a group, per minute; all shapes (days, 1440).

    The lower of the ratios over the eight minutes up to a minute and the eight from it on: on a day that runs late, the
    minutes before the crowd are not measured by those of the crowd. At most 1.15, since people who cannot send over one
    line send over another, and retries after an outage add senders.
    """
    ratios = [np.full(peers.size, HIGHEST_PACE)]
    for ahead in (0, PACE_MINUTES - 1):
        seen, expected = (
            np.convolve(counts.ravel(), np.ones(PACE_MINUTES))[ahead : ahead + peers.size]
            for counts in (peers, usual)
        )
        ratios.append((seen + PACE_PRIOR_SENDERS) / (expected + PACE_PRIOR_SENDERS))
    return np.asarray(np.minimum.reduce(ratios).reshape(peers.shape), dtype=float)


def half_hours(minutes: Flags) -> Ints:
    """Minutes of the day, as columns, of all half hours in which any of the minutes (days, 1440) is set."""
    return np.flatnonzero(minutes.any(axis=0).reshape(-1, BLOCK).any(axis=1).repeat(BLOCK))


def fit_dispersion(count: Array, mean: Array) -> float:
    """The k of Var = mu + mu^2 / k, by maximum likelihood on a grid, from the minutes with mu above 0.2; both (minutes,)."""
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


def fit_failure_null(pairs: Pairs, times: Array, usual: float) -> tuple[float, float]:
    """(p0, precision) of the beta distribution of a group's failing share in the null model.

    p0 is shrunk to `usual`; the precision is fitted by maximum likelihood on a grid. `times` says in how many minutes
    outside of suspected outages each pair (x failed of n) was seen.
    """
    failed, tried = float(pairs.failed @ times), float(pairs.tried @ times)
    share = max(LEAST_FAILING_SHARE, (failed + PRIOR_SENDERS * usual) / (tried + PRIOR_SENDERS))
    if not failed:
        return share, DEFAULT_PRECISION
    scores = [float(bb_log(pairs.failed, pairs.tried, share, p) @ times) for p in PRECISIONS]
    return share, float(PRECISIONS[int(np.argmax(scores))])
