"""A declared incident is tested against the logs, not believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.outages.attribution.cells import Traffic, WindowCells
from pipeline.outages.attribution.explanation import Explained
from pipeline.outages.attribution.tail_bounds import DAY_K, STRONG, absence_bound, success_bound
from pipeline.outages.attribution.window_groups import Span, without
from pipeline.outages.measurability import is_measurable
from pipeline.outages.segments import NEAR

BIN = 30
DEGRADED = 0.2


@dataclass(frozen=True)
class Declared:
    """One declared incident or maintenance window; None where it names no place."""

    incident_id: str
    span: Span
    region: str | None
    unit: str | None


@dataclass(frozen=True)
class Ruling:
    """What the logs say: a verdict, the supported parts, and the minutes that were measured and healthy."""

    verdict: str
    supported: tuple[Span, ...]
    healthy_minutes: float
    unmeasured_minutes: float


def matches(declared: Declared, outage: Explained) -> bool:
    """The outage lies in the declared place (or reaches over it) and touches the declared span."""
    scope = dict(outage.scope)
    unit, region = scope.get("unit"), scope.get("region")
    same = declared.unit in (None, unit) and (declared.region in (None, region) or region is None)
    return outage.layer != "log_gap" and same and outage.trail.impact.meet(declared.span).length > 0


def ruling(
    declared: Declared, outages: Iterable[Explained], traffic: Traffic, covered: Iterable[Span], home: str
) -> Ruling:
    """`supported`, `partly_supported`, `contradicted` (measurable minutes, all healthy) or `not_assessable`."""
    spans = tuple(covered)
    supported = tuple(sorted(o.trail.impact.meet(declared.span) for o in outages if matches(declared, o)))
    healthy = unmeasured = disturbed = 0.0
    for piece in without(declared.span, supported):
        for part in _bins(piece):
            state = _state(declared, traffic, part, spans, home)
            healthy += part.length * (state == "healthy")
            unmeasured += part.length * (state == "unmeasured")
            disturbed += part.length * (state == "disturbed")
    if supported:
        verdict = "supported" if healthy <= NEAR else "partly_supported"
    else:
        sound = healthy > 0 and disturbed == 0 and healthy * 2 >= declared.span.length
        verdict = "contradicted" if sound else "not_assessable"
    return Ruling(verdict, supported, healthy, unmeasured)


def _bins(span: Span) -> list[Span]:
    count = max(1, round(span.length / BIN))
    edges = np.linspace(span.start, span.end, count + 1).tolist()
    return [Span(a, b) for a, b in pairwise(edges)]


def _state(declared: Declared, traffic: Traffic, part: Span, covered: tuple[Span, ...], home: str) -> str:
    """healthy, disturbed or unmeasured.

    Healthy is a place that answered more than a server that is down ever does, no less than some healthy day does,
    and whose senders do not fail: with half of the usual people a morning is late, not down.
    """
    if not any(span.start <= part.start and span.end >= part.end for span in covered):
        return "unmeasured"
    cells = traffic.window((int(part.start), round(part.end)))
    best = "unmeasured"
    for vantage in sorted(set(cells.vantage.tolist())):
        use = _leaves(declared, cells, home) & (cells.vantage == vantage)
        answered, failed, usual = cells.total(use)
        k = min(DAY_K, cells.day_k.get((vantage, declared.region or home), DAY_K))
        if not is_measurable(usual, k):
            continue
        is_alive = success_bound(answered, usual, k) <= STRONG
        is_usual = absence_bound(answered, usual, k) > STRONG
        if not (is_alive and is_usual) or failed > DEGRADED * (answered + failed):
            return "disturbed"
        best = "healthy"
    return best


def _leaves(declared: Declared, cells: WindowCells, home: str) -> np.ndarray:
    if declared.unit is not None:
        return cells.members("unit", declared.unit)
    own = cells.groups["region"] == (declared.region or home)
    return np.asarray(own | ((cells.vantage == "gerbang") & (cells.groups["region"] == "")))
