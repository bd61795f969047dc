"""Which groups have a larger share of something than the rest, beyond chance and however many groups are asked about.

Exact and conditional: within each stratum (an outage) the totals are fixed, and a group of n sides drawn from them has
a hypergeometric number of successes; over strata these numbers add up (convolution). Many groups are asked at once, so
the probabilities are adjusted by Holm's step-down method (Holm 1979, Scand. J. Statist. 6:65-70).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

FAMILY_ERROR = 0.01
"""Chance that an honest month shows any group at all."""
DIGITS = 6
"""Probabilities keep so many significant digits: the last ones differ between machines."""


@dataclass(frozen=True)
class Side:
    """One side: its stratum, its group, and whether it is a success."""

    stratum: str
    group: str
    is_success: bool


@dataclass(frozen=True)
class Contrast:
    """A group against the rest; `p` is the chance of so many successes or more in the group."""

    group: str
    successes: int
    sides: int
    rest_successes: int
    rest_sides: int
    p: float


def contrasts(sides: Iterable[Side]) -> list[Contrast]:
    """One per group that has a rest to be compared with, in the order of the groups."""
    cells: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    strata: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for side in sides:
        for counts in (cells[side.group][side.stratum], strata[side.stratum]):
            counts[0] += side.is_success
            counts[1] += 1
    found = []
    for group, own in sorted(cells.items()):
        successes, count = (sum(cell[place] for cell in own.values()) for place in (0, 1))
        rest = [sum(strata[s][place] - own[s][place] for s in own) for place in (0, 1)]
        if rest[1]:
            found.append(
                Contrast(group, successes, count, rest[0], rest[1], _upper_tail(own, strata, successes))
            )
    return found


def _upper_tail(
    own: Mapping[str, Sequence[int]], strata: Mapping[str, Sequence[int]], successes: int
) -> float:
    chances = np.ones(1)
    for stratum, (_, count) in sorted(own.items()):
        hits, total = strata[stratum]
        chances = np.convolve(chances, hypergeom.pmf(np.arange(count + 1), total, hits, count))
    return rounded(float(chances[successes:].sum()))


def rounded(p: float) -> float:
    """A probability of at most one, cut to the digits that every machine agrees on."""
    return min(1.0, float(f"{p:.{DIGITS}g}"))


def holm(probabilities: Sequence[float]) -> list[float]:
    """Adjusted probabilities in the given order: at most `FAMILY_ERROR` holds for the whole family at once."""
    adjusted = [0.0] * len(probabilities)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(probabilities)), key=lambda i: (probabilities[i], i))):
        highest = max(highest, probabilities[place] * (len(probabilities) - rank))
        adjusted[place] = rounded(highest)
    return adjusted
