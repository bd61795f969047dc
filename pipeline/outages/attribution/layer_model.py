"""Which layer failed in a window: a posterior over layers from all evidence sources, each of which may be worthless.

See docs/method/attribution.md. An evidence source is the log of one vantage for one
region, the health checks or probes of a vantage, the gateway's upstream field, the times at which punches were received,
or the people who use a line.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import betaln, logsumexp

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.attribution.cells import WindowCells
from pipeline.outages.attribution.hypotheses import (
    ANY,
    FAILING,
    LAYERS,
    LOGGED,
    NORMAL,
    SILENT,
    Hypothesis,
    WindowPlaces,
    hypotheses,
)
from pipeline.outages.scores import FAILING_SHARES, NULL_FACTORS, SILENT_SHARES, bb_log, nb_log

FAILING_FACTORS = (0.3, 1.0, 3.0, 8.0)
"""By which the senders of a failing group may differ from the usual."""
FAILING_K = 2.0
"""k of the senders of a failing group: people retry at first and give up later, so that their number says little."""


def leaf_log_likelihoods(cells: WindowCells) -> dict[int, Array]:
    """Per state the log-likelihood of senders and failed senders at each value of its common factor, (values, leaves)."""
    n, x, b = cells.senders, cells.failed, cells.expected
    thetas = np.array(NULL_FACTORS)[:, None]
    normal = nb_log(n, thetas * b, cells.k) + bb_log(x, n, cells.share)
    failing = [
        nb_log(n, factor * b, FAILING_K) + bb_log(x, n, p1)
        for factor in FAILING_FACTORS for p1 in FAILING_SHARES
    ]  # fmt: skip
    silent = nb_log(n, np.array(SILENT_SHARES)[:, None] * b, cells.k) + betaln(x + 1, n - x + 1)
    return {NORMAL: normal, FAILING: np.stack(failing), SILENT: silent}


def block_log_likelihood(logs: Mapping[int, Array], states: Ints, leaves: Flags) -> float:
    """Log-likelihood of one region's leaves at one vantage.

    All leaves in the same state share one unknown factor, over whose values the likelihood is averaged: what happens to
    a whole day counts once, not once per leaf. `states` and `leaves` are (leaves,).
    """
    total = 0.0
    for state in np.unique(states[leaves]).tolist():
        total += _log_mean(logs[state][:, leaves & (states == state)].sum(axis=1))
    return total


def _log_mean(logs: Any) -> float:
    """Log of the mean likelihood over equally likely values of a factor."""
    return float(logsumexp(logs) - math.log(len(logs)))


def checks_log_likelihood(seen: float, failed: float, usual: float, state: int) -> float:
    """Log-likelihood of regular checks (health checks, probes): all there and good, there and failing, or absent."""

    def one(kind: int) -> float:
        if kind == SILENT:
            return float(nb_log(seen, 0.01 * usual, 5.0)) + float(betaln(failed + 1, seen - failed + 1))
        share = 0.01 if kind == NORMAL else 0.9
        return float(nb_log(seen, usual, 50.0)) + float(bb_log(failed, seen, share))

    kinds = {LOGGED: (NORMAL, FAILING), ANY: (NORMAL, FAILING, SILENT)}.get(state, (state,))
    return _log_mean([one(kind) for kind in kinds])


def received_log_likelihood(seen: float, usual: float, state: int) -> float:
    """Log-likelihood of the punches that were received in the window: as usual, or (nearly) none."""
    normal, none = (
        _log_mean([float(nb_log(seen, factor * usual, 20.0)) for factor in factors])
        for factors in (NULL_FACTORS, SILENT_SHARES[:2])
    )
    return _log_mean([normal, none] if state == ANY else [normal if state == NORMAL else none])


LEAST_CONFIDENCE = 0.8
"""Posterior from which a layer is named."""
CONTAMINATION = 0.01
"""Chance that an evidence source says nothing about a window: an address block that moved, an unusual day, a monitor that
watches something else. So no source refutes a hypothesis by more than ln(1 / CONTAMINATION) nats."""
TEMPERATURE = 1.0
UPSTREAM_PRIORS = {1: (0.95, 10.0), 0: (0.05, 10.0)}
"""Share of failures behind the gateway and its precision, by the state of the source `upstream`."""
UPSTREAM_UNKNOWN = (0.5, 2.0)


@dataclass(frozen=True)
class Signals:
    """Evidence besides the logs: (seen, usual) punches received in the window, and per vantage (up, down) probes.

    `line_nats` gives for a line (kind and value) the nats by which the people who use it speak for it being dead.
    """

    received: tuple[float, float] = (0.0, 0.0)
    probes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    line_nats: Callable[[str, str], float] = lambda _kind, _value: 0.0


@dataclass(frozen=True)
class Posterior:
    """Probability of each layer, the best hypothesis of the likeliest layer, and where each source stands.

    `nats` holds per layer and evidence source the log-likelihood ratio of the layer's best hypothesis to the best.
    """

    probabilities: Mapping[str, float]
    best: Hypothesis
    nats: Mapping[str, Mapping[str, float]]

    @property
    def layer(self) -> str:
        """The likeliest layer, or `undetermined` where its probability is below the least confidence."""
        p = self.probabilities[self.best.layer]
        return self.best.layer if p >= LEAST_CONFIDENCE else "undetermined"


def lost_write_posterior(reached_province: bool, home: str) -> Posterior:
    """Of punches that were accepted and not stored: the last server that answered ok lost them.

    Where the province's log holds the answers, the province's server did, unless that log is worthless as evidence.
    Where only the gateway's log does, the gateway, the link and the province's server cannot be told apart.
    """
    p = dict.fromkeys(LAYERS, 0.0)
    if reached_province:
        p |= {"central": 1 - CONTAMINATION, "gateway": CONTAMINATION}
    else:
        p |= dict.fromkeys(("central", "link", "gateway"), 1 / 3)
    best = Hypothesis("central", (("region", home),), np.zeros(0, dtype=np.int64), {})
    return Posterior(p, best, {})


class LayerModel:
    """All hypotheses about one window, and the evidence sources that they are compared by."""

    def __init__(
        self, cells: WindowCells, signals: Signals, home: str,
        gap_vantages: Collection[str] = (), explained_layers: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`gap_vantages` are those whose log has a gap in the window; only these may have a missing log.

        `explained_layers` are layers of outages that are known already; what is left is due to another layer.
        """
        self.cells, self.signals, self.home = cells, signals, home
        self.gap_vantages, self.explained_layers = gap_vantages, explained_layers
        self.places = WindowPlaces.of(cells, home)
        self._leaf_logs = leaf_log_likelihoods(cells)

    def log_likelihoods(self, h: Hypothesis) -> dict[str, float]:
        blocks = self.places.blocks.items()
        out = {name: block_log_likelihood(self._leaf_logs, h.states, mask) for name, mask in blocks}
        for vantage, (seen, failed, usual) in self.cells.health.items():
            if usual >= 1:
                state = h.others[f"health {vantage}"]
                out[f"health {vantage}"] = checks_log_likelihood(seen, failed, usual, state)
        for vantage, (up, down) in self.signals.probes.items():
            if up + down >= 1:
                state = h.others.get(f"probe {vantage}", NORMAL)
                out[f"probe {vantage}"] = checks_log_likelihood(up + down, down, up + down, state)
        out["lines"] = sum(self.signals.line_nats(kind, value) for kind, value in h.scope)
        seen, usual = self.signals.received
        if usual >= 1:
            out["received"] = received_log_likelihood(seen, usual, h.others["received"])
        up, own = self.places.gateway_failures
        if up + own >= 1:
            share, precision = UPSTREAM_PRIORS.get(h.others.get("upstream", -1), UPSTREAM_UNKNOWN)
            out["upstream"] = float(bb_log(up, up + own, share, precision))
        return out

    def posterior(self, proposed: Mapping[str, tuple[str, ...]]) -> Posterior:
        """P(layer | all evidence sources) over the layers and proposed places (see `hypotheses`).

        Each source has a contaminated likelihood, each place a penalty for being chosen, all layers the same prior.
        """
        every = hypotheses(self.places, proposed, self.gap_vantages)
        compared = [h for h in every if h.layer not in self.explained_layers]
        table = [self.log_likelihoods(h) for h in compared]
        names = list(table[0])
        logs = np.array([[row[name] for name in names] for row in table]) / self.cells.phi
        gap = logs - logs.max(axis=0, keepdims=True)
        contaminated = np.logaddexp(math.log1p(-CONTAMINATION) + gap, math.log(CONTAMINATION))
        log_odds = (contaminated.sum(axis=1) - self._penalties(compared)) / TEMPERATURE
        weights = np.exp(log_odds - logsumexp(log_odds))
        p, best_of = {}, {}
        for layer in LAYERS:
            own = [number for number, h in enumerate(compared) if h.layer == layer]
            p[layer] = min(1.0, float(sum(weights[number] for number in own)))
            if own:
                best_of[layer] = max(own, key=lambda number: log_odds[number])
        best = best_of[max(LAYERS, key=lambda name: p[name])]
        nats = {
            name: dict(zip(names, (contaminated[top] - contaminated[best]).tolist(), strict=True))
            for name, top in best_of.items()
        }
        return Posterior(p, compared[best], nats)

    def _penalties(self, compared: Sequence[Hypothesis]) -> Array:
        """Nats per hypothesis: half of ln(cells) for a chosen place, and ln of the number of places of its layer."""
        size = math.log(max(int((self.cells.expected >= 1).sum()), 2))
        tried = Counter(h.layer for h in compared)
        chosen = [
            sum(d != "vantage" and (d, v) != ("region", self.home) for d, v in h.scope) for h in compared
        ]
        penalties = [k * size / 2 + math.log(tried[h.layer]) for k, h in zip(chosen, compared, strict=True)]
        return np.array(penalties)
