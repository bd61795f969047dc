"""Which sets of senders deviate: expectation-based Poisson scans over conjunctions of dimension values.

F, the deviance of a set with one common factor, is the statistic of Kulldorff and Neill. Within one dimension the best
set of values is a prefix in the order of x / b (linear-time subset scanning; Neill 2012). `root_causes` takes one value
per attribute, on effective counts: each leaf is weighted by its noise, so that one busy leaf does not decide for all
(working weights of quasi-likelihood, McCullagh & Nelder 1989).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import ndtri

from pipeline.outages.arrays import Array, Flags, Ints, Texts
from pipeline.outages.scores import ALPHA, one_sided_deviance

GAMMA = 0.25
"""Exponent of R2 in the ranking score F R2^gamma; a heuristic that is not fitted to data."""
GAMMA_OF_SETS = 0.1
"""The same for exact sets, docs/decisions/0025-exact-sets-of-attributes.md."""
MOST_SETS = 10


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
                use = np.flatnonzero(within & (groups[inner] != ""))
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


@dataclass(frozen=True)
class Noise:
    """Variance of a leaf of size m: counting * m + relative^2 m^2 + resolution^2 / 6 (two rounded numbers).

    A set is reported at the level `alpha`, if its score is at least the share `near` of that of the first set.
    """

    counting: float
    relative: float
    resolution: float
    alpha: float
    near: float

    def effective(self, x: Array, b: Array) -> Array:
        """Weight per unit of each leaf: the Poisson count that carries as much evidence; 1 for a Poisson count."""
        size = np.maximum(np.maximum(x, b), 1e-12)
        variance = self.counting * size + (self.relative * size) ** 2 + self.resolution**2 / 6
        return np.asarray(size / np.maximum(variance, 1e-12), dtype=float)


COUNTED = Noise(counting=1.0, relative=0.2, resolution=0.0, alpha=0.01, near=0.6)
"""Noise of whole numbers: Poisson and a relative noise of a fifth, chosen on 68 labelled incidents
(docs/decisions/0025-exact-sets-of-attributes.md)."""


def measured_noise(x: Array, b: Array) -> Noise:
    """The noise of observed values: that of counts for whole numbers, else estimated from the leaves.

    The estimate is robust, but deviations have heavier tails than the normal distribution, hence the smaller alpha.
    """
    if bool((x == np.round(x)).all()):
        return COUNTED
    size = np.maximum(x, b)
    use = size > 0
    away = np.abs((x - b)[use] / size[use])
    steps = np.diff(np.unique(x))
    return Noise(0.0, float(np.median(away) / ndtri(0.75)), float(steps.min(initial=np.inf)), 1e-6, 0.0)


@dataclass(frozen=True)
class Cuboid:
    """The combinations of values of some attributes, which of them each leaf belongs to, and which lack no value."""

    names: tuple[str, ...]
    values: list[tuple[str, ...]]
    place: Ints
    is_complete: Flags


def cuboids(groups: Mapping[str, Texts]) -> Iterator[Cuboid]:
    """Every non-empty set of attributes, fewer first; a leaf without a value belongs to none of an attribute's sets."""
    coded = {name: np.unique(texts.astype(str), return_inverse=True) for name, texts in groups.items()}
    for depth in range(1, len(coded) + 1):
        for names in combinations(coded, depth):
            sizes = [len(coded[name][0]) for name in names]
            code = np.ravel_multi_index([coded[name][1] for name in names], sizes)
            there, place = np.unique(code, return_inverse=True)
            columns = [coded[n][0][i] for n, i in zip(names, np.unravel_index(there, sizes), strict=True)]
            is_complete = np.all([column != "" for column in columns], axis=0)
            yield Cuboid(names, list(zip(*(c.tolist() for c in columns), strict=True)), place, is_complete)


def best_set(cube: Cuboid, x: Array, b: Array, d: Array, excess: bool | None) -> tuple[float, float, int]:
    """Ranking score, F and position of the best set of a cuboid; `d` is the deviance of each leaf by itself."""
    size = len(cube.values)
    c, e, own = (np.bincount(cube.place, part, size).astype(float) for part in (x, b, d))
    f = one_sided_deviance(c, e, True) if excess is not False else np.zeros(size)
    if excess is not True:
        f = np.maximum(f, one_sided_deviance(c, e, False))
    score = cube.is_complete * ranking_score(f, own, GAMMA_OF_SETS)
    best = int(np.argmax(score))
    return float(score[best]), float(f[best]), best


def root_causes(
    x: Array, b: Array, groups: Mapping[str, Texts], noise: Noise, excess: bool | None = None
) -> list[Slice]:
    """Sets of leaves that deviate by one factor each, the strongest first.

    `x` and `b` are observed and expected by leaf, `groups` holds the values of each attribute. `excess` looks for sets
    above or below the expectation, None for both. The best set is taken and its leaves removed, again and again while
    F >= ln(sets / alpha) and the score is near that of the first set.
    """
    weight = noise.effective(x, b)
    x, b = weight * x, weight * b
    d = leaf_deviances(x, b)
    cubes = list(cuboids(groups))
    least = math.log(max(1, sum(len(cube.values) for cube in cubes)) / noise.alpha)
    free: Flags = np.ones(len(x), dtype=np.bool_)
    found: list[Slice] = []
    while len(found) < MOST_SETS:
        best: tuple[float, float, int] = (0.0, 0.0, 0)
        where = cubes[0]
        for cube in cubes:
            one = best_set(cube, x * free, b * free, d * free, excess)
            if one[0] > best[0] * (1 + 1e-9):
                best, where = one, cube
        score, f, position = best
        if f < least or (found and score < noise.near * found[0].score):
            return found
        leaves = where.place == position
        values = {name: (value,) for name, value in zip(where.names, where.values[position], strict=True)}
        found.append(Slice(values, leaves & free, f, score))
        free = free & ~leaves
    return found
