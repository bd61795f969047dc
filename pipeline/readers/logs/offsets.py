"""How far the clocks of two logs are apart, measured by the requests that both recorded; not which of them is right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

Ints = NDArray[np.int64]

LARGEST_OFFSET = 600
"""Seconds; clocks that are further apart are in different time zones, which the settings state."""
NEIGHBOURHOOD = 60
"""Seconds on either side of the best lag that show how often lags agree by chance."""
PEAK_WIDTH = 2
"""Seconds next to the best lag that belong to its peak."""
CLEAR = 8.0
"""Standard deviations by which the best lag must exceed its neighbourhood."""


def offset(one: Ints, other: Ints) -> tuple[int, int] | None:
    """(seconds by which `other` is ahead, requests that agree) of two lists of whole seconds.

    The lag at which the cross-correlation of the counts per second is largest: requests that both logs recorded all
    fall on one lag, while the ebb and flow of all requests raises neighbouring lags alike. None where no lag exceeds
    the minute on either side of it by 8 standard deviations, or where a list is empty.
    """
    if not one.size or not other.size:
        return None
    first = min(int(one.min()), int(other.min()))
    span = max(int(one.max()), int(other.max())) - first + 1
    size = next_fast_len(span + LARGEST_OFFSET + NEIGHBOURHOOD, real=True)
    counts = [np.bincount(seconds - first, minlength=span).astype(float) for seconds in (one, other)]
    spectra = [rfft(count, size) for count in counts]
    agreeing = irfft(np.conj(spectra[0]) * spectra[1], size)
    lags = np.arange(-LARGEST_OFFSET - NEIGHBOURHOOD, LARGEST_OFFSET + NEIGHBOURHOOD + 1)
    agreeing = np.rint(agreeing[lags])
    best = NEIGHBOURHOOD + int(np.argmax(agreeing[NEIGHBOURHOOD:-NEIGHBOURHOOD]))
    near = np.concatenate(
        [
            agreeing[best - NEIGHBOURHOOD : best - PEAK_WIDTH],
            agreeing[best + PEAK_WIDTH + 1 : best + NEIGHBOURHOOD + 1],
        ]
    )
    usual = float(near.mean())
    if agreeing[best] - usual < CLEAR * max(float(near.std()), 1.0):
        return None
    return int(lags[best]), round(agreeing[best] - usual)
