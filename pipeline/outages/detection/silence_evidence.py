"""How many nats a silence of one group keeps against the null days of its half day."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.clock import DAY, HALF_DAY, HOUR, is_afternoon
from pipeline.outages.detection.null_days import (
    FEW_FACTORS,
    OWN_FACTORS,
    PACED_FACTORS,
    ROSTER_FACTORS,
    NullDays,
)
from pipeline.outages.detection.null_explanation import best_null_explanation
from pipeline.outages.detection.null_model import NullModel
from pipeline.outages.scores import SILENT_SHARES

LEAST_DEFERRED = 0.25
"""Share of the missing who must come back after a silence on an evening with few days like it."""


def null_days(model: NullModel, minute: int) -> NullDays:
    """The null days of a group in the half day of `minute`.

    A roster fixes the level of a morning, and of an office. After noon a meeting of one large office leaves few senders
    of a region or a carrier, whoever is on duty.
    """
    counts, is_few = model.counts, bool(model.is_few[min(minute // DAY, len(model.is_few) - 1)])
    has_own_day, has_roster = counts.peers is None, np.ptp(counts.on_duty) > 0
    factors: tuple[float, ...] = PACED_FACTORS
    if has_own_day and is_afternoon(minute) and not counts.is_office:
        factors = FEW_FACTORS
    elif has_own_day:
        with_roster, without = (OWN_FACTORS, FEW_FACTORS) if is_few else (ROSTER_FACTORS, OWN_FACTORS)
        factors = with_roster if has_roster else without
    return NullDays(
        model.expected, model.dispersion, factors, has_own_day, counts.is_office, is_few and has_own_day
    )


def deferred_demand(model: NullModel, a: int, b: int) -> float:
    """Senders too many in the hour after minutes [a, b), over those who were missing in it."""
    missing = float((model.expected[a:b] - model.senders[a:b]).sum())
    surplus = float(np.maximum(model.senders[b : b + HOUR] - model.expected[b : b + HOUR], 0).sum())
    return surplus / max(missing, 1.0)


def explain_silence(
    model: NullModel, number: int, a: int, b: int, is_flank: bool = False
) -> tuple[float, Array]:
    """Nats of silence in minutes [a, b) that the best null days leave, and their mean in these minutes.

    `number` is that of the alternative. Each half day has null days of its own. The hour before and after a flank
    (`is_flank`), which lies beside a harder silence, is not used.
    """
    disturbed = np.full(model.senders.size, is_flank)
    for (alternative, window), parts in model.segments.items():
        for part in parts:
            if alternative == "failure" or (window == 0 and (part.end <= a or part.start >= b)):
                disturbed[part.start : part.end] = True
    noons = range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY)
    halves = [
        _explain_half_day(model, SILENT_SHARES[number], x, y, disturbed)
        for x, y in pairwise([a, *noons, max(a, b)])
    ]
    return sum(nats for nats, _ in halves), np.concatenate([mean for _, mean in halves])


def rescored_silence(model: NullModel, number: int, a: int, b: int, is_flank: bool = False) -> float:
    """The nats of `explain_silence`."""
    return explain_silence(model, number, a, b, is_flank)[0]


def _explain_half_day(model: NullModel, rho: float, a: int, b: int, disturbed: Flags) -> tuple[float, Array]:
    """The same for [a, b) within one half day.

    On an evening with few days like it only people who come back prove that they could not send.
    """
    days = null_days(model, a)
    if days.is_few and is_afternoon(a) and deferred_demand(model, a, b) < LEAST_DEFERRED:
        return 0.0, model.expected[a:b]
    return best_null_explanation(model.senders, days, rho, a, b, disturbed)
