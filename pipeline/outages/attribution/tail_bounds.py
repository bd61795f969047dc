"""How unlikely the counts would be if the opposite were true, in bounds that allow for day effects and dependence."""

from __future__ import annotations

import math

from scipy.special import betainc

from pipeline.outages.scores import NULL_FACTORS

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
