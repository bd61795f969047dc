"""From windows of single groups to outages: what explains most comes first, what it explains is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.outages.cells import Flags, Traffic, WindowCells
from pipeline.outages.layers import PLACES, Court, Judgement, Signals
from pipeline.outages.slices import ALPHA, shared_deviance, slice_scan

Scope = tuple[tuple[str, str], ...]
NEAR = 2
ORDER = ("client", "home", "region", "vantage", "provider", "network", "unit")
"""Client faults first: unexplained they would fragment the region into dozens of windows (outages.md section 3)."""
MOST_AT_ONCE = 4
MOST_PROPOSED = 3


class Segment(NamedTuple):
    """One row of `outage_segment`; minutes from the first local midnight, [start, end)."""

    kind: str
    value: str
    vantage: str
    symptom: str
    is_hard: bool
    start: float
    end: float
    nats: float
    bound: float


class Span(NamedTuple):
    """[start, end) in minutes."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Minutes; 0 where empty."""
        return max(0.0, self.end - self.start)

    def meet(self, other: Span) -> Span:
        """The common part."""
        return Span(max(self.start, other.start), min(self.end, other.end))


@dataclass(frozen=True)
class Trail:
    """Segments of one group that overlap or lie within two minutes."""

    kind: str
    value: str
    segments: tuple[Segment, ...]

    @property
    def hard(self) -> Span:
        """Hard windows of failures, else of silence, else everything."""
        hard = [s for s in self.segments if s.is_hard]
        rows = [s for s in hard if s.symptom == "failure"] or hard or self.segments
        return Span(min(s.start for s in rows), max(s.end for s in rows))

    @property
    def impact(self) -> Span:
        """From the first start to the last end."""
        return Span(min(s.start for s in self.segments), max(s.end for s in self.segments))

    @property
    def symptom(self) -> str:
        """Failure where there is any, else the strongest segment's."""
        if any(s.symptom == "failure" for s in self.segments):
            return "failure"
        return max(self.segments, key=lambda s: (s.nats, s.start)).symptom


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


def trails(segments: Iterable[Segment]) -> list[Trail]:
    """Segments of each group, joined where they overlap or lie within two minutes."""
    found: list[Trail] = []
    ordered = sorted(segments, key=lambda s: (s.kind, s.value, s.symptom == "lost_write", s.start, s.end, s))
    for segment in ordered:
        last = found[-1] if found else None
        if last is not None and _continues(last, segment):
            found[-1] = Trail(last.kind, last.value, (*last.segments, segment))
        else:
            found.append(Trail(segment.kind, segment.value, (segment,)))
    return found


def _continues(trail: Trail, segment: Segment) -> bool:
    """Same group, same kind of symptom, and no more than two minutes later."""
    same = (trail.kind, trail.value) == (segment.kind, segment.value)
    lost = trail.segments[0].symptom == "lost_write"
    return same and lost == (segment.symptom == "lost_write") and segment.start <= trail.impact.end + NEAR


def residual(trail: Trail, cells: WindowCells, left: Flags) -> float:
    """Nats by which the leaves that are left of a trail's group still deviate, at their worst vantage."""
    mine = left & group_leaves(trail, cells)
    worst = 0.0
    for vantage in sorted({s.vantage for s in trail.segments}):
        use = mine & (cells.vantage == vantage)
        failed, usual = float(cells.failed[use].sum()), float((cells.senders * cells.share)[use].sum())
        seen, expected = float(cells.senders[use].sum()), float(cells.expected[use].sum())
        worst = max(
            worst, float(shared_deviance(failed, usual, True)), float(shared_deviance(seen, expected, False))
        )
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
    """Places worth a hypothesis: the trail's own and those of the best slices, each set of leaves once."""
    cells = court.cells
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
            key = cells.members(dimension, value).tobytes()
            if key not in seen:
                seen.add(key)
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
    rank = {name: n for n, name in enumerate(ORDER)}

    def order(trail: Trail) -> tuple[int, float, str]:
        kind = "home" if trail.kind == "region" and trail.value == home else trail.kind
        return rank[kind], trail.hard.start, trail.value

    found: list[Explained] = []
    for trail in sorted(every, key=order):
        for _ in range(MOST_AT_ONCE):
            one = _judged(trail, every, found, traffic, signals_in, home)
            if one is None:
                break
            found.append(one)
    return _merged(found)


def _judged(
    trail: Trail,
    every: list[Trail],
    found: list[Explained],
    traffic: Traffic,
    signals_in: Callable[..., Signals],
    home: str,
) -> Explained | None:
    """What explains the part of a trail that no outage explains yet; None where nothing is left of it."""
    free = _free(trail, found)
    pieces = tuple((math.floor(span.start), math.ceil(span.end)) for span in free)
    cells = traffic.window(*pieces)
    gone = np.zeros(len(cells.vantage), dtype=np.bool_)
    for outage in found:
        if 2 * sum(outage.trail.impact.meet(span).length for span in free) > sum(
            span.length for span in free
        ):
            gone |= outage.leaves(cells)
    is_gap = trail.symptom == "no_lines"
    if is_gap:
        if (gone & group_leaves(trail, cells)).any():
            return None
    elif residual(trail, cells, ~gone) < math.log(len(gone) / ALPHA):
        return None
    if trail.kind == "client" and not _stands_out(trail, cells, ~gone):
        return None
    signals = signals_in(*pieces)
    left = cells.without(gone)
    court = Court(left, signals, home)
    if not court.blocks and not is_gap:
        return None
    judgement = court.judge(proposals(trail, court))
    layer, scope = judgement.layer, judgement.best.scope
    if trail.kind == "client" and layer != "client":
        return None
    if is_gap and layer == "undetermined":  # no lines and nothing against it: a log that was not written
        layer, scope = "log_gap", (("vantage", trail.value),)
    return Explained(_windows_of(scope, layer, trail, every), judgement, left, signals, layer, scope)


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


def without(span: Span, cuts: Iterable[Span]) -> list[Span]:
    """Parts of the span that no cut touches; cuts are in order."""
    out, start = [], span.start
    for cut in cuts:
        if cut.start > start:
            out.append(Span(start, min(cut.start, span.end)))
        start = max(start, cut.end)
    return [*out, Span(start, span.end)] if start < span.end else out


def _concerns(outage: Explained, trail: Trail) -> bool:
    """The outage may explain part of the trail: its place is another kind's, or the same."""
    return all(dimension != trail.kind or value == trail.value for dimension, value in outage.scope)


def _windows_of(scope: Scope, layer: str, trail: Trail, every: list[Trail]) -> Trail:
    """The trail that belongs to the scope and overlaps the judged one most; the judged one where there is none."""
    if layer == "log_gap":
        same = [t for t in every if t.symptom == "no_lines" and t.value == scope[0][1]]
    else:
        same = [t for t in every if scope and (t.kind, t.value) == scope[0] and t.symptom != "no_lines"]
    near = [t for t in same if t.hard.meet(trail.hard).length > 0]
    return max(near, key=lambda t: (t.hard.meet(trail.hard).length, -t.hard.start), default=trail)


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
