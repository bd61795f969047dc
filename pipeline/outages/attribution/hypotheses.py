"""Hypotheses about a window: which layer failed where, and the state that this puts every evidence source in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.outages.arrays import Flags, Ints
from pipeline.outages.attribution.cells import WindowCells

LAYERS = ("central", "link", "gateway", "network", "site", "client", "log_gap")
PROVINCE = ("pusat", "aplikasi")
"""Vantages of the province's servers."""
LAYER_OF_PLACE = {"unit": "site", "provider": "network", "network": "network", "client": "client"}
"""The layer that fails where one value of a dimension deviates."""
NORMAL, FAILING, SILENT, LOGGED, ANY = range(5)
"""States of a group. Only of checks: LOGGED is normal or failing, ANY is no statement at all."""
BROKEN = (FAILING, SILENT)

Scope = tuple[tuple[str, str], ...]
"""Pairs of dimension and value; empty for everything."""


@dataclass(frozen=True)
class Hypothesis:
    """One layer at one place. `states` is (leaves,); `others` holds the state of every other evidence source.

    The state of the source `upstream` is 1 for failures behind the gateway, 0 for failures at the gateway.
    """

    layer: str
    scope: Scope
    states: Ints
    others: Mapping[str, int]


@dataclass(frozen=True)
class WindowPlaces:
    """Where the leaves of a window are: masks (leaves,), the region's own code, and the vantages that have checks."""

    cells: WindowCells
    home: str
    at_gate: Flags
    is_home: Flags
    """Of the home region; the gateway's log need not name its own region."""
    has_region: Flags
    checked_vantages: Sequence[str]

    @classmethod
    def of(cls, cells: WindowCells, home: str) -> WindowPlaces:
        at_gate, region = cells.vantage == "gerbang", cells.groups["region"]
        is_home = cells.leaves_of("region", home)
        return cls(cells, home, at_gate, is_home, is_home | (region != ""), sorted(cells.health))

    def states(self, *assigned: tuple[Flags, int]) -> Ints:
        """Normal leaves, but for those that are assigned a state; later ones win."""
        out = np.full(len(self.cells.vantage), NORMAL, dtype=np.int64)
        for mask, state in assigned:
            out[mask] = state
        return out

    @cached_property
    def blocks(self) -> dict[str, Flags]:
        """Leaves of each pair `vantage|region` with at least one expected sender."""
        region = np.where(self.is_home, self.home, self.cells.groups["region"])
        names = np.where(self.has_region, self.cells.vantage + "|" + region, "")
        blocks = {name: names == name for name in sorted(set(names.tolist())) if name}
        return {name: mask for name, mask in blocks.items() if self.cells.expected[mask].sum() >= 1}

    @property
    def gateway_failures(self) -> tuple[float, float]:
        """Failed requests in the gateway's log: behind the gateway, and at the gateway itself."""
        use = self.at_gate & self.is_home
        return float(self.cells.upstream[use].sum()), float(self.cells.own[use].sum())

    @property
    def normal_sources(self) -> dict[str, int]:
        """Every other evidence source in its normal state."""
        checks = {f"{kind} {v}": NORMAL for kind in ("health", "probe") for v in self.checked_vantages}
        return {"received": NORMAL} | checks


def hypotheses(
    places: WindowPlaces, proposed: Mapping[str, tuple[str, ...]], gap_vantages: Collection[str]
) -> Iterator[Hypothesis]:
    """Every layer, once per proposed place.

    `proposed` holds values by dimension: unit, provider, network, client, region. `gap_vantages` are those whose log
    has a gap in the window.
    """
    yield from _of_servers(places)
    cells, normal = places.cells, places.normal_sources
    for vantage in sorted(gap_vantages):  # the log of one vantage is missing, and nothing else
        states = places.states((cells.vantage == vantage, SILENT))
        yield Hypothesis("log_gap", (("vantage", vantage),), states, {**normal, f"health {vantage}": SILENT})
    for dimension, layer in LAYER_OF_PLACE.items():
        for value in proposed.get(dimension, ()):
            leaves = cells.members(dimension, value)
            for state in (FAILING,) if layer == "client" else BROKEN:
                yield Hypothesis(layer, ((dimension, value),), places.states((leaves, state)), normal)
    for value in proposed.get("region", ()):  # of other regions only the province's logs tell
        there = ~places.at_gate & (cells.groups["region"] == value)
        for layer in ("link", "gateway") if value != places.home else ():
            for state in BROKEN:
                yield Hypothesis(layer, (("region", value),), places.states((there, state)), normal)


def _of_servers(places: WindowPlaces) -> Iterator[Hypothesis]:
    """The province's server, the link between the gateway and it, and the gateway of the home region."""
    province, at_gate = ~places.at_gate, places.at_gate
    normal, vantages = places.normal_sources, places.checked_vantages
    gate_is_up = {"health gerbang": LOGGED, "probe gerbang": ANY}
    here: Scope = (("region", places.home),)
    for state in BROKEN:
        down = {f"health {v}": state for v in vantages if v in PROVINCE}
        # A dead server logs nothing, but probes from outside see it fail.
        down |= {f"probe {v}": FAILING for v in vantages if v in PROVINCE}
        yield Hypothesis("central", (), places.states((province, state), (at_gate, FAILING)),
                         {**normal, **down, **gate_is_up, "received": SILENT, "upstream": 1})  # fmt: skip
    cut_off = (province & places.is_home, SILENT)
    yield Hypothesis("link", here, places.states((at_gate, FAILING), cut_off),
                     {**normal, **gate_is_up, "received": ANY, "upstream": 1})  # fmt: skip
    for state in BROKEN:
        yield Hypothesis("gateway", here, places.states((at_gate, state), cut_off),
                         {**normal, "health gerbang": ANY, "probe gerbang": FAILING, "received": ANY, "upstream": 0})  # fmt: skip
