"""Which exact sets of attribute values deviate: every conjunction of one value per attribute is a candidate.

The ranking score of `slices` over all cuboids, on effective counts: each leaf is weighted by its noise, so that one busy
leaf does not decide for all (working weights of quasi-likelihood, McCullagh & Nelder 1989).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import ndtri

from pipeline.outages.arrays import Array, Flags, Ints, Texts
from pipeline.outages.attribution.slices import Slice, leaf_deviances, ranking_score
from pipeline.outages.scores import one_sided_deviance

GAMMA = 0.1
"""Exponent of R2 in the ranking score F R2^gamma."""
MOST_SETS = 10


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
    score = cube.is_complete * ranking_score(f, own, GAMMA)
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
