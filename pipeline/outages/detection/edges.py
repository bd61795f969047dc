"""Where a silence begins and ends, from the senders before and after it."""

from __future__ import annotations

import math

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.clock import HOUR
from pipeline.outages.scores import ALPHA, NULL_FACTORS, one_sided_deviance

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
