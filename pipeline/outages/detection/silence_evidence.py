"""Where a silence of one group begins and ends, and how many nats it keeps against the null days."""

from __future__ import annotations

import math
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
    best_null_explanation,
)
from pipeline.outages.detection.null_model import NullModel
from pipeline.outages.scores import ALPHA, NULL_FACTORS, SILENT_SHARES, one_sided_deviance

FURTHEST_END = 360
"""Minutes after a silence within which a crowd that comes back may date its end."""
CROWD_MINUTES = 10


def silence_edges(
    senders: Array, mean: Array, unobserved: Flags | None, a: int, b: int
) -> tuple[int, int, int]:
    """(minute after the last sender before [a, b), median minute of the first missed sender, minute of the next sender).

    `senders`, `mean` (expected) and `unobserved` (minutes that the log does not cover) are a group's month, (minutes,).
    Minutes in which hardly anybody is expected have no score, so [a, b) reaches from the first expected crowd to the
    last, and the outage may be longer. Senders are looked for up to an hour away, and not across minutes without a
    log. An hour in which nobody was heard belongs to the silence as far as somebody was expected in it. The end may
    lie up to six hours later, where a crowd then comes at an unusual time: it had waited for the end.
    """
    stops = senders > 0 if unobserved is None else (senders > 0) | unobserved
    before, after = np.flatnonzero(stops[max(0, a - HOUR) : a]), np.flatnonzero(stops[b : b + FURTHEST_END])
    if after.size and after[0] >= HOUR and not _is_crowd(senders, mean, b + int(after[0])):
        after = after[:0]
    low = max(0, a - HOUR)
    low += int(before[-1]) + 1 if before.size else 0
    next_sender = b + int(after[0]) if after.size else b
    missed = low + first_missed(mean[low:b])
    return low if before.size else min(a, missed), missed, next_sender


def first_missed(mean: Array) -> int:
    """The median minute of the first missed sender, for a silence that may have begun in any minute; (minutes,) expected.

    With M(t) senders expected until t, a silence from minute s agrees with nobody heard before it with the chance
    e^(-M(s)), and misses nobody until t with e^(M(s) - M(t)). So the few who are expected in the hour before a crowd do
    not date an outage; the crowd does.
    """
    total = np.cumsum(mean)
    begins = np.exp(mean - total)
    missed = np.cumsum(begins) - np.arange(1, mean.size + 1) * np.exp(-total)
    return min(int(np.searchsorted(missed, begins.sum() / 2)), mean.size - 1)


def _is_crowd(senders: Array, mean: Array, minute: int) -> bool:
    """Far more come in the ten minutes from this one than on the busiest null day, and one more by chance."""
    when = slice(minute, minute + CROWD_MINUTES)
    usual = max(NULL_FACTORS) * float(mean[when].sum()) + 1
    return float(one_sided_deviance(senders[when].sum(), usual, True)) >= math.log(1 / ALPHA)


LEAST_DEFERRED = 0.25
"""Share of the missing who must come back after a silence on an evening with few days like it."""


def null_days(model: NullModel, minute: int) -> NullDays:
    """The null days of a group in the half day of `minute`.

    A roster fixes the level of a morning, and of an office. After noon a meeting of one large office leaves few senders
    of a region or a carrier, whoever is on duty.
    """
    counts, is_few = model.counts, bool(model.is_few[min(minute // DAY, len(model.is_few) - 1)])
    has_own_day, has_roster = counts.peers is None, np.ptp(counts.on_duty) > 0
    is_few &= has_own_day
    with_roster, without = (OWN_FACTORS, FEW_FACTORS) if is_few else (ROSTER_FACTORS, OWN_FACTORS)
    factors: tuple[float, ...] = with_roster if has_roster else without
    if not has_own_day:
        factors = PACED_FACTORS
    elif is_afternoon(minute) and not counts.is_office:
        factors = FEW_FACTORS
    return NullDays(model.expected, model.dispersion, factors, has_own_day, counts.is_office, is_few)


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
    spans, rho = pairwise([a, *noons, max(a, b)]), SILENT_SHARES[number]
    halves = [_explain_half_day(model, rho, x, y, disturbed) for x, y in spans]
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
