"""Candidates: segments of one group's month, or declared silences, that may be an outage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array
from pipeline.outages.clock import HOUR
from pipeline.outages.detection.failure_evidence import rescored_failure
from pipeline.outages.detection.null_model import WINDOWS, NullModel
from pipeline.outages.detection.silence_evidence import (
    deferred_demand,
    explain_silence,
    rescored_silence,
    silence_edges,
)
from pipeline.outages.scores import FAILING_SHARES, SILENT_SHARES, failure_scores, silence_scores
from pipeline.outages.segments import LEAST_NATS, Segment, join_near, strong_segments


@dataclass(frozen=True)
class Candidate:
    """A segment that may become a window; minutes count from the first local midnight of the period.

    [start, end) is the segment, for a silence extended as far as nobody was heard.
    """

    group: int
    alternative: str
    window: str
    segment: Segment
    start: int
    end: int
    rescored: float
    """Nats against the best null explanation."""
    observed: float
    expected: float
    deferred: float | None
    """Deferred demand after a silence; None for failures."""
    is_partial: bool = False
    """A middle window in which half of the senders fail throughout; hard windows within it arise by chance."""
    test_credit: float = 0.0
    """Log of the mean number of tests per group over that of this group, in nats."""

    @property
    def credited(self) -> float:
        """Rescored nats as if the group had as many tests as the mean group."""
        return self.rescored + self.test_credit


def find_candidates(model: NullModel, group: int) -> list[Candidate]:
    found, silent, middle = list[Candidate](), list[Segment](), WINDOWS.index("middle")
    for (alternative, number), parts in model.segments.items():
        if alternative == "silence":
            silent += parts
            found += [silence_candidate(model, group, number, part) for part in join_near(parts)]
        else:
            found += [failure_candidate(model, group, alternative, number, part) for part in join_near(parts)]
    if model.rerouting is not None:  # where the counts show no silence, because the baseline may be too low
        rerouted = model.rerouting.segments_beside(silent, model.expected)
        found += [silence_candidate(model, group, middle, part) for part in rerouted]
    return found


def silence_candidate(model: NullModel, group: int, number: int, part: Segment) -> Candidate:
    """A candidate for a silence; an impact window without the flanks that null days explain."""
    if WINDOWS[number] == "impact":
        part = _without_explained_flanks(model, part)
    a, b = part.start, part.end
    nats, mean = explain_silence(model, number, a, b)
    if WINDOWS[number] == "hard" and nats >= LEAST_NATS:
        a, b = _without_heard_ends(model, a, b, mean)
    nats = min(nats, part.score)
    if model.rerouting is not None:
        rerouted = model.rerouting.rescored(part.start, part.end)
        nats, part = max(nats, rerouted), replace(part, score=max(part.score, rerouted))
    heard, missed, end = silence_edges(model.senders, model.expected, model.unobserved, a, b)
    start = heard if WINDOWS[number] == "impact" else missed
    return Candidate(
        group, "silence", WINDOWS[number], part, start, end, nats,
        float(model.senders[a:b].sum()), float(model.expected[a:b].sum()), deferred_demand(model, a, b))  # fmt: skip


def _without_explained_flanks(model: NullModel, impact: Segment) -> Segment:
    """An impact window without a part beside its hard windows that a null day explains as well.

    Half of the usual senders before a silence may be a late morning.
    """

    def is_explained(a: int, b: int, number: int = len(SILENT_SHARES) - 1, is_flank: bool = True) -> bool:
        return rescored_silence(model, number, a, b, is_flank) < LEAST_NATS

    within = [s for s in model.segments["silence", 0] if s.start < impact.end and s.end > impact.start]
    hard = [s for s in within if not is_explained(s.start, s.end, 0, False)]
    if not hard:
        return impact
    first, last = hard[0], hard[-1]
    if impact.start < first.start and is_explained(impact.start, first.start):
        impact = replace(impact, start=first.start, start_low=first.start_low, start_high=first.start_high)
    if last.end < impact.end and is_explained(last.end, impact.end):
        impact = replace(impact, end=last.end, end_low=last.end_low, end_high=last.end_high)
    inside = slice(impact.start, impact.end)
    rho = SILENT_SHARES[-1]
    scores = silence_scores(model.senders[inside], model.expected[inside], model.dispersion, rho)
    return replace(impact, score=float(scores.sum()))


def _without_heard_ends(model: NullModel, a: int, b: int, mean: Array) -> tuple[int, int]:
    """[a, b) without ends in which as many are heard as on the null day that explains it best (`mean`).

    On a late morning the first who come are too few for a usual day, although nothing kept them.
    """
    scores = silence_scores(model.senders[a:b], mean, model.dispersion, SILENT_SHARES[0])
    best = strong_segments(scores, LEAST_NATS)
    return (a + min(x for x, _, _ in best), a + max(y for _, y, _ in best)) if best else (a, b)


def failure_candidate(
    model: NullModel, group: int, alternative: str, number: int, part: Segment
) -> Candidate:
    """A candidate for failed requests, or for lost writes, which nobody tries again."""
    a, b = part.start, part.end
    nats = rescored_failure(
        model.counts.failure_series, model.failing_share, model.precision, FAILING_SHARES[number], a, b,
        alternative == "failure",
    )  # fmt: skip
    return Candidate(
        group, alternative, WINDOWS[number], part, a, b, min(nats, part.score),
        float(model.counts.failed.ravel()[a:b].sum()), float(model.senders[a:b].sum() * model.failing_share), None,
        WINDOWS[number] == "middle" and _is_partial(model, a, b))  # fmt: skip


def _is_partial(model: NullModel, a: int, b: int) -> bool:
    """Whether failure of half of the senders explains [a, b) better than failure of all."""
    inside = (model.busy >= a) & (model.busy < b)
    hard, middle = (
        failure_scores(model.pairs, model.failing_share, model.precision, p1)[inside].sum()
        for p1 in FAILING_SHARES[:2]
    )
    return bool(middle > hard)


def declared_candidate(model: NullModel, group: int, a: int, b: int) -> tuple[Candidate, int]:
    """The silence in the declared minutes [a, b) in which most senders are missing, and how many silences lie in them.

    A silence is a run of minutes without any sender; that number is the number of tests. Its part within the hour
    before and after belongs to the score, because an early or a late day would be heard there.
    """
    low, high = max(0, a - HOUR), min(b + HOUR, model.senders.size)
    heard = model.senders[low:high] > 0
    stops = heard if model.unobserved is None else heard | model.unobserved[low:high]
    edges = np.concatenate([[low - 1], low + np.flatnonzero(stops), [high]])
    runs = [(int(x) + 1, int(y)) for x, y in pairwise(edges) if y > a and x + 1 < b]
    x, y = max(runs, key=lambda run: float(model.expected[max(run[0], a) : min(run[1], b)].sum()))
    score = rescored_silence(model, 0, x, y)
    x, y = max(x, a), min(y, b)
    _, start, _ = silence_edges(model.senders, model.expected, model.unobserved, x, y)
    segment = Segment(x, y, score, x, x, y, y)
    expected = float(model.expected[x:y].sum())
    deferred = deferred_demand(model, x, y)
    return Candidate(group, "silence", "middle", segment, start, y, score, 0.0, expected, deferred), len(runs)
