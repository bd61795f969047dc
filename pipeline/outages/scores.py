"""Log-likelihoods of counts (nats): negative binomial senders, beta-binomial failures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

Array = NDArray[np.float64]
SILENCES = (0.02, 0.2, 0.5)
HEALTHY_FACTORS = tuple(round(0.7 + 0.05 * step, 2) for step in range(15))
PRECISION = 50.0
"""alpha + beta of the failure shares: how far a healthy share wanders."""


def nb_log(count: Any, mean: Any, k: Any) -> Array:
    """Log NB(count; mean, k) with Var = mean + mean^2 / k; any broadcastable shapes."""
    y, m = np.asarray(count, dtype=float), np.maximum(np.asarray(mean, dtype=float), 1e-9)
    share = k * np.log(k / (k + m)) + y * np.log(m / (k + m))
    return np.asarray(gammaln(y + k) - gammaln(k) - gammaln(y + 1) + share, dtype=float)


def bb_log(failed: Any, tried: Any, share: float) -> Array:
    """Log BetaBin(failed of tried; share) without the binomial coefficient, which cancels in ratios."""
    a, b = share * PRECISION, (1 - share) * PRECISION
    x, n = np.asarray(failed, dtype=float), np.asarray(tried, dtype=float)
    return np.asarray(betaln(x + a, n - x + b) - betaln(a, b), dtype=float)


def failure_alternatives(p0: float) -> tuple[float, ...]:
    """p1 from the impact alternative to the hard one.

    Below 0.2 a stray failure an hour would carry a window on for weeks, so 0.2 is the least (outages.md section 3).
    """
    return (max(0.2, min(5 * p0, 0.45)), 0.5, 0.95)


def rescored_silence(count: Array, mean: Array, k: float, rho: float) -> float:
    """Segment score against the most favourable healthy day: one theta in [0.7, 1.4] per segment."""
    best = max(float(nb_log(count, theta * mean, k).sum()) for theta in HEALTHY_FACTORS)
    return float(nb_log(count, rho * mean, k).sum()) - best
