"""How far two clocks are apart, from when each wrote of the requests that both saw. No judgement of which is right."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from pipeline.outages.arrays import Ints

MOST = 600
"""Seconds; further apart a clock is in another zone, which settings can say."""
AROUND = 60
BESIDE = 2
CLEAR = 8.0


def offset(one: Ints, other: Ints) -> tuple[int, int] | None:
    """(seconds by which `other` is ahead, requests that agree) of two lists of whole seconds; None where none stands out.

    The cross-correlation of the counts per second (outages.md 1.8): requests that both logs saw all fall on one lag,
    while the crowd that comes and goes raises all lags alike. The lag counts where it lies 8 standard deviations above
    the minute on either side.
    """
    if not one.size or not other.size:
        return None
    first = min(int(one.min()), int(other.min()))
    span = max(int(one.max()), int(other.max())) - first + 1
    size = next_fast_len(span + MOST + AROUND, real=True)
    counts = [np.bincount(seconds - first, minlength=span).astype(float) for seconds in (one, other)]
    wave = [rfft(count, size) for count in counts]
    pairs = irfft(np.conj(wave[0]) * wave[1], size)
    lags = np.arange(-MOST - AROUND, MOST + AROUND + 1)
    pairs = np.rint(pairs[lags])
    best = AROUND + int(np.argmax(pairs[AROUND:-AROUND]))
    near = np.concatenate(
        [pairs[best - AROUND : best - BESIDE], pairs[best + BESIDE + 1 : best + AROUND + 1]]
    )
    usual = float(near.mean())
    if pairs[best] - usual < CLEAR * max(float(near.std()), 1.0):
        return None
    return int(lags[best]), round(pairs[best] - usual)
