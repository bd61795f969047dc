"""Whose fault a window is: likelihood of each layer over all cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.outages.scores import HEALTHY_FACTORS, SILENCES, nb_log

DAY_K = 20.0
"""k of a whole window's answered requests: days swing by about a fifth."""
PHI = 3.0
LEAST_CONFIDENCE = 0.8
LAYERS = ("central", "link", "gateway", "site")
PREDICTED = {
    "central": (False, False, False),
    "link": (False, False, True),
    "gateway": (False, False, True),
    "site": (True, True, True),
}
"""Healthy or not: the rest of this region at gerbang, at pusat, other regions at pusat."""


@dataclass(frozen=True)
class Cell:
    """Answered requests of one group at one vantage in the window; None where nothing is expected."""

    answered: float
    expected: float

    def log(self, healthy: bool) -> float:
        """Log-likelihood under the state, at its most favourable factor."""
        factors = HEALTHY_FACTORS if healthy else SILENCES
        if self.expected < 1:
            return 0.0
        return max(float(nb_log(self.answered, f * self.expected, DAY_K)) for f in factors)


def layer_probabilities(cells: tuple[Cell, Cell, Cell], upstream: float, own: float) -> dict[str, float]:
    """P(layer | cells, failures behind an upstream, failures of the gateway itself); design: outages 2."""
    logs = {}
    for layer in LAYERS:
        total = sum(cell.log(ok) for cell, ok in zip(cells, PREDICTED[layer], strict=True))
        if layer != "site":
            share = 0.05 if layer == "gateway" else 0.95
            total += upstream * math.log(share) + own * math.log(1 - share)
        else:
            total += (upstream + own) * math.log(0.5)
        if layer == "gateway" or (layer != "site" and upstream + own == 0):
            total += math.log(0.5)
        logs[layer] = total / PHI
    top = max(logs.values())
    weights = {layer: math.exp(value - top) for layer, value in logs.items()}
    return {layer: weight / sum(weights.values()) for layer, weight in weights.items()}


def log10_at_least(observed: float, mean: float) -> float:
    """log10 of the Chernoff bound of P(Poisson(mean) >= observed); 0 where it says nothing."""
    if mean <= 0 or observed <= mean:
        return 0.0
    return -(observed * math.log(observed / mean) - observed + mean) / math.log(10)
