"""What the logs say of a declared incident: a declaration alone proves no outage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.outages.attribution.cells import Traffic
from pipeline.outages.attribution.explanation import ExplainedOutage
from pipeline.outages.attribution.window_groups import Span, without
from pipeline.outages.scores import DAY_K, STRONG, absence_bound, is_measurable, success_bound
from pipeline.outages.segments import NEAR_MINUTES

BIN_MINUTES = 30
DEGRADED_SHARE = 0.2
"""Share of failing senders above which a place is disturbed."""


@dataclass(frozen=True)
class DeclaredIncident:
    """One declared incident or maintenance window; None for a place that it does not name."""

    incident_id: str
    span: Span
    region: str | None
    unit: str | None


@dataclass(frozen=True)
class IncidentAssessment:
    """What the logs say: a verdict, the supported parts, and the minutes that were measured and undisturbed."""

    verdict: str
    supported: tuple[Span, ...]
    normal_minutes: float
    unmeasured_minutes: float


def matches(declared: DeclaredIncident, outage: ExplainedOutage) -> bool:
    """Whether the outage concerns the declared place (or more) and overlaps the declared span."""
    scope = dict(outage.scope)
    unit, region = scope.get("unit"), scope.get("region")
    same = declared.unit in (None, unit) and (declared.region in (None, region) or region is None)
    return outage.layer != "log_gap" and same and outage.windows.impact.overlap(declared.span).length > 0


def assess_incident(
    declared: DeclaredIncident, outages: Iterable[ExplainedOutage], traffic: Traffic, covered: Iterable[Span], home: str
) -> IncidentAssessment:  # fmt: skip
    """Verdict `supported`, `partly_supported`, `contradicted` (measurable minutes, all normal) or `not_assessable`.

    `covered` are the spans that some log covers, `home` is the code of the own region.
    """
    spans, span = tuple(covered), declared.span
    supported = tuple(sorted(o.windows.impact.overlap(span) for o in outages if matches(declared, o)))
    minutes = dict.fromkeys(("normal", "unmeasured", "disturbed"), 0.0)
    for piece in without(span, supported):
        count = max(1, round(piece.length / BIN_MINUTES))
        for edges in pairwise(np.linspace(piece.start, piece.end, count + 1).tolist()):
            part = Span(*edges)
            minutes[_state(declared, traffic, part, spans, home)] += part.length
    normal = minutes["normal"]
    if supported:
        verdict = "supported" if normal <= NEAR_MINUTES else "partly_supported"
    else:
        is_normal = normal > 0 and minutes["disturbed"] == 0 and normal * 2 >= span.length
        verdict = "contradicted" if is_normal else "not_assessable"
    return IncidentAssessment(verdict, supported, normal, minutes["unmeasured"])


def _state(
    declared: DeclaredIncident, traffic: Traffic, part: Span, covered: tuple[Span, ...], home: str
) -> str:
    """`normal`, `disturbed` or `unmeasured`.

    Normal is a place that answered more senders than a server that is down, no fewer than on the quietest null day, and
    with few failures. So half of the usual senders are no outage: the morning may be late.
    """
    if not any(span.start <= part.start and span.end >= part.end for span in covered):
        return "unmeasured"
    cells = traffic.window((int(part.start), round(part.end)))
    best, region = "unmeasured", declared.region or home
    mine = (
        cells.leaves_of("region", region) if declared.unit is None else cells.members("unit", declared.unit)
    )
    for vantage in sorted(set(cells.vantage.tolist())):
        answered, failed, usual = cells.total(mine & (cells.vantage == vantage))
        k = min(DAY_K, cells.day_k.get((vantage, region), DAY_K))
        if not is_measurable(usual, k):
            continue
        is_alive = success_bound(answered, usual, k) <= STRONG
        is_usual = absence_bound(answered, usual, k) > STRONG
        if not (is_alive and is_usual) or failed > DEGRADED_SHARE * (answered + failed):
            return "disturbed"
        best = "normal"
    return best
