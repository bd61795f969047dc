"""Whose fault a window is: the likelihood of each layer over all cells, witness by witness."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import betaln, logsumexp

from pipeline.outages.arrays import Array, Flags, Ints, Texts
from pipeline.outages.attribution.cells import WindowCells
from pipeline.outages.scores import FAILURES, HEALTHY_FACTORS, SILENCES, bb_log, nb_log

LEAST_CONFIDENCE = 0.8
DOUBT = 0.01
"""Chance that a witness (one log's lines of one region, its health checks, ...) is worthless in a window: a wrong
address block, a day like no other, a monitor that looks elsewhere. So no witness refutes by more than ln(1/DOUBT)."""
TEMPERATURE = 1.0
FAILING_FACTORS = (0.3, 1.0, 3.0, 8.0)
FAILING_K = 2.0
"""People retry while an app fails and give up later: the senders of a failing group tell little."""
LAYERS = ("central", "link", "gateway", "network", "site", "client", "log_gap")
PROVINCE = ("pusat", "aplikasi")
PLACES = {"unit": "site", "provider": "network", "network": "network", "client": "client"}
HEALTHY, FAILING, SILENT, ALIVE, ANY = range(5)
"""What a group does; of checks, ALIVE is answered or failing, but logged, and ANY says nothing."""
BROKEN = (FAILING, SILENT)


@dataclass(frozen=True)
class Signals:
    """What else was seen in the window: (seen, usual) punches received, and per vantage (up, down) probes.

    `line_nats` tells by how much the people of a line (kind and value) speak for it being dead.
    """

    received: tuple[float, float] = (0.0, 0.0)
    probes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    line_nats: Callable[[str, str], float] = lambda _kind, _value: 0.0


@dataclass(frozen=True)
class Hypothesis:
    """One layer at one place. `scope` names the values; `states` is per leaf; `others` per further witness."""

    layer: str
    scope: tuple[tuple[str, str], ...]
    states: Ints
    others: Mapping[str, int]


@dataclass(frozen=True)
class Judgement:
    """Probabilities per layer, the best hypothesis, and per witness its nats for each layer against the best."""

    probabilities: Mapping[str, float]
    best: Hypothesis
    nats: Mapping[str, Mapping[str, float]]

    @property
    def layer(self) -> str:
        """The named layer, or `undetermined` below the least confidence."""
        p = self.probabilities[self.best.layer]
        return self.best.layer if p >= LEAST_CONFIDENCE else "undetermined"


def leaf_logs(cells: WindowCells) -> dict[int, Array]:
    """Per state (settings, leaves): log-likelihood of senders and failed senders at each setting of its common factor."""
    n, x, b = cells.senders, cells.failed, cells.expected
    thetas = np.array(HEALTHY_FACTORS)[:, None]
    healthy = nb_log(n, thetas * b, cells.k) + bb_log(x, n, cells.share)
    failing = [
        nb_log(n, factor * b, FAILING_K) + bb_log(x, n, p1)
        for factor in FAILING_FACTORS for p1 in FAILURES
    ]  # fmt: skip
    silent = nb_log(n, np.array(SILENCES)[:, None] * b, cells.k) + betaln(x + 1, n - x + 1)
    return {HEALTHY: healthy, FAILING: np.stack(failing), SILENT: silent}


def _mean(logs: Array) -> float:
    """Log of the mean likelihood over the settings of a factor that all these leaves share."""
    summed = logs.sum(axis=1)
    return float(logsumexp(summed) - math.log(len(summed)))


def block_log(logs: Mapping[int, Array], states: Ints, leaves: Flags) -> float:
    """Log-likelihood of one witness's leaves: one unknown factor per state, shared by all leaves in it."""
    total = 0.0
    for state in np.unique(states[leaves]).tolist():
        use = leaves & (states == state)
        total += _mean(logs[state][:, use])
    return total


def count_log(seen: float, bad: float, usual: float, state: int) -> float:
    """Log-likelihood of regular checks (health checks, probes): all there and good, there and failing, or absent."""

    def one(kind: int) -> float:
        if kind == SILENT:
            return float(nb_log(seen, 0.01 * usual, 5.0)) + float(betaln(bad + 1, seen - bad + 1))
        share = 0.01 if kind == HEALTHY else 0.9
        return float(nb_log(seen, usual, 50.0)) + float(bb_log(bad, seen, share))

    kinds = {ALIVE: (HEALTHY, FAILING), ANY: (HEALTHY, FAILING, SILENT)}.get(state, (state,))
    return float(logsumexp([one(kind) for kind in kinds])) - math.log(len(kinds))


def received_log(seen: float, usual: float, state: int) -> float:
    """Log-likelihood of punches whose receipt time lies in the window: as usual, or (nearly) none."""

    def one(kind: int) -> float:
        factors = HEALTHY_FACTORS if kind == HEALTHY else SILENCES[:2]
        logs = [float(nb_log(seen, factor * usual, 20.0)) for factor in factors]
        return float(logsumexp(logs)) - math.log(len(logs))

    kinds = {HEALTHY: (HEALTHY,), ANY: (HEALTHY, SILENT)}.get(state, (SILENT,))
    return float(logsumexp([one(kind) for kind in kinds])) - math.log(len(kinds))


def lost_write_judgement(reached_province: bool, home: str) -> Judgement:
    """Accepted and not stored: the deepest server that answered ok lost it (inputs.md 6).

    Where the province's log holds the answers, only a worthless witness speaks against it; where only the gateway's
    does, the three servers and lines behind that answer cannot be told apart.
    """
    p = dict.fromkeys(LAYERS, 0.0)
    if reached_province:
        p |= {"central": 1 - DOUBT, "gateway": DOUBT}
    else:
        p |= dict.fromkeys(("central", "link", "gateway"), 1 / 3)
    best = Hypothesis("central", (("region", home),), np.zeros(0, dtype=np.int64), {})
    return Judgement(p, best, {})


class Court:
    """All hypotheses about one window, and the witnesses that speak to them."""

    def __init__(
        self,
        cells: WindowCells,
        signals: Signals,
        home: str,
        holed: Collection[str] = (),
        told: Collection[str] = (),
    ) -> None:
        """`holed`: vantages whose log has a hole in the window; one that was written through is not missing.

        `told`: layers of outages that are known already, and of which what is left is no part.
        """
        self.cells, self.signals, self.home, self.holed, self.told = cells, signals, home, holed, told
        self.logs = leaf_logs(cells)
        self.at_gate = cells.vantage == "gerbang"
        region = cells.groups["region"]
        self.is_home = (region == home) | (self.at_gate & (region == ""))
        self.is_known = self.is_home | (region != "")
        self.blocks = self._blocks(region)

    def _blocks(self, region: Texts) -> dict[str, Flags]:
        names = [
            f"{v}|{self.home if h else r}" if k else ""
            for v, r, h, k in zip(self.cells.vantage, region, self.is_home, self.is_known, strict=True)
        ]
        texts = np.array(names, dtype=object)
        blocks = {str(name): texts == name for name in sorted(set(names)) if name}
        return {name: mask for name, mask in blocks.items() if self.cells.expected[mask].sum() >= 1}

    def hypotheses(self, proposed: Mapping[str, tuple[str, ...]]) -> Iterator[Hypothesis]:
        """Every layer, once per proposed place: {"unit": codes, "provider": ..., "network": ..., "client": ..., "region": ...}."""
        size = len(self.cells.vantage)
        province = ~self.at_gate
        vantages = sorted(self.cells.health)

        def states(*assigned: tuple[Flags, int]) -> Ints:
            out = np.full(size, HEALTHY, dtype=np.int64)
            for mask, state in assigned:
                out[mask] = state
            return out

        fine = {"received": HEALTHY} | {
            f"{kind} {v}": HEALTHY for kind in ("health", "probe") for v in vantages
        }
        at_gate = {"health gerbang": ALIVE, "probe gerbang": ANY}
        here = (("region", self.home),)
        for state in BROKEN:
            down = {f"health {v}": state for v in vantages if v in PROVINCE}
            down |= {
                f"probe {v}": FAILING for v in vantages if v in PROVINCE
            }  # a dead server logs nothing, yet is probed
            yield Hypothesis("central", (), states((province, state), (self.at_gate, FAILING)),
                             {**fine, **down, **at_gate, "received": SILENT, "upstream": 1})  # fmt: skip
        cut = (province & self.is_home, SILENT)
        yield Hypothesis("link", here, states((self.at_gate, FAILING), cut),
                         {**fine, **at_gate, "received": ANY, "upstream": 1})  # fmt: skip
        for state in BROKEN:
            yield Hypothesis("gateway", here, states((self.at_gate, state), cut),
                             {**fine, "health gerbang": ANY, "probe gerbang": FAILING, "received": ANY, "upstream": 0})  # fmt: skip
        for vantage in sorted(self.holed):
            mine = self.cells.vantage == vantage
            yield Hypothesis("log_gap", (("vantage", vantage),), states((mine, SILENT)),
                             {**fine, f"health {vantage}": SILENT})  # fmt: skip
        for dimension, layer in PLACES.items():
            for value in proposed.get(dimension, ()):
                leaves = self.cells.members(dimension, value)
                for state in (FAILING,) if layer == "client" else BROKEN:
                    yield Hypothesis(layer, ((dimension, value),), states((leaves, state)), fine)
        for value in proposed.get("region", ()):
            there = province & (self.cells.groups["region"] == value)
            for layer in ("link", "gateway") if value != self.home else ():
                for state in BROKEN:
                    yield Hypothesis(layer, (("region", value),), states((there, state)), fine)

    def witnesses(self, h: Hypothesis) -> dict[str, float]:
        """Log-likelihood of each witness under the hypothesis."""
        out = {name: block_log(self.logs, h.states, mask) for name, mask in self.blocks.items()}
        for vantage, (seen, bad, usual) in self.cells.health.items():
            if usual >= 1:
                out[f"health {vantage}"] = count_log(seen, bad, usual, h.others[f"health {vantage}"])
        for vantage, (up, down) in self.signals.probes.items():
            if up + down >= 1:
                state = h.others.get(f"probe {vantage}", HEALTHY)
                out[f"probe {vantage}"] = count_log(up + down, down, up + down, state)
        out["lines"] = sum(self.signals.line_nats(kind, value) for kind, value in h.scope)
        seen, usual = self.signals.received
        if usual >= 1:
            out["received"] = received_log(seen, usual, h.others["received"])
        up, own = (
            float(count[self.at_gate & self.is_home].sum()) for count in (self.cells.upstream, self.cells.own)
        )
        if up + own >= 1:
            share, precision = {1: (0.95, 10.0), 0: (0.05, 10.0)}.get(
                h.others.get("upstream", -1), (0.5, 2.0)
            )
            out["upstream"] = float(bb_log(up, up + own, share, precision))
        return out

    def judge(self, proposed: Mapping[str, tuple[str, ...]]) -> Judgement:
        """P(layer | all witnesses): contaminated likelihoods, a penalty per named place, softmax with a temperature."""
        hypotheses = [h for h in self.hypotheses(proposed) if h.layer not in self.told]
        table = [self.witnesses(h) for h in hypotheses]
        names = list(table[0])
        logs = np.array([[row[name] for name in names] for row in table]) / self.cells.phi
        gap = logs - logs.max(axis=0, keepdims=True)
        honest = np.logaddexp(math.log1p(-DOUBT) + gap, math.log(DOUBT))
        size = math.log(max(int((self.cells.expected >= 1).sum()), 2))
        places = {layer: sum(h.layer == layer for h in hypotheses) for layer in LAYERS}
        named = [
            sum(d != "vantage" and (d, v) != ("region", self.home) for d, v in h.scope) for h in hypotheses
        ]
        penalty = np.array(
            [k * size / 2 + math.log(places[h.layer]) for k, h in zip(named, hypotheses, strict=True)]
        )
        odds = (honest.sum(axis=1) - penalty) / TEMPERATURE
        weights = np.exp(odds - logsumexp(odds))
        p = {
            layer: min(
                1.0, float(sum(w for w, h in zip(weights, hypotheses, strict=True) if h.layer == layer))
            )
            for layer in LAYERS
        }
        layer = max(LAYERS, key=lambda name: p[name])
        best = max((i for i, h in enumerate(hypotheses) if h.layer == layer), key=lambda i: odds[i])
        nats = {}
        for name in LAYERS:
            of = [i for i, h in enumerate(hypotheses) if h.layer == name]
            if of:
                top = max(of, key=lambda i: odds[i])
                nats[name] = dict(zip(names, (honest[top] - honest[best]).tolist(), strict=True))
        return Judgement(p, hypotheses[best], nats)
