"""Log-likelihoods of counts (nats): negative binomial senders, beta-binomial failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaln, gammaln

from pipeline.outages.arrays import Array, Ints

SILENCES = (0.02, 0.2, 0.5)
"""rho: the share of its traffic that a silent group keeps, hard, middle and impact (outages.md 1.2)."""
FAILURES = (0.95, 0.5, 0.2)
"""p1: the failing share, hard, middle and impact; under 0.2 a stray failure an hour would carry a window on."""
HEALTHY_FACTORS = tuple(round(0.7 + 0.05 * step, 2) for step in range(15))
ALPHA = 0.01
"""Level of every test of outages."""
PRECISION = 50.0
"""alpha + beta of a failing share where nothing is known: how far a share wanders."""


def nb_log(count: Any, mean: Any, k: Any) -> Array:
    """Log NB(count; mean, k) with Var = mean + mean^2 / k; any broadcastable shapes."""
    y, m = np.asarray(count, dtype=float), np.maximum(np.asarray(mean, dtype=float), 1e-9)
    share = k * np.log(k / (k + m)) + y * np.log(m / (k + m))
    return np.asarray(gammaln(y + k) - gammaln(k) - gammaln(y + 1) + share, dtype=float)


def nb_shape(count: Any, mean: Any, k: float) -> Array:
    """The part of log NB(count; mean, k) that depends on the mean: y log m - (y + k) log(k + m)."""
    y, m = np.asarray(count, dtype=float), np.maximum(np.asarray(mean, dtype=float), 1e-9)
    return np.asarray(y * np.log(m) - (y + k) * np.log(k + m), dtype=float)


def silence_scores(count: Array, mean: Array, k: float, rho: float) -> Array:
    """Log NB(y; rho mu, k) - log NB(y; mu, k) per minute: (y + k) log((k + mu) / (k + rho mu)) + y log rho."""
    return np.asarray((count + k) * np.log((k + mean) / (k + rho * mean)) + count * np.log(rho), dtype=float)


def bb_log(failed: Any, tried: Any, share: Any, precision: Any = PRECISION) -> Array:
    """Log BetaBin(failed of tried; share) without the binomial coefficient, which cancels in ratios."""
    p = np.asarray(share, dtype=float)
    a, b = p * precision, (1 - p) * precision
    x, n = np.asarray(failed, dtype=float), np.asarray(tried, dtype=float)
    return np.asarray(betaln(x + a, n - x + b) - betaln(a, b), dtype=float)


@dataclass(frozen=True)
class Pairs:
    """The different (failed, tried) of a month's minutes, and which of them each minute shows."""

    failed: Array
    tried: Array
    place: Ints

    @classmethod
    def of(cls, failed: Array, tried: Array) -> Pairs:
        """Minutes repeat few pairs: densities are worked out once for each."""
        width = float(tried.max(initial=0)) + 1
        codes, place = np.unique(failed * width + tried, return_inverse=True)
        return cls(np.floor(codes / width), codes % width, place)


def failure_scores(pairs: Pairs, share: float, precision: float, p1: float) -> Array:
    """Log BetaBin(x of n; p1) - log BetaBin(x of n; p0) per minute."""
    table = bb_log(pairs.failed, pairs.tried, p1) - bb_log(pairs.failed, pairs.tried, share, precision)
    return np.asarray(table[pairs.place], dtype=float)


def shared_deviance(x: Any, b: Any, excess: bool) -> Array:
    """F = C ln(C/B) + B - C for sums C, B; 0 where C lies on the other side of B."""
    c, e = np.asarray(x, dtype=float), np.maximum(np.asarray(b, dtype=float), 1e-9)
    f = c * np.log(np.maximum(c, 1e-300) / e) + e - c
    return np.asarray(np.where((c > e) == excess, np.maximum(f, 0.0), 0.0), dtype=float)
