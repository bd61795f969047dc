"""From windows of single groups to outages: what explains most comes first, and what it explains is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.outages.arrays import Flags
from pipeline.outages.attribution.cells import Traffic, WindowCells
from pipeline.outages.attribution.hypotheses import LAYER_OF_PLACE, PROVINCE
from pipeline.outages.attribution.layer_model import LayerModel, Posterior, Signals, lost_write_posterior
from pipeline.outages.attribution.outages import ExplainedOutage, leaves_of, merge_outages
from pipeline.outages.attribution.proposals import is_version_worse, proposed_places, residual_nats
from pipeline.outages.attribution.window_groups import (
    LOST_WRITE,
    NO_LINES,
    SegmentRow,
    Span,
    WindowGroup,
    dating_windows,
    group_windows,
    without,
)
from pipeline.outages.scores import ALPHA, NULL_FACTORS, one_sided_deviance

ORDER = ("client", "home", "region", "vantage", "provider", "network", "unit")
"""Order of explanation by kind of group, `home` for the own region. Clients come first: left unexplained, a faulty version
would show as dozens of windows of offices and providers."""
MOST_AT_ONCE = 4
"""Outages at most that are looked for in the same windows."""
SERVERS = ("central", "link", "gateway")
BEHIND_GATEWAY = ("central", "link")
"""Layers behind the gateway: when they fail, requests still reach the gateway and fail there."""


def explain(
    segments: Iterable[SegmentRow],
    gaps: Mapping[str, tuple[Span, ...]],
    traffic: Traffic,
    signals_in: Callable[..., Signals],
    home: str,
) -> list[ExplainedOutage]:
    """Outages by time, from the segments of detection and the gaps of each vantage's log.

    `signals_in` gives the signals of some pieces of minutes, `home` is the code of the own region. Windows that are
    mostly covered by outages already found are passed over, where their group does not deviate any more without the
    leaves of those outages. What is left has a posterior over layers of its own, a few times at most.
    """
    every = group_windows(segments)
    every += [
        WindowGroup("vantage", v, (SegmentRow("vantage", v, v, NO_LINES, True, *gap, 0.0, 1.0),))
        for v, spans in sorted(gaps.items())
        for gap in spans
    ]
    search = _Search(every, traffic, signals_in, home)
    for windows in sorted(every, key=search.order):
        for _ in range(MOST_AT_ONCE):
            one = search.lost_write(windows) if windows.symptom == LOST_WRITE else search.outage(windows)
            if one is None or any(
                (one.layer, one.scope, one.windows) == (o.layer, o.scope, o.windows) for o in search.found
            ):
                break
            search.found.append(one)
            if windows.symptom == LOST_WRITE:
                break
    return merge_outages(search.found)


@dataclass
class _Search:
    """What is known while windows are explained one after the other."""

    every: list[WindowGroup]
    traffic: Traffic
    signals_in: Callable[..., Signals]
    home: str
    found: list[ExplainedOutage] = field(default_factory=list)

    def order(self, windows: WindowGroup) -> tuple[int, float, str]:
        """Kinds in the order of explanation, the own region before others; then by time."""
        is_home = windows.kind == "region" and windows.value == self.home
        return ORDER.index("home" if is_home else windows.kind), windows.hard.start, windows.value

    def lost_write(self, windows: WindowGroup) -> ExplainedOutage:
        """The outage of punches that were accepted and not stored."""
        piece = math.floor(windows.hard.start), math.ceil(windows.hard.end)
        cells = self.traffic.window(piece)
        reached = bool(np.isin(cells.vantage[cells.answered >= 1], PROVINCE).any())
        posterior = lost_write_posterior(reached, self.home)
        return ExplainedOutage(
            windows, posterior, cells, self.signals_in(piece), posterior.layer, posterior.best.scope
        )

    def outage(self, windows: WindowGroup) -> ExplainedOutage | None:
        """The outage that explains what no other does yet in some windows; None where nothing is left of them."""
        free = _free_spans(windows, self.found)
        pieces = tuple((math.floor(span.start), math.ceil(span.end)) for span in free)
        whole = self.traffic.window(*pieces)
        explained, cells = self._explained(windows, free, whole)
        is_partly_explained = bool(explained.any()) or free != [windows.hard]
        if not _is_open(windows, cells, explained, is_partly_explained):
            return None
        is_beneath, left = cells is not whole, cells.without_leaves(explained)
        signals = self.signals_in(*pieces)
        if is_beneath:  # receipt times and probes belong to the outage behind the gateway
            signals = Signals(line_nats=signals.line_nats)
        model = LayerModel(
            left, signals, self.home, self._gap_vantages(free), BEHIND_GATEWAY if is_beneath else ()
        )
        posterior = model.posterior(proposed_places(windows, left))
        layer, scope = posterior.layer, posterior.best.scope
        if windows.kind == "client" and layer != "client":
            return None
        if windows.symptom == NO_LINES and not (layer in SERVERS and _is_missed(windows, left, posterior)):
            layer, scope = "log_gap", (("vantage", windows.value),)
        dating = dating_windows(scope, layer, windows, self.every)
        return ExplainedOutage(dating, posterior, left, signals, layer, scope)

    def _gap_vantages(self, free: list[Span]) -> set[str]:
        """Vantages whose log has a gap in more than half of the free minutes."""
        whole, missing = sum(span.length for span in free), dict[str, float]()
        for gap in self.every:
            if gap.symptom == NO_LINES:
                cut = sum(gap.hard.overlap(span).length for span in free)
                missing[gap.value] = missing.get(gap.value, 0.0) + cut
        return {vantage for vantage, minutes in missing.items() if minutes * 2 > whole}

    def _explained(
        self, windows: WindowGroup, free: list[Span], cells: WindowCells
    ) -> tuple[Flags, WindowCells]:
        """Leaves of outages that cover more than half of the free minutes, and the cells without their failures.

        Where others fail at the gateway, an outage behind it does not explain senders that the gateway does not hear: an
        office without power while the province's server is down is a second outage.
        """
        explained, whole = np.zeros(len(cells.vantage), dtype=np.bool_), sum(span.length for span in free)
        mine = leaves_of(windows.kind, windows.value, cells) & (windows.kind in LAYER_OF_PLACE)
        for outage in self.found:
            covered = sum(outage.windows.impact.overlap(span).length for span in free)
            if covered * 2 > whole and outage.windows.symptom != LOST_WRITE:
                leaves = outage.leaves(cells)
                at_gate = leaves & (cells.vantage == "gerbang")
                if outage.layer in BEHIND_GATEWAY and (at_gate & mine).any():
                    cells, leaves = cells.without_failures(at_gate), leaves & ~at_gate
                explained |= leaves
        return explained, cells


def _is_open(windows: WindowGroup, cells: WindowCells, explained: Flags, is_partly_explained: bool) -> bool:
    """Something is left to explain: a gap that no outage explains, or a group that still deviates."""
    if windows.symptom == NO_LINES:
        return not (explained & leaves_of(windows.kind, windows.value, cells)).any()
    if is_partly_explained and residual_nats(windows, cells, ~explained) < math.log(len(explained) / ALPHA):
        return False
    return windows.kind != "client" or is_version_worse(windows, cells, ~explained)


def _is_missed(windows: WindowGroup, cells: WindowCells, posterior: Posterior) -> bool:
    """Another log misses the senders of the scope too, so that the server failed and not only its log."""
    mine = cells.vantage != windows.value
    for dimension, value in posterior.best.scope:
        mine = mine & cells.members(dimension, value)
    usual = NULL_FACTORS[0] * cells.expected[mine].sum()
    return float(one_sided_deviance(cells.answered[mine].sum(), usual, False)) >= math.log(1 / ALPHA)


def _free_spans(windows: WindowGroup, found: list[ExplainedOutage]) -> list[Span]:
    """The hard window without the outages that cover at most half of it."""
    free = [windows.hard]
    for outage in found:
        cover = outage.windows.impact
        covered = cover.overlap(windows.hard).length
        if 0 < covered * 2 <= windows.hard.length and _may_explain(outage, windows):
            free = [part for span in free for part in without(span, (cover,))]
    return free or [windows.hard]


def _may_explain(outage: ExplainedOutage, windows: WindowGroup) -> bool:
    """The outage's scope is of another dimension than the windows' group, or the same value of it."""
    return all(dimension != windows.kind or value == windows.value for dimension, value in outage.scope)
