"""How unlikely the counts would be if the opposite were true; bounds that survive day effects and dependence."""

from __future__ import annotations

import math

from scipy.special import betainc

from pipeline.outages.scores import HEALTHY_FACTORS

STRONG = 1e-3
"""A bound from which the opposite is refuted."""
LEAST = 1e-9
"""No count of one month vouches for less: whatever the model says beyond it rests on its tail, not on data."""
DOWN_SHARE = 0.05
"""A server that is down answers at most one request in twenty: beyond that it is degraded, not down."""
DAY_K = 20.0
"""Days of a region swing by a fifth or so (1/sqrt(20)); a measured k is used where it is smaller."""


def success_bound(answered: float, usual: float, day_k: float) -> float:
    """P(at least `answered` successes | server down): negative binomial tail, at the busiest healthy day.

    The mean is DOWN_SHARE of 1.4 times the usual; all senders of a day share one factor (day_k), so that they are not
    counted as independent witnesses.
    """
    mean, k = DOWN_SHARE * max(HEALTHY_FACTORS) * max(usual, 1e-9), min(day_k, DAY_K)
    if answered <= mean:
        return 1.0
    return max(LEAST, float(betainc(math.ceil(answered), k, mean / (k + mean))))


def absence_bound(answered: float, usual: float, day_k: float) -> float:
    """P(at most `answered` successes | all well): negative binomial tail, at the quietest healthy day."""
    mean, k = min(HEALTHY_FACTORS) * max(usual, 1e-9), min(day_k, DAY_K)
    if answered >= mean:
        return 1.0
    return max(LEAST, float(betainc(k, math.floor(answered) + 1, k / (k + mean))))
