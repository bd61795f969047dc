"""What a group of senders showed in a month, its null model, and the segments that speak against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.detection.baseline import (
    DEFAULT_DISPERSION,
    FEW_DAYS,
    day_pace,
    expected_counts,
    fit_dispersion,
    fit_failure_null,
    half_hours,
)  # fmt: skip
from pipeline.outages.detection.failure_evidence import FailureSeries
from pipeline.outages.own_requests import Rerouting
from pipeline.outages.scores import (
    DEFAULT_PRECISION,
    FAILING_SHARES,
    SILENT_SHARES,
    Pairs,
    failure_scores,
    silence_scores,
)
from pipeline.outages.segments import LEAST_NATS, Segment, segment_in_minutes, strong_segments


@dataclass(frozen=True)
class GroupCounts:
    """A group's month at one vantage; arrays are (days, 1440) but for `on_duty`, people on duty per day (days,).

    `senders` are distinct senders and `failed` those of them with a failed request; for the alternative `lost_write`
    accepted and unstored punches. `on_duty` is all ones where no roster is known.
    """

    vantage: str
    senders: Array
    failed: Array
    on_duty: Array
    observed: Flags | None = None
    """Minutes that the log covers; the others are censored, not silent. None where it covers all."""
    alternatives: tuple[str, ...] = ("silence", "failure")
    peers: Array | None = None
    """The other senders of the same regions, for a group that is spread over all offices, such as a carrier or a
    version: its day is as busy as theirs. A region or an office may have a day of its own."""
    own_failures: tuple[Array, Array] | None = None
    """Own people among the failed, and those of them who had failed before; None where none are known by person."""
    is_office: bool = False
    parts: tuple[GroupCounts, ...] = ()
    """The regions of a group that is a whole vantage."""
    load_rerouting: Callable[[], Rerouting] | None = None
    """Works out over which lines the people of this line were heard; None for a group that is no line."""

    @property
    def failure_series(self) -> tuple[FailureSeries, ...]:
        """Failures of the whole month, of each part where there are parts."""
        parts = self.parts or (self,)
        return tuple(FailureSeries(p.failed.ravel(), p.senders.ravel(), p.own_failures) for p in parts)


WINDOWS = ("hard", "middle", "impact")
"""Names of the alternatives in `SILENT_SHARES` and `FAILING_SHARES`, which are numbered in this order."""
REWEIGHTINGS = 2
"""How often the model is fitted again without the minutes that look like outages."""


@dataclass(frozen=True)
class NullModel:
    """What one group shows in a month without outages. Arrays are (minutes of the month,) unless said otherwise."""

    counts: GroupCounts
    senders: Array
    busy: Ints
    """Minutes with a sender."""
    pairs: Pairs
    """Failed and all senders in the busy minutes."""
    is_few: Flags
    """Per day whether few days are the baseline of its type, (days,)."""
    unobserved: Flags | None
    """Minutes that the log does not cover; None where it covers all."""
    usual_senders: Array
    """Expected senders before the pace of the day; 0 where unobserved."""
    expected: Array
    """Expected senders mu; 0 where unobserved."""
    failing_share: float
    """p0, the usual share of senders that fail."""
    precision: float = DEFAULT_PRECISION
    """alpha + beta of the beta distribution of that share."""
    dispersion: float = DEFAULT_DISPERSION
    """k of Var = mu + mu^2 / k."""
    segments: Mapping[tuple[str, int], list[Segment]] = field(default_factory=dict)
    """Per alternative and number of its window the segments with at least 12 nats."""
    rerouting: Rerouting | None = None
    """Over which lines the people of this line were heard; None for a group that is no line."""


def fit_null_model(counts: GroupCounts, day_type: Ints, usual_failing: float) -> NullModel:
    """Fit the null model to a month, with the minutes under suspicion left out.

    `day_type` is (days,), `usual_failing` the usual failing share at the vantage. The model is fitted, the segments
    that speak against it are left out, and it is fitted again where that changes the baseline.
    """
    senders, baseline = counts.senders.ravel(), np.zeros_like(counts.senders)
    busy = np.flatnonzero(senders)
    is_few = np.array([(day_type == kind).sum() <= FEW_DAYS for kind in day_type])
    excluded = np.zeros(baseline.shape, dtype=np.bool_) if counts.observed is None else ~counts.observed
    model = NullModel(
        counts, senders, busy, Pairs.of(counts.failed.ravel()[busy], senders[busy]), is_few,
        excluded.flatten() if excluded.any() else None, baseline, baseline, usual_failing,
    )  # fmt: skip
    pace: Array | float = 1.0
    if counts.peers is not None:
        pace = day_pace(counts.peers, expected_counts(counts.peers, day_type, counts.on_duty, excluded))
    columns = half_hours(counts.senders > 0)
    for _ in range(1 + REWEIGHTINGS):
        if columns.size:
            baseline[:, columns] = expected_counts(
                counts.senders, day_type, counts.on_duty, excluded, columns
            )
        model = _fit_to_baseline(model, baseline, pace, excluded, usual_failing)
        suspects = _in_segments(model).reshape(excluded.shape) & ~excluded
        if not suspects.any():
            break
        excluded |= suspects
        columns = half_hours(suspects & (baseline > 0))
    return replace(model, rerouting=None if counts.load_rerouting is None else counts.load_rerouting())


def _fit_to_baseline(
    model: NullModel, baseline: Array, pace: Array | float, excluded: Flags, usual_failing: float
) -> NullModel:
    """Dispersion, failing share and segments, from a baseline (days, 1440) and the minutes that are not excluded."""
    senders, pairs, busy = model.senders, model.pairs, model.busy
    usual, expected = baseline.flatten(), (baseline * pace).ravel()
    if model.unobserved is not None:
        usual, expected = (np.where(model.unobserved, 0.0, mean) for mean in (usual, expected))
    included = ~excluded.ravel()
    fitted = included & ~((expected > 3) & (senders < 0.1 * expected))
    k = fit_dispersion(senders[fitted], expected[fitted])
    times = np.bincount(pairs.index, included[busy], len(pairs.tried)).astype(float)
    share, precision = fit_failure_null(pairs, times, usual_failing)
    minutes = np.flatnonzero((expected > 0) | (senders > 0))
    found: dict[tuple[str, int], list[Segment]] = {}
    for alternative in model.counts.alternatives:
        for number in range(len(WINDOWS)):
            if alternative == "silence":
                at, rho = minutes, SILENT_SHARES[number]
                scores = silence_scores(senders[minutes], expected[minutes], k, rho)
            else:
                at, scores = busy, failure_scores(pairs, share, precision, FAILING_SHARES[number])
            parts = (segment_in_minutes(scores, at, a, b) for a, b, _ in strong_segments(scores, LEAST_NATS))
            found[alternative, number] = [part for part in parts if part is not None]
    return replace(
        model, usual_senders=usual, expected=expected, failing_share=share, precision=precision,
        dispersion=k, segments=found,
    )  # fmt: skip


def _in_segments(model: NullModel) -> Flags:
    flags = np.zeros(model.senders.size, dtype=np.bool_)
    for parts in model.segments.values():
        for part in parts:
            flags[part.start : part.end] = True
    return flags
