"""From windows of single groups to outages: what explains most comes first, what it explains is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.outages.arrays import Flags
from pipeline.outages.attribution.cells import Traffic, WindowCells
from pipeline.outages.attribution.layer_model import (
    PLACES,
    PROVINCE,
    Court,
    Judgement,
    Signals,
    lost_write_judgement,
)
from pipeline.outages.attribution.slices import slice_scan
from pipeline.outages.attribution.window_groups import Segment, Span, Trail, dating_trail, trails, without
from pipeline.outages.scores import ALPHA, HEALTHY_FACTORS, shared_deviance
from pipeline.outages.segments import NEAR

Scope = tuple[tuple[str, str], ...]
ORDER = ("client", "home", "region", "vantage", "provider", "network", "unit")
"""Client faults first: unexplained they would fragment the region into dozens of windows (outages.md section 3)."""
MOST_AT_ONCE = 4
MOST_PROPOSED = 3
MOST_FAILURES = 3.0
SERVERS = ("central", "link", "gateway")
BEHIND = ("central", "link")
"""Their faults lie behind the gateway: requests still reach it and fail there."""


@dataclass(frozen=True)
class Explained:
    """One outage: its windows, its judgement, and the cells it was judged on."""

    trail: Trail
    judgement: Judgement
    cells: WindowCells
    signals: Signals
    layer: str
    scope: Scope

    def leaves(self, cells: WindowCells) -> Flags:
        """Leaves that this outage explains."""
        mask = np.ones(len(cells.vantage), dtype=np.bool_)
        for dimension, value in self.scope:
            own = cells.vantage == value if dimension == "vantage" else cells.members(dimension, value)
            if dimension == "region":  # a gateway's log need not name its own region
                own = own | ((cells.vantage == "gerbang") & (cells.groups["region"] == ""))
            mask &= own
        return mask


def residual(trail: Trail, cells: WindowCells, left: Flags) -> float:
    """Nats by which the leaves that are left of a trail's group still show its symptom, at their worst vantage.

    Against the most favourable healthy day: the fewest senders, three times the usual failures.
    """
    mine = left & group_leaves(trail, cells)
    worst = 0.0
    for vantage, symptom in sorted({(s.vantage, s.symptom) for s in trail.segments}):
        use = mine & (cells.vantage == vantage)
        if symptom == "failure":
            usual = MOST_FAILURES * (cells.senders * cells.share)[use].sum()
            worst = max(worst, float(shared_deviance(cells.failed[use].sum(), usual, True)))
        else:
            usual = HEALTHY_FACTORS[0] * cells.expected[use].sum()
            worst = max(worst, float(shared_deviance(cells.senders[use].sum(), usual, False)))
    return worst / cells.phi


def group_leaves(trail: Trail, cells: WindowCells) -> Flags:
    """Leaves of the trail's group."""
    if trail.kind == "vantage":
        return np.asarray(cells.vantage == trail.value, dtype=np.bool_)
    own = cells.members(trail.kind, trail.value)
    if trail.kind == "region":
        return np.asarray(
            own | ((cells.vantage == "gerbang") & (cells.groups["region"] == "")), dtype=np.bool_
        )
    return own


def proposals(trail: Trail, court: Court) -> dict[str, tuple[str, ...]]:
    """Places worth a hypothesis: the trail's own and those of the best slices, each set of leaves once.

    A place that shares no leaf with the trail's group does not explain it, however quiet it happened to be.
    """
    cells = court.cells
    mine = group_leaves(trail, cells)
    wanted: dict[str, list[str]] = {name: [] for name in (*PLACES, "region")}
    if trail.kind in wanted:
        wanted[trail.kind].append(trail.value)
    for x, b, excess in (
        (cells.failed, cells.senders * cells.share, True),
        (cells.senders, cells.expected, False),
    ):
        for found in slice_scan(x, b, cells.groups, excess, cells.phi, MOST_PROPOSED):
            for dimension, values in found.values.items():
                wanted[dimension] += values[:MOST_PROPOSED]
        for dimension in PLACES:
            wanted[dimension] += _worst(dimension, cells, x, b, excess)
    wanted["client"] += [form for code in wanted["client"] for form in _wider(code)]
    seen: set[bytes] = set()
    out: dict[str, tuple[str, ...]] = {"region": tuple(dict.fromkeys(wanted["region"]))}
    for dimension in PLACES:
        kept = []
        for value in sorted(dict.fromkeys(wanted[dimension]), key=lambda v: ("*" in v, v)):
            leaves = cells.members(dimension, value)
            if leaves.tobytes() not in seen and (leaves & mine).any():
                seen.add(leaves.tobytes())
                kept.append(value)
        out[dimension] = tuple(kept)
    return out


def _wider(code: str) -> tuple[str, ...]:
    """`Android/4.2.1` -> `Android/*`, `*/4.2.1`."""
    system, slash, version = code.partition("/")
    return (f"{system}/*", f"*/{version}") if slash and "*" not in code else ()


def _worst(dimension: str, cells: WindowCells, x: np.ndarray, b: np.ndarray, excess: bool) -> list[str]:
    """The one value of a dimension that deviates most."""
    texts = cells.groups[dimension]
    there = texts != ""
    names, codes = np.unique(texts[there].astype(str), return_inverse=True)
    if not len(names):
        return []
    f = shared_deviance(np.bincount(codes, x[there]), np.bincount(codes, b[there]), excess)
    return [str(names[int(np.argmax(f))])]


def explain(
    segments: Iterable[Segment],
    gaps: Mapping[str, tuple[Span, ...]],
    traffic: Traffic,
    signals_in: Callable[..., Signals],
    home: str,
) -> list[Explained]:
    """Outages in order of explanation.

    A trail whose hard window is more than half covered by found outages, and whose group behaves once their leaves
    are taken out, is passed over. What is left is judged, at most a few places at once.
    """
    every = trails(segments)
    every += [Trail("vantage", v, (Segment("vantage", v, v, "no_lines", True, *gap, 0.0, 1.0),))
              for v, spans in sorted(gaps.items()) for gap in spans]  # fmt: skip
    search = _Search(every, traffic, signals_in, home)
    for trail in sorted(every, key=search.order):
        for _ in range(MOST_AT_ONCE):
            one = search.lost(trail) if trail.symptom == "lost_write" else search.judged(trail)
            if one is None or any(
                (one.layer, one.scope, one.trail) == (o.layer, o.scope, o.trail) for o in search.found
            ):
                break
            search.found.append(one)
            if trail.symptom == "lost_write":
                break
    return _merged(search.found)


@dataclass
class _Search:
    """What is known while trails are explained one after the other."""

    every: list[Trail]
    traffic: Traffic
    signals_in: Callable[..., Signals]
    home: str
    found: list[Explained] = field(default_factory=list)

    def order(self, trail: Trail) -> tuple[int, float, str]:
        """Kinds in the order of explanation, the home region before others; then by time."""
        is_home = trail.kind == "region" and trail.value == self.home
        return ORDER.index("home" if is_home else trail.kind), trail.hard.start, trail.value

    def lost(self, trail: Trail) -> Explained:
        """Accepted and not stored."""
        piece = math.floor(trail.hard.start), math.ceil(trail.hard.end)
        cells = self.traffic.window(piece)
        reached = bool(np.isin(cells.vantage[cells.answered >= 1], PROVINCE).any())
        judgement = lost_write_judgement(reached, self.home)
        return Explained(
            trail, judgement, cells, self.signals_in(piece), judgement.layer, judgement.best.scope
        )

    def judged(self, trail: Trail) -> Explained | None:
        """What explains the part of a trail that no outage explains yet; None where nothing is left of it."""
        free = _free(trail, self.found)
        pieces = tuple((math.floor(span.start), math.ceil(span.end)) for span in free)
        whole = self.traffic.window(*pieces)
        gone, cells = self._explained(trail, free, whole)
        is_partly_explained = bool(gone.any()) or free != [trail.hard]
        if not _is_open(trail, cells, gone, is_partly_explained):
            return None
        is_beneath, left = cells is not whole, cells.without(gone)
        signals = self.signals_in(*pieces)
        if is_beneath:  # what is received and probed tells of the outage above
            signals = Signals(line_nats=signals.line_nats)
        court = Court(left, signals, self.home, self._holed(free), BEHIND if is_beneath else ())
        judgement = court.judge(proposals(trail, court))
        layer, scope = judgement.layer, judgement.best.scope
        if trail.kind == "client" and layer != "client":
            return None
        if trail.symptom == "no_lines" and not (layer in SERVERS and _is_missed(trail, left, judgement)):
            layer, scope = "log_gap", (("vantage", trail.value),)
        windows = dating_trail(scope, layer, trail, self.every)
        return Explained(windows, judgement, left, signals, layer, scope)

    def _holed(self, free: list[Span]) -> set[str]:
        """Vantages whose log has a hole in more than half of the free minutes."""
        whole, missing = sum(span.length for span in free), dict[str, float]()
        for gap in self.every:
            if gap.symptom == "no_lines":
                cut = sum(gap.hard.meet(span).length for span in free)
                missing[gap.value] = missing.get(gap.value, 0.0) + cut
        return {vantage for vantage, minutes in missing.items() if minutes * 2 > whole}

    def _explained(self, trail: Trail, free: list[Span], cells: WindowCells) -> tuple[Flags, WindowCells]:
        """Leaves of outages that cover more than half of the free minutes, and the cells without their failures.

        Who is silent at the gateway while others fail there for a fault behind it is not explained by that fault: an
        office without power in the minutes in which the province is down is two outages.
        """
        gone, whole = np.zeros(len(cells.vantage), dtype=np.bool_), sum(span.length for span in free)
        mine = group_leaves(trail, cells) & (trail.kind in PLACES)
        for outage in self.found:
            covered = sum(outage.trail.impact.meet(span).length for span in free)
            if covered * 2 > whole and outage.trail.symptom != "lost_write":
                leaves = outage.leaves(cells)
                at_gate = leaves & (cells.vantage == "gerbang")
                if outage.layer in BEHIND and (at_gate & mine).any():
                    cells, leaves = cells.reached(at_gate), leaves & ~at_gate
                gone |= leaves
        return gone, cells


def _is_open(trail: Trail, cells: WindowCells, gone: Flags, is_partly_explained: bool) -> bool:
    """Something is left to explain: lines of a log nobody missed yet, or a group that still deviates."""
    if trail.symptom == "no_lines":
        return not (gone & group_leaves(trail, cells)).any()
    if is_partly_explained and residual(trail, cells, ~gone) < math.log(len(gone) / ALPHA):
        return False
    return trail.kind != "client" or _stands_out(trail, cells, ~gone)


def _is_missed(trail: Trail, cells: WindowCells, judgement: Judgement) -> bool:
    """Another log misses the senders of the place too: the server was dark, not only its log."""
    mine = cells.vantage != trail.value
    for dimension, value in judgement.best.scope:
        mine = mine & cells.members(dimension, value)
    usual = HEALTHY_FACTORS[0] * cells.expected[mine].sum()
    return float(shared_deviance(cells.answered[mine].sum(), usual, False)) >= math.log(1 / ALPHA)


def _stands_out(trail: Trail, cells: WindowCells, left: Flags) -> bool:
    """The version fails at twice the share of the others at the same vantages or more."""
    own = cells.members("client", trail.value)
    at = left & np.isin(cells.vantage, sorted({s.vantage for s in trail.segments}))
    _, bad, _ = cells.total(own & at)
    _, rest, _ = cells.total(~own & at)
    tried, others = float(cells.senders[own & at].sum()), float(cells.senders[~own & at].sum())
    return bad * max(others, 1) >= 2 * rest * max(tried, 1)


def _free(trail: Trail, found: list[Explained]) -> list[Span]:
    """The hard window without the outages that cover less than half of it."""
    free = [trail.hard]
    for outage in found:
        cover = outage.trail.impact
        if 0 < cover.meet(trail.hard).length * 2 <= trail.hard.length and _concerns(outage, trail):
            free = [part for span in free for part in without(span, (cover,))]
    return free or [trail.hard]


def _concerns(outage: Explained, trail: Trail) -> bool:
    """The outage may explain part of the trail: its place is another kind's, or the same."""
    return all(dimension != trail.kind or value == trail.value for dimension, value in outage.scope)


def _merged(found: list[Explained]) -> list[Explained]:
    """Outages of the same layer and scope that overlap or lie within two minutes are one."""
    out: list[Explained] = []
    for one in sorted(found, key=lambda o: (o.layer, o.scope, o.trail.hard)):
        last = out[-1] if out else None
        if (
            last is not None
            and (last.layer, last.scope) == (one.layer, one.scope)
            and one.trail.hard.start <= last.trail.impact.end + NEAR
        ):
            both = tuple(dict.fromkeys((*last.trail.segments, *one.trail.segments)))
            out[-1] = Explained(
                Trail(last.trail.kind, last.trail.value, both),
                last.judgement,
                last.cells,
                last.signals,
                last.layer,
                last.scope,
            )
        else:
            out.append(one)
    return sorted(out, key=lambda o: (o.trail.hard, o.layer, o.scope))
