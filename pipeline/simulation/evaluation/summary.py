"""Many months as one: what the acceptance figures of outages are read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from pipeline.simulation.evaluation.events import Claim, Event, Events

EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99, 1.0)


@dataclass(frozen=True)
class Bin:
    """Claims whose stated probability lies in [low, high) (the last bin holds 1 as well)."""

    low: float
    high: float
    count: int
    stated: float  # mean stated probability
    observed: float  # share that was true


@dataclass(frozen=True)
class Calibration:
    """Stated probabilities against what was true."""

    brier: float | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Summary:
    """Figures over all months. Shares are None where nothing counts."""

    months: int
    due: int  # true outages that enough people were to meet
    found: int
    claims: int
    claims_true: int
    layer_right: int  # of the outages found
    scope_right: int
    edge_errors: tuple[float, ...]  # absolute minutes, both ends, sorted
    layer: Calibration
    central: Calibration
    false_per_month: tuple[int, ...]


def calibrate(pairs: Iterable[tuple[float, bool]]) -> Calibration:
    """(stated probability, was so) -> reliability table and Brier score, the mean squared difference."""
    all_of = list(pairs)
    if not all_of:
        return Calibration(None, ())
    bins = []
    for low, high in pairwise(EDGES):
        mine = [(p, so) for p, so in all_of if low <= p < high or p == high == 1.0]
        if mine:
            stated = sum(p for p, _ in mine) / len(mine)
            bins.append(Bin(low, high, len(mine), stated, sum(so for _, so in mine) / len(mine)))
    return Calibration(sum((p - so) ** 2 for p, so in all_of) / len(all_of), tuple(bins))


def quantile(ordered: tuple[float, ...], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed."""
    if not ordered:
        return None
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def summarize_events(months: Iterable[Events]) -> Summary:
    """Add months up. Only a named layer states a probability of its own; `undetermined` states none."""
    all_of = list(months)
    due: list[Event] = [event for month in all_of for event in month.true if event.is_due]
    found = [event for event in due if event.outage_id is not None]
    claims: list[Claim] = [claim for month in all_of for claim in month.claims]
    edges = [abs(e) for event in found for e in (event.start_error, event.end_error) if e is not None]
    return Summary(
        months=len(all_of),
        due=len(due),
        found=len(found),
        claims=len(claims),
        claims_true=sum(claim.is_true for claim in claims),
        layer_right=sum(event.found_layer == event.true_layer for event in found),
        scope_right=sum(event.is_scope_right for event in found),
        edge_errors=tuple(sorted(edges)),
        layer=calibrate((c.confidence, c.is_layer_right) for c in claims if c.layer_code != "undetermined"),
        central=calibrate((c.p_central, c.is_central) for c in claims),
        false_per_month=tuple(month.false for month in all_of),
    )
