"""Months of counts without any outage: day effects, late days, autocorrelated residuals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.signal import lfilter

from pipeline.outages.detection.null_days import NullDays, best_null_explanation
from pipeline.outages.detection.null_model import GroupCounts

MINUTE = np.arange(1440)
DAYS = 31
TYPES = np.array([3 if day % 7 in (5, 6) else 1 if day % 7 == 4 else 0 for day in range(DAYS)])


def profile(late: float = 0.0) -> np.ndarray:
    """Expected senders a minute of a group of scale one: arrivals before 07:30, a step at 16:00, a trickle."""
    arrive = np.exp(-(((MINUTE - 435 - late) / 18) ** 2))
    leave = np.where(960 + max(late, 0) <= MINUTE, np.exp(-(MINUTE - 960 - late) / 14), 0.0)
    return arrive + leave + np.where((MINUTE > 360) & (MINUTE < 1080), 0.01, 0.0005)


def unexplained_nats(
    count: np.ndarray, null_days: NullDays, rho: float, a: int, b: int, disturbed: np.ndarray | None = None
) -> float:
    """Nats of a silence of [a, b) against its best null explanation."""
    return best_null_explanation(count, null_days, rho, a, b, disturbed)[0]


def residuals(rng: np.random.Generator, spread: float = 0.15, memory: float = 0.9) -> np.ndarray:
    """Lognormal AR(1) factors per minute."""
    noise = rng.normal(0, spread * np.sqrt(1 - memory**2), DAYS * 1440)
    return np.exp(lfilter([1.0], [1.0, -memory], noise)).reshape(DAYS, 1440)


def null_month(
    seed: int, sizes: tuple[float, ...] = (20.0, 5.0, 1.0), late: dict[int, float] | None = None
) -> list[GroupCounts]:
    """Groups that share each day's level (standard deviation 0.15 of its log) and, on the days of `late`, its lateness.

    All but the largest come twice: with a day of their own, and with the others as peers.
    """
    rng = np.random.default_rng(seed)
    swing = np.exp(rng.normal(0, 0.15, DAYS)) * np.where(TYPES == 3, 0.03, 1.0)
    shape = np.stack([profile((late or {}).get(day, 0.0)) for day in range(DAYS)])
    groups = []
    for size in sizes:
        mean = size * shape * swing[:, None] * residuals(rng)
        counts = rng.poisson(mean).astype(float)
        failed = rng.binomial(counts.astype(int), 0.004).astype(float)
        groups.append(GroupCounts("gerbang", counts, failed, np.ones(DAYS)))
    everybody = np.sum([group.senders for group in groups], axis=0)
    spread = [replace(group, peers=everybody - group.senders) for group in groups[1:]]
    return groups + spread
