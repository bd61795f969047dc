"""What a healthy group shows, minute by minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.outages.scores import Array

BLOCK = 30
"""Duty boundaries lie on half hours; nothing is smoothed across one."""
FEWEST_DAYS = 5
FEWEST_LOOK_ALIKES = 2


def smoothed(counts: Array) -> Array:
    """Five-minute means of (days, 1440) counts, cut at every half hour."""
    blocks = counts.reshape(len(counts), -1, BLOCK)
    padded = np.pad(blocks, ((0, 0), (0, 0), (2, 2)), constant_values=np.nan)
    views = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=2)
    return np.asarray(np.nanmean(views, axis=3).reshape(counts.shape), dtype=float)


def day_medians(counts: Array, day_type: NDArray[np.int64]) -> Array:
    """Per day and minute the median over the *other* days of its type (Noufaily et al. 2013).

    `counts` is (days, 1440); where a type has two to four other
    days, the lower of its own and the pooled median (a Friday's prayers are no outage), else the pooled one.
    """
    smooth, mean = smoothed(counts), np.zeros_like(counts)
    for day in range(len(counts)):
        others = np.arange(len(counts)) != day
        same = others & (day_type == day_type[day])
        pooled = np.median(smooth[others], axis=0) if others.any() else np.zeros(counts.shape[1])
        if same.sum() >= FEWEST_DAYS:
            mean[day] = np.median(smooth[same], axis=0)
        elif same.sum() >= FEWEST_LOOK_ALIKES:
            mean[day] = np.minimum(np.median(smooth[same], axis=0), pooled)
        else:
            mean[day] = pooled
    return mean


def dispersion(counts: Array, mean: Array) -> float:
    """K of Var = mu + mu^2 / k by moments, on minutes within a factor two of the baseline's day."""
    day, expected = counts.sum(axis=1), np.maximum(mean.sum(axis=1), 1e-9)
    healthy = (day / expected > 0.5) & (day / expected < 2) & (mean.sum(axis=1) > 0)
    use = (mean > 0.2) & healthy[:, None] & (counts > 0.1 * mean)
    if use.sum() < 60:
        return 5.0
    excess = float(((counts - mean)[use] ** 2 - mean[use]).sum())
    return float(np.clip(float((mean[use] ** 2).sum()) / max(excess, 1e-9), 0.5, 100.0))
