"""Where silence would be seen at all: elsewhere the verdict is "not measurable", never "no outage"."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.outages.arrays import Array, Ints

WIDTHS = (1, 2, 5, 10, 15, 30)
EMPTY = 0.001
"""Chance with which a healthy group may leave a bin empty."""


def is_measurable(expected: Any, k: float) -> Any:
    """Whether a bin that expects so many senders is hardly ever empty: (1 + m / k)^(-k) <= 0.001 (negative binomial)."""
    return -k * np.log1p(np.asarray(expected) / k) <= np.log(EMPTY)


def bin_widths(mean: Array, k: float) -> Ints:
    """Per minute the smallest bin width in minutes in which a healthy group is hardly ever silent; 0 where none is.

    Adaptive bins after Durbin, arXiv:2411.17958. `mean` has whole days of minutes; bins begin at multiples of
    their width.
    """
    widths = np.zeros(mean.size, dtype=np.int64)
    for width in reversed(WIDTHS):
        total = mean.reshape(-1, width).sum(axis=1)
        widths[is_measurable(total, k).repeat(width)] = width
    return widths


def measurable_spans(mean: Array, k: float) -> list[tuple[int, int, int]]:
    """Maximal spans [start, end) in which silence would be seen, with the widest bin that it takes, in minutes."""
    widths = bin_widths(mean, k)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], widths > 0, [0]]).astype(np.int8)))
    return [(int(a), int(b), int(widths[a:b].max())) for a, b in zip(edges[::2], edges[1::2], strict=True)]
