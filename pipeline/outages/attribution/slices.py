"""Which slice of the senders deviates: an expectation-based Poisson scan over conjunctions of dimension values.

F, the deviance of a slice with one common factor, is the statistic of Kulldorff and Neill; within one dimension the best
set of values is a prefix in the order of x / b (linear-time subset scanning; Neill 2012).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts
from pipeline.outages.scores import ALPHA, one_sided_deviance

GAMMA = 0.25
"""Exponent of R2 in the ranking score F R2^gamma; a heuristic that is not fitted to data."""


@dataclass(frozen=True)
class Slice:
    """Leaves that share a factor: the values that select them, F in nats, and the ranking score."""

    values: Mapping[str, tuple[str, ...]]
    leaves: Flags
    deviance: float
    score: float


def leaf_deviances(x: Array, b: Array) -> Array:
    """D of every leaf, the deviance with a factor of its own: x ln(x / b) - (x - b); (leaves,)."""
    e = np.maximum(np.asarray(b, dtype=float), 1e-9)
    return np.asarray(x * np.log(np.maximum(x, 1e-300) / e) - (x - e), dtype=float)


def ranking_score(f: Array, d: Array, gamma: float = GAMMA) -> Array:
    """F R2^gamma, where R2 = F / D is the share of the deviance that one common factor explains."""
    return np.asarray(f * np.minimum(f / np.maximum(d, 1e-9), 1.0) ** gamma, dtype=float)


def _best_prefix(x: Array, b: Array, codes: Ints, size: int, excess: bool) -> tuple[float, float, Flags, int]:
    """The best set of values of one dimension: score, F, which values, how many sets were tried."""
    c, e, d = (np.bincount(codes, v, size) for v in (x, b, leaf_deviances(x, b)))
    there = np.flatnonzero(e > 0)
    ratio = c[there] / e[there]
    order = there[np.argsort(-ratio if excess else ratio, kind="stable")]
    f = one_sided_deviance(np.cumsum(c[order]), np.cumsum(e[order]), excess)
    score = ranking_score(f, np.cumsum(d[order]))
    best = int(np.argmax(score)) if len(score) else 0
    chosen = np.zeros(size, dtype=np.bool_)
    chosen[order[: best + 1]] = True
    return (float(score[best]), float(f[best]), chosen, len(order)) if len(score) else (0.0, 0.0, chosen, 0)


def best_slice(
    x: Array, b: Array, groups: Mapping[str, Texts], free: Flags, excess: bool
) -> tuple[Slice | None, int]:
    """The slice of the free leaves with the highest ranking score, and how many slices were tried.

    `x` and `b` are observed and expected by leaf. Slices are sets of values of one dimension, within all leaves or
    within one value of another dimension. A leaf without a value in a dimension belongs to none of its slices.
    """
    best, tried = None, 0
    coded = {name: np.unique(texts, return_inverse=True) for name, texts in groups.items()}
    for outer in (None, *coded):
        for value in [None] if outer is None else range(len(coded[outer][0])):
            within = free if outer is None else free & (coded[outer][1] == value)
            if outer is not None and (coded[outer][0][value] == "" or not within.any()):
                continue
            for inner, (names, codes) in coded.items():
                use = np.flatnonzero(within & (codes != _code_of_empty(names)))
                if inner == outer or not len(use):
                    continue
                score, f, chosen, sets = _best_prefix(x[use], b[use], codes[use], len(names), excess)
                tried += sets
                if best is None or score > best.score * (1 + 1e-9):
                    leaves = np.zeros(len(x), dtype=np.bool_)
                    leaves[use] = chosen[codes[use]]
                    values = {inner: tuple(str(n) for n in names[chosen])}
                    if outer is not None:
                        values[outer] = (str(coded[outer][0][value]),)
                    best = Slice(values, leaves, f, score)
    return best, tried


def _code_of_empty(names: Texts) -> int:
    """The code of the empty value; -1 where there is none. `names` are sorted."""
    return 0 if len(names) and names[0] == "" else -1


def slice_scan(
    x: Array, b: Array, groups: Mapping[str, Texts], excess: bool, phi: float = 1.0, most: int = 8
) -> list[Slice]:
    """Take the best slice, remove its leaves, and repeat while F / phi >= ln(slices / alpha), at most `most` times."""
    found: list[Slice] = []
    free = np.ones(len(x), dtype=np.bool_)
    while len(found) < most:
        best, tried = best_slice(x, b, groups, free, excess)
        if best is None or best.deviance / phi < math.log(max(tried, 1) / ALPHA):
            return found
        found.append(best)
        free = free & ~best.leaves
    return found
