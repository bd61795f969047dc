"""From windows of single groups to outages: what explains most comes first, what it explains is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.outages.arrays import Array, Flags
from pipeline.outages.attribution.cells import Traffic, WindowCells
from pipeline.outages.attribution.hypotheses import LAYER_OF_PLACE, PROVINCE, Scope
from pipeline.outages.attribution.layer_model import LayerModel, Posterior, Signals, lost_write_posterior
from pipeline.outages.attribution.slices import slice_scan
from pipeline.outages.attribution.window_groups import (
    FAILURE,
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
from pipeline.outages.segments import NEAR_MINUTES


@dataclass(frozen=True)
class ExplainedOutage:
    """One outage: the windows that date it, its posterior, and the cells and signals that this was computed from."""

    windows: WindowGroup
    posterior: Posterior
    cells: WindowCells
    signals: Signals
    layer: str
    scope: Scope

    def leaves(self, cells: WindowCells) -> Flags:
        """Leaves that this outage explains, (leaves,)."""
        mask = np.ones(len(cells.vantage), dtype=np.bool_)
        for dimension, value in self.scope:
            mask &= cells.leaves_of(dimension, value)
        return mask


def merge_outages(found: list[ExplainedOutage]) -> list[ExplainedOutage]:
    """The outages by time; those of the same layer and scope that overlap or lie within two minutes are one."""
    out: list[ExplainedOutage] = []
    for one in sorted(found, key=lambda o: (o.layer, o.scope, o.windows.hard)):
        last = out[-1] if out else one
        is_same = last is not one and (last.layer, last.scope) == (one.layer, one.scope)
        if is_same and one.windows.hard.start <= last.windows.impact.end + NEAR_MINUTES:
            both = tuple(dict.fromkeys((*last.windows.segments, *one.windows.segments)))
            out[-1] = replace(last, windows=replace(last.windows, segments=both))
        else:
            out.append(one)
    return sorted(out, key=lambda o: (o.windows.hard, o.layer, o.scope))


MOST_PROPOSED = 3
"""Slices per scan, and values per slice, that are proposed."""
MOST_FAILURES = 3.0
"""By which the usual failures may be exceeded without an outage."""


def proposed_places(windows: WindowGroup, cells: WindowCells) -> dict[str, tuple[str, ...]]:
    """Values by dimension: that of the windows' own group and those of the best slices, each set of leaves once.

    A place that shares no leaf with the windows' group does not explain it, even if it deviates in the same minutes.
    """
    mine = cells.leaves_of(windows.kind, windows.value)
    wanted: dict[str, list[str]] = {name: [] for name in (*LAYER_OF_PLACE, "region")}
    if windows.kind in wanted:
        wanted[windows.kind].append(windows.value)
    failures = cells.failed, cells.senders * cells.share, True
    for x, b, excess in (failures, (cells.senders, cells.expected, False)):
        for found in slice_scan(x, b, cells.groups, excess, cells.phi, MOST_PROPOSED):
            for dimension, values in found.values.items():
                wanted[dimension] += values[:MOST_PROPOSED]
        for dimension in LAYER_OF_PLACE:
            wanted[dimension] += _most_deviating(dimension, cells, x, b, excess)
    for code in list(wanted["client"]):
        system, slash, version = code.partition("/")
        wanted["client"] += [f"{system}/*", f"*/{version}"] if slash and "*" not in code else []
    seen: set[bytes] = set()
    out = {"region": tuple(dict.fromkeys(wanted["region"])), **dict.fromkeys(LAYER_OF_PLACE, ())}
    for dimension in LAYER_OF_PLACE:
        for value in sorted(set(wanted[dimension]), key=lambda v: ("*" in v, v)):
            leaves = cells.members(dimension, value)
            if leaves.tobytes() not in seen and (leaves & mine).any():
                seen.add(leaves.tobytes())
                out[dimension] += (value,)
    return out


def _most_deviating(dimension: str, cells: WindowCells, x: Array, b: Array, excess: bool) -> list[str]:
    """The one value of a dimension that deviates most; none where no leaf has a value."""
    texts = cells.groups[dimension]
    there = texts != ""
    names, codes = np.unique(texts[there].astype(str), return_inverse=True)
    if not len(names):
        return []
    f = one_sided_deviance(np.bincount(codes, x[there]), np.bincount(codes, b[there]), excess)
    return [str(names[int(np.argmax(f))])]


def residual_nats(windows: WindowGroup, cells: WindowCells, left: Flags) -> float:
    """Nats by which some leaves of the windows' group still show its symptom, at the vantage where they do most.

    `left` is (leaves,). Compared with the most favourable null counts: the fewest senders, three times the usual
    failures.
    """
    mine = left & cells.leaves_of(windows.kind, windows.value)
    nats = [0.0]
    for vantage, symptom in sorted({(s.vantage, s.symptom) for s in windows.segments}):
        use = mine & (cells.vantage == vantage)
        if symptom == FAILURE:
            seen, usual = cells.failed[use].sum(), MOST_FAILURES * (cells.senders * cells.share)[use].sum()
        else:
            seen, usual = cells.senders[use].sum(), NULL_FACTORS[0] * cells.expected[use].sum()
        nats.append(float(one_sided_deviance(seen, usual, symptom == FAILURE)))
    return max(nats) / cells.phi


def is_version_worse(windows: WindowGroup, cells: WindowCells, left: Flags) -> bool:
    """Whether a client version fails at least twice as often as the other leaves that are left, at the same vantages."""
    own = cells.members("client", windows.value)
    at = left & np.isin(cells.vantage, sorted({s.vantage for s in windows.segments}))
    (failed, tried), (others_failed, others) = (
        (float(cells.failed[use].sum()), float(cells.senders[use].sum())) for use in (own & at, ~own & at)
    )
    return failed * max(others, 1) >= 2 * others_failed * max(tried, 1)


ORDER = ("client", "home", "region", "vantage", "provider", "network", "unit")
"""Order of explanation by kind of group, `home` for the own region. Clients come first: left unexplained, a faulty version
would show as dozens of windows of offices and providers."""
MOST_AT_ONCE = 4
"""Outages at most that are looked for in the same windows."""
SERVERS = ("central", "link", "gateway")
BEHIND_GATEWAY = ("central", "link")
"""Layers behind the gateway: when they fail, requests still reach the gateway and fail there."""


def explain(
    segments: Iterable[SegmentRow], gaps: Mapping[str, tuple[Span, ...]],
    traffic: Traffic, signals_in: Callable[..., Signals], home: str,
) -> list[ExplainedOutage]:  # fmt: skip
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
            known = [(o.layer, o.scope, o.windows) for o in search.found]
            if one is None or (one.layer, one.scope, one.windows) in known:
                break
            search.found.append(one)
            if windows.symptom == LOST_WRITE:
                break
    return merge_outages(search.found)


@dataclass
class _Search:
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
        signals, scope = self.signals_in(piece), posterior.best.scope
        return ExplainedOutage(windows, posterior, cells, signals, posterior.layer, scope)

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
        known = BEHIND_GATEWAY if is_beneath else ()
        model = LayerModel(left, signals, self.home, self._gap_vantages(free), known)
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
        mine = cells.leaves_of(windows.kind, windows.value) & (windows.kind in LAYER_OF_PLACE)
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
        return not (explained & cells.leaves_of(windows.kind, windows.value)).any()
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
