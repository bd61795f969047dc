"""Failures scored again against the most favourable null share, with repeated attempts discounted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Array
from pipeline.outages.scores import bb_log

REPEATED_SHARE = 0.9
"""Share of those who return after a failure that fail again in the null model: one faulty phone is one piece of evidence."""
RETURN_MINUTES = 10
"""Mean minutes between attempts of somebody who failed."""
NULL_SHARE_FACTORS = (1.0, 2.0, 3.0, 5.0)
"""By which the usual failing share may be exceeded in the null model."""
HIGHEST_NULL_SHARE = 0.1
"""... but not beyond this share, unless the usual share is higher."""


@dataclass(frozen=True)
class FailureSeries:
    """Failed and all senders of one group in the minutes of a month, both (minutes,).

    `own` are the own people among the failed, and those of them who had failed before, both (days, 1440); None where
    none are known by person.
    """

    failed: Array
    tried: Array
    own: tuple[Array, Array] | None = None

    def without_repeats(self, a: int, b: int) -> tuple[Array, Array, Array]:
        """Of minutes [a, b): failed senders, all senders, and expected returns of failed senders from other regions.

        Own people who had failed before are left out of the first two. Senders of other regions are not known by
        person: in the null model each who failed returns once in ten minutes.
        """
        known = self.own or (np.zeros(1), np.zeros(1))
        own, repeated = (np.minimum(counts.ravel(), self.failed) for counts in known)
        low = max(0, a - RETURN_MINUTES)
        others = np.cumsum((self.failed - own)[low:b])
        sums = np.concatenate([np.zeros(RETURN_MINUTES + 1 - (a - low)), others])
        returning = (sums[RETURN_MINUTES : RETURN_MINUTES + b - a] - sums[: b - a]) / RETURN_MINUTES
        return (self.failed - repeated)[a:b], (self.tried - repeated)[a:b], returning


def rescored_failure(
    parts: Sequence[FailureSeries], share: float, precision: float, p1: float, a: int, b: int,
    has_retries: bool = True,
) -> float:  # fmt: skip
    """Nats of failures in minutes [a, b): the highest running sum of log f1 - max over null shares of log f0.

    `share` and `precision` are those of the null model, `p1` is the failing share of the alternative. Own people who
    had failed before are left out, so that each is evidence once. For people who are not known by person the null
    share rises with recent failures, so that one phone which fails every minute adds up to some 16 nats at most; a
    failure in one part (a region of a vantage) raises it in that part only. A lost write has no retries, since its
    sender was told that all is well.

    Both densities depend on the past only, so the likelihood ratio is a martingale under the null model, and Ville's
    inequality bounds its highest value.
    """
    minutes = [part.without_repeats(a, b) for part in parts]
    best = math.inf
    for factor in NULL_SHARE_FACTORS:
        base = min(factor * share, max(share, HIGHEST_NULL_SHARE))
        gains = np.zeros(b - a)
        for failed, tried, returning in minutes:
            busy = tried > 0
            x, n = failed[busy], tried[busy]
            again = REPEATED_SHARE * returning[busy] if has_retries else np.zeros(x.size)
            null = np.minimum(base + (1 - base) * again / n, 0.95)
            gains[busy] += np.where(null < p1, bb_log(x, n, p1) - bb_log(x, n, null, precision), 0.0)
        best = min(best, float(np.cumsum(gains).max(initial=0.0)))
    return best
