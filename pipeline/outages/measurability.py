"""Where a silence would be noticed at all: elsewhere the verdict is "not measurable", never "no outage"."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.outages.arrays import Array, Ints

BIN_WIDTHS = (1, 2, 5, 10, 15, 30)
"""Minutes."""
EMPTY_CHANCE = 0.001
"""Chance at most of an empty bin in the null model."""


def is_measurable(expected: Any, k: float) -> Any:
    """Whether a bin with so many expected senders is empty with a chance of at most 0.001.

    (1 + m / k)^(-k) <= 0.001, the negative binomial's chance of zero; any shape.
    """
    return -k * np.log1p(np.asarray(expected) / k) <= np.log(EMPTY_CHANCE)


def bin_widths(mean: Array, k: float) -> Ints:
    """Per minute the width in minutes of the smallest bin that the null model hardly ever leaves empty; 0 for none.

    `mean` holds expected senders per minute of whole days; bins begin at multiples of their width. Adaptive bins
    after Durbin, arXiv:2411.17958.
    """
    widths = np.zeros(mean.size, dtype=np.int64)
    for width in reversed(BIN_WIDTHS):
        total = mean.reshape(-1, width).sum(axis=1)
        widths[is_measurable(total, k).repeat(width)] = width
    return widths


def measurable_spans(mean: Array, k: float) -> list[tuple[int, int, int]]:
    """Maximal spans [start, end) of minutes in which a silence would be noticed, with the widest bin width in them."""
    widths = bin_widths(mean, k)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], widths > 0, [0]]).astype(np.int8)))
    return [(int(a), int(b), int(widths[a:b].max())) for a, b in zip(edges[::2], edges[1::2], strict=True)]
