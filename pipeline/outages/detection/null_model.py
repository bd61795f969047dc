"""What a group of senders showed in a month, its null model, and the segments that speak against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.detection.baseline import (
    FEW_DAYS,
    day_pace,
    expected_counts,
    fit_dispersion,
    fit_failure_null,
    half_hours,
)
from pipeline.outages.detection.failure_evidence import FailureSeries
from pipeline.outages.own_requests import Rerouting
from pipeline.outages.scores import FAILING_SHARES, SILENT_SHARES, Pairs, failure_scores, silence_scores
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
        return tuple(
            FailureSeries(part.failed.ravel(), part.senders.ravel(), part.own_failures)
            for part in self.parts or (self,)
        )


WINDOWS = ("hard", "middle", "impact")
"""Names of the alternatives in `SILENT_SHARES` and `FAILING_SHARES`, which are numbered in this order."""
REWEIGHTINGS = 2
"""How often the model is fitted again without the minutes that look like outages."""


@dataclass(frozen=True)
class NullModel:
    """What one group shows in a month without outages. Arrays are (minutes of the month,) unless said otherwise."""

    counts: GroupCounts
    senders: Array
    failed: Array
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
    dispersion: float
    """k of Var = mu + mu^2 / k."""
    failing_share: float
    """p0, the usual share of senders that fail."""
    precision: float
    """alpha + beta of the beta distribution of that share."""
    segments: Mapping[tuple[str, int], list[Segment]]
    """Per alternative and number of its window the segments with at least 12 nats."""
    rerouting: Rerouting | None = None
    """Over which lines the people of this line were heard; None for a group that is no line."""


@dataclass(frozen=True)
class _Series:
    """What does not change while a model is fitted."""

    counts: GroupCounts
    senders: Array
    failed: Array
    busy: Ints
    pairs: Pairs
    is_few: Flags
    unobserved: Flags | None

    @classmethod
    def of(cls, counts: GroupCounts, day_type: Ints) -> _Series:
        senders, failed = counts.senders.ravel(), counts.failed.ravel()
        busy = np.flatnonzero(senders)
        is_few = np.array([(day_type == kind).sum() <= FEW_DAYS for kind in day_type])
        is_whole = counts.observed is None or bool(counts.observed.all())
        unobserved = None if counts.observed is None or is_whole else ~counts.observed.ravel()
        return cls(counts, senders, failed, busy, Pairs.of(failed[busy], senders[busy]), is_few, unobserved)


def fit_null_model(counts: GroupCounts, day_type: Ints, usual_failing: float) -> NullModel:
    """Fit the null model to a month, with the minutes under suspicion left out.

    `day_type` is (days,), `usual_failing` the usual failing share at the vantage. The model is fitted, the segments
    that speak against it are left out, and it is fitted again where that changes the baseline.
    """
    series = _Series.of(counts, day_type)
    excluded = np.zeros(counts.senders.shape, dtype=np.bool_)
    if series.unobserved is not None:
        excluded |= series.unobserved.reshape(excluded.shape)
    pace = _pace(counts, day_type, excluded)
    baseline = np.zeros_like(counts.senders)

    def fitted(columns: Ints) -> NullModel:
        """The model with the baseline of some minutes of the day estimated anew."""
        if columns.size:
            baseline[:, columns] = expected_counts(
                counts.senders, day_type, counts.on_duty, excluded, columns
            )
        return _fit_to_baseline(series, baseline, pace, excluded, usual_failing)

    model = fitted(half_hours(counts.senders > 0))
    for _ in range(REWEIGHTINGS):
        suspects = _in_segments(model).reshape(excluded.shape) & ~excluded
        if not suspects.any():
            break
        excluded |= suspects
        model = fitted(half_hours(suspects & (baseline > 0)))
    return replace(model, rerouting=None if counts.load_rerouting is None else counts.load_rerouting())


def _pace(counts: GroupCounts, day_type: Ints, excluded: Flags) -> Array | float:
    """The pace of the day measured on the group's peers, (days, 1440); 1 for a group without peers."""
    if counts.peers is None:
        return 1.0
    return day_pace(counts.peers, expected_counts(counts.peers, day_type, counts.on_duty, excluded))


def _fit_to_baseline(
    series: _Series, baseline: Array, pace: Array | float, excluded: Flags, usual_failing: float
) -> NullModel:
    """Dispersion, failing share and segments, from a baseline (days, 1440) and the minutes that are not excluded."""
    senders, usual, expected = series.senders, baseline.ravel(), (baseline * pace).ravel()
    if series.unobserved is not None:
        usual = np.where(series.unobserved, 0.0, usual)
        expected = np.where(series.unobserved, 0.0, expected)
    included = ~excluded.ravel()
    fitted = included & ~((expected > 3) & (senders < 0.1 * expected))
    k = fit_dispersion(senders[fitted], expected[fitted])
    times = np.bincount(series.pairs.index, included[series.busy], len(series.pairs.tried)).astype(float)
    share, precision = fit_failure_null(series.pairs, times, usual_failing)
    minutes = np.flatnonzero((expected > 0) | (senders > 0))
    found: dict[tuple[str, int], list[Segment]] = {}
    for alternative in series.counts.alternatives:
        for number in range(len(WINDOWS)):
            if alternative == "silence":
                scores = silence_scores(senders[minutes], expected[minutes], k, SILENT_SHARES[number])
                found[alternative, number] = _strong_in_minutes(scores, minutes)
            else:
                scores = failure_scores(series.pairs, share, precision, FAILING_SHARES[number])
                found[alternative, number] = _strong_in_minutes(scores, series.busy)
    return NullModel(
        series.counts, senders, series.failed, series.busy, series.pairs, series.is_few, series.unobserved,
        usual, expected, k, share, precision, found,
    )  # fmt: skip


def _strong_in_minutes(scores: Array, minutes: Ints) -> list[Segment]:
    """Maximal segments of at least 12 nats; `minutes` holds the minute of each score."""
    parts = (segment_in_minutes(scores, minutes, a, b) for a, b, _ in strong_segments(scores, LEAST_NATS))
    return [part for part in parts if part is not None]


def _in_segments(model: NullModel) -> Flags:
    """Minutes in a segment of any alternative."""
    flags = np.zeros(model.senders.size, dtype=np.bool_)
    for parts in model.segments.values():
        for part in parts:
            flags[part.start : part.end] = True
    return flags
