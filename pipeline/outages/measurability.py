"""Where silence would be seen at all: elsewhere the verdict is "not measurable", never "no outage"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.outages.scores import Array

WIDTHS = (1, 2, 5, 10, 15, 30)
EMPTY = 0.001
"""Chance with which a healthy group may leave a bin empty."""


def bin_widths(mean: Array, k: float) -> NDArray[np.int64]:
    """Per minute the smallest bin width in minutes in which a healthy group is hardly ever silent; 0 where none is.

    A bin that expects m senders is empty with probability (1 + m / k)^(-k) (negative binomial; adaptive bins
    after Durbin, arXiv:2411.17958). `mean` has whole days of minutes; bins begin at multiples of their width.
    """
    widths = np.zeros(mean.size, dtype=np.int64)
    for width in reversed(WIDTHS):
        total = mean.reshape(-1, width).sum(axis=1)
        widths[(-k * np.log1p(total / k) <= np.log(EMPTY)).repeat(width)] = width
    return widths


def measurable_spans(mean: Array, k: float) -> list[tuple[int, int, int]]:
    """Maximal spans [start, end) in which silence would be seen, with the widest bin that it takes, in minutes."""
    widths = bin_widths(mean, k)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], widths > 0, [0]]).astype(np.int8)))
    return [(int(a), int(b), int(widths[a:b].max())) for a, b in zip(edges[::2], edges[1::2], strict=True)]
