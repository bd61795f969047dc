"""How many tests a month makes, and what threshold keeps their family-wise false-alarm rate."""

from __future__ import annotations

import math

from pipeline.outages.arrays import Array
from pipeline.outages.detection.null_model import NullModel
from pipeline.outages.scores import FAILING_SHARES, SILENT_SHARES
from pipeline.outages.segments import LEAST_NATS

ALPHA_SHARES = {"silence": 0.75, "failure": 0.2, "lost_write": 0.05}
"""Parts of alpha per alternative (Bonferroni with unequal weights). Silences get most: their nats grow only with their
length, while failures are seen one by one."""
PRIOR_PEAKS = 10.0
"""Days as if by which the mean excess is shrunk to 1, its value under the null model."""


def number_of_tests(model: NullModel, alternative: str) -> int:
    """Number of tests of a group: possible starts of a segment times alternatives.

    A segment starts right after a minute that speaks against it, so after a busy one. A segment of rerouted punches
    starts after one that came over the line.
    """
    if alternative != "silence":
        return model.busy.size * len(FAILING_SHARES)
    runs = 0 if model.rerouting is None else int(model.rerouting.is_over.sum()) + 1
    return (model.busy.size + 1) * len(SILENT_SHARES) + runs


def false_alarm_bound(score: float, tests: float) -> float:
    """min(1, tests exp(-score)): Ville's inequality, with a union bound over the tests."""
    return min(1.0, math.exp(min(0.0, math.log(max(tests, 1.0)) - score)))


def calibrated_threshold(bests: Array, tests: float, alpha: float) -> float:
    """Nats of a window that pass: the larger of ln(tests / alpha) and the 1 - alpha point of undisturbed days.

    `bests` holds the best rescored segment of each day, (days,), minus infinity for none; each day's baseline leaves
    the day itself out. Days above ln(tests / alpha) are suspects and left out. A month has too few days for a 99 %
    point, so excesses over 12 nats are taken as exponential (peaks over threshold; Davison & Smith 1990), their mean
    shrunk to 1, the rate under the null model.
    """
    floor = math.log(max(tests, 1.0) / alpha)
    peaks = bests[(bests >= LEAST_NATS) & (bests < floor)]
    mean = (float((peaks - LEAST_NATS).sum()) + PRIOR_PEAKS) / (peaks.size + PRIOR_PEAKS)
    tail = LEAST_NATS + mean * math.log(max(peaks.size, 1) / alpha)
    return max(floor, tail)
