"""Counts of senders and failures in nats: log-likelihoods, the Poisson deviance, and bounds on chances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betainc, betaln, gammaln

from pipeline.outages.arrays import Array, Ints

ALPHA = 0.01
"""Family-wise false-alarm rate of a month's windows, and the level of single tests."""
SILENT_SHARES = (0.02, 0.2, 0.5)
"""Alternatives of silence, hard, middle and impact: the share rho of its usual senders that a group keeps."""
FAILING_SHARES = (0.95, 0.5, 0.2)
"""Alternatives of failure, hard, middle and impact: the share p1 of senders that fail.

Below 0.2 a single failure an hour would be enough to prolong a window.
"""
NULL_FACTORS = tuple(round(0.7 + 0.05 * step, 2) for step in range(15))
"""By which a whole day may be busier or quieter than usual in the null model: 0.7 to 1.4."""
LEAST_FAILING_SHARE = 0.001
"""No usual share of failing senders is taken to be lower."""
DEFAULT_PRECISION = 50.0
"""alpha + beta of the beta distribution of a failing share that is not fitted."""


def nb_log(count: Any, mean: Any, k: Any) -> Array:
    """Log NB(count; mean, k), where Var = mean + mean^2 / k; any broadcastable shapes."""
    y, m = np.asarray(count, dtype=float), np.maximum(np.asarray(mean, dtype=float), 1e-9)
    share = k * np.log(k / (k + m)) + y * np.log(m / (k + m))
    return np.asarray(gammaln(y + k) - gammaln(k) - gammaln(y + 1) + share, dtype=float)


def nb_kernel(count: Any, mean: Any, k: float) -> Array:
    """The part of log NB(count; mean, k) that depends on the mean: y log m - (y + k) log(k + m)."""
    y, m = np.asarray(count, dtype=float), np.maximum(np.asarray(mean, dtype=float), 1e-9)
    return np.asarray(y * np.log(m) - (y + k) * np.log(k + m), dtype=float)


def silence_scores(count: Array, mean: Array, k: float, rho: float) -> Array:
    """Log-likelihood ratio of silence per minute, shape (minutes,).

    log NB(y; rho mu, k) - log NB(y; mu, k) = (y + k) log((k + mu) / (k + rho mu)) + y log rho.
    """
    return np.asarray((count + k) * np.log((k + mean) / (k + rho * mean)) + count * np.log(rho), dtype=float)


def bb_log(failed: Any, tried: Any, share: Any, precision: Any = DEFAULT_PRECISION) -> Array:
    """Log BetaBin(failed of tried; share) without the binomial coefficient, which cancels in ratios."""
    p = np.asarray(share, dtype=float)
    a, b = p * precision, (1 - p) * precision
    x, n = np.asarray(failed, dtype=float), np.asarray(tried, dtype=float)
    return np.asarray(betaln(x + a, n - x + b) - betaln(a, b), dtype=float)


@dataclass(frozen=True)
class Pairs:
    """The distinct pairs (failed, tried) of some minutes, and `index`, which of them each minute shows.

    Minutes repeat few pairs, so that densities are worked out once for each.
    """

    failed: Array
    tried: Array
    index: Ints

    @classmethod
    def of(cls, failed: Array, tried: Array) -> Pairs:
        width = float(tried.max(initial=0)) + 1
        codes, index = np.unique(failed * width + tried, return_inverse=True)
        return cls(np.floor(codes / width), codes % width, index)


def failure_scores(pairs: Pairs, share: float, precision: float, p1: float) -> Array:
    """Log-likelihood ratio of failure per minute: log BetaBin(x of n; p1) - log BetaBin(x of n; p0), shape (minutes,)."""
    table = bb_log(pairs.failed, pairs.tried, p1) - bb_log(pairs.failed, pairs.tried, share, precision)
    return np.asarray(table[pairs.index], dtype=float)


def one_sided_deviance(x: Any, b: Any, excess: bool) -> Array:
    """F = C ln(C / B) + B - C of observed sums C and expected sums B: half the Poisson deviance, in nats.

    The expectation-based Poisson statistic of Neill (2009). 0 where C lies below B and an excess is looked for, or
    above B and a deficit is.
    """
    c, e = np.asarray(x, dtype=float), np.maximum(np.asarray(b, dtype=float), 1e-9)
    f = c * np.log(np.maximum(c, 1e-300) / e) + e - c
    return np.asarray(np.where((c > e) == excess, np.maximum(f, 0.0), 0.0), dtype=float)


BIN_WIDTHS = (1, 2, 5, 10, 15, 30)
"""Minutes."""
EMPTY_CHANCE = 0.001
"""Chance at most of an empty bin in the null model."""


def is_measurable(expected: Any, k: float) -> Any:
    """Whether a bin with so many expected senders is empty with a chance of at most 0.001.

    (1 + m / k)^(-k) <= 0.001, the negative binomial's chance of zero; any shape.
    """
    return -k * np.log1p(np.asarray(expected) / k) <= np.log(EMPTY_CHANCE)


def bin_widths(mean: Array, k: float) -> Ints:
    """Per minute the width in minutes of the smallest bin that the null model hardly ever leaves empty; 0 for none.

    `mean` holds expected senders per minute of whole days; bins begin at multiples of their width. Adaptive bins
    after Durbin, arXiv:2411.17958.
    """
    widths = np.zeros(mean.size, dtype=np.int64)
    for width in reversed(BIN_WIDTHS):
        total = mean.reshape(-1, width).sum(axis=1)
        widths[is_measurable(total, k).repeat(width)] = width
    return widths


def measurable_spans(mean: Array, k: float) -> list[tuple[int, int, int]]:
    """Maximal spans [start, end) of minutes in which a silence would be noticed, with the widest bin width in them."""
    widths = bin_widths(mean, k)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], widths > 0, [0]]).astype(np.int8)))
    return [(int(a), int(b), int(widths[a:b].max())) for a, b in zip(edges[::2], edges[1::2], strict=True)]


STRONG = 1e-3
"""A bound from which the opposite is refuted."""
LEAST_BOUND = 1e-9
"""No smaller chance is claimed from the counts of one month: it would rest on the tail of the model, not on data."""
DOWN_SHARE = 0.05
"""A server that is down answers at most one request in twenty; one that answers more is degraded."""
DAY_K = 20.0
"""k of the counts of a region's days, which vary by about a fifth (1/sqrt(20)); a fitted k is used where smaller."""


def success_bound(answered: float, usual: float, day_k: float) -> float:
    """Bound on P(at least `answered` senders served | server down): a negative binomial tail on the busiest null day.

    Its mean is DOWN_SHARE of 1.4 times the usual. All senders of a day share one factor (`day_k`), so they are not
    counted as independent.
    """
    mean, k = DOWN_SHARE * max(NULL_FACTORS) * max(usual, 1e-9), min(day_k, DAY_K)
    if answered <= mean:
        return 1.0
    return max(LEAST_BOUND, float(betainc(math.ceil(answered), k, mean / (k + mean))))


def absence_bound(answered: float, usual: float, day_k: float) -> float:
    """Bound on P(at most `answered` senders served | no outage): a negative binomial tail on the quietest null day."""
    mean, k = min(NULL_FACTORS) * max(usual, 1e-9), min(day_k, DAY_K)
    if answered >= mean:
        return 1.0
    return max(LEAST_BOUND, float(betainc(k, math.floor(answered) + 1, k / (k + mean))))
