"""Log-likelihoods of counts in nats: negative binomial senders, beta-binomial failures, the Poisson deviance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln, gammaln

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
        """Of counts per minute, both (minutes,)."""
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
