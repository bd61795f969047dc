"""Windows in which the counts of a group speak against health."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.baseline import (
    LEAST_SHARE,
    dispersion,
    expected_counts,
    failure_null,
    half_hours,
    pace,
)
from pipeline.outages.clock import DAY
from pipeline.outages.edges import silence_edges
from pipeline.outages.healthy import calibrated_threshold, rescored_beside, rescored_failure, rescored_silence
from pipeline.outages.measurability import measurable_spans
from pipeline.outages.scores import FAILURES, SILENCES, Pairs, failure_scores, silence_scores
from pipeline.outages.segments import (
    LEAST,
    NEAR,
    Segment,
    false_alarm_bound,
    located,
    strong_segments,
)

ALPHA = 0.01
WINDOWS = ("hard", "middle", "impact")
REWEIGHTINGS = 2
HOUR = 60


@dataclass(frozen=True)
class Counts:
    """A group's month at one vantage; arrays of (days, 1440) but for `heads`, people on duty per day (days,).

    Distinct senders and those that failed; for the alternative `lost_write` the accepted and the unstored.
    Minutes that are not `observed` say nothing: a log that was not written is not silence. `beside` are the other
    senders of the same regions, where the group is spread over all offices as a carrier or a version is: it keeps
    their pace, while a region or an office may have a day of its own.
    """

    vantage: str
    senders: Array
    failed: Array
    heads: Array
    observed: Flags | None = None
    alternatives: tuple[str, ...] = ("silence", "failure")
    beside: Array | None = None


@dataclass(frozen=True)
class Candidate:
    """A segment before its threshold is known; minutes count from the first local midnight.

    [start, end) is the segment, of silence as far as nobody was heard.
    """

    group: int
    alternative: str
    window: str
    segment: Segment
    start: int
    end: int
    rescored: float
    observed: float
    expected: float
    deferred: float | None


@dataclass(frozen=True)
class Window(Candidate):
    """A segment that passed, as hard or impact window, and the chance of its like in health."""

    bound: float


@dataclass(frozen=True)
class Detection:
    """Windows of all groups, and per group the spans [start, end) in which silence would be seen, with the bin width."""

    windows: list[Window]
    measurable: list[list[tuple[int, int, int]]]


def joined(segments: Iterable[Segment]) -> list[Segment]:
    """Segments in order, those at most two minutes apart made one."""
    out: list[Segment] = []
    for part in sorted(segments, key=lambda s: s.start):
        if not out or part.start > out[-1].end + NEAR:
            out.append(part)
            continue
        out[-1] = replace(
            out[-1], end=part.end, score=out[-1].score + part.score,
            end_low=part.end_low, end_high=part.end_high)  # fmt: skip
    return out


class Model:
    """A group's healthy month, fitted with the minutes under suspicion left out, and its candidates."""

    def __init__(self, counts: Counts, day_type: Ints, usual_failing: float) -> None:
        self.counts = counts
        self.n, self.x = counts.senders.ravel(), counts.failed.ravel()
        self.busy = np.flatnonzero(self.n)
        self.pairs = Pairs.of(self.x[self.busy], self.n[self.busy])
        self.usual = usual_failing
        blind = counts.observed is not None and not counts.observed.all()
        self.unseen = ~counts.observed.ravel() if blind and counts.observed is not None else None
        self.mean = np.zeros_like(counts.senders)
        flagged = np.zeros(counts.senders.shape, dtype=np.bool_)
        if self.unseen is not None:
            flagged |= self.unseen.reshape(flagged.shape)
        self.pace = self.paced(day_type, flagged)
        self.fit(day_type, flagged, half_hours(counts.senders > 0))
        for _ in range(REWEIGHTINGS):
            fresh = self.suspects().reshape(flagged.shape) & ~flagged
            if not fresh.any():
                break
            flagged |= fresh
            self.fit(day_type, flagged, half_hours(fresh & (self.mean > 0)))

    def paced(self, day_type: Ints, flagged: Flags) -> Array | float:
        """The pace of the senders beside the group, (days, 1440); 1 where it has a day of its own."""
        counts = self.counts
        if counts.beside is None:
            return 1.0
        return pace(counts.beside, expected_counts(counts.beside, day_type, counts.heads, flagged))

    def fit(self, day_type: Ints, flagged: Flags, columns: Ints) -> None:
        """Baseline of some minutes of the day, dispersion and failing share, from what is not flagged."""
        counts = self.counts
        if columns.size:
            self.mean[:, columns] = expected_counts(counts.senders, day_type, counts.heads, flagged, columns)
        self.mu = (self.mean * self.pace).ravel()
        if self.unseen is not None:
            self.mu = np.where(self.unseen, 0.0, self.mu)
        clean = ~flagged.ravel()
        self.minutes = np.flatnonzero((self.mu > 0) | (self.n > 0))
        healthy = clean & ~((self.mu > 3) & (self.n < 0.1 * self.mu))
        self.k = dispersion(self.n[healthy], self.mu[healthy])
        times = np.bincount(self.pairs.place, clean[self.busy], len(self.pairs.tried)).astype(float)
        self.p0, self.precision = failure_null(self.pairs, times, self.usual)
        self.found = {
            (alternative, number): self.segments(alternative, number)
            for alternative in self.counts.alternatives
            for number in range(len(WINDOWS))
        }

    def segments(self, alternative: str, number: int) -> list[Segment]:
        """Maximal segments of one alternative that are worth a second look."""
        if alternative == "silence":
            minutes = self.minutes
            scores = silence_scores(self.n[minutes], self.mu[minutes], self.k, SILENCES[number])
        else:
            minutes = self.busy
            scores = failure_scores(self.pairs, self.p0, self.precision, FAILURES[number])
        parts = (located(scores, minutes, a, b) for a, b, _ in strong_segments(scores, LEAST))
        return [part for part in parts if part is not None]

    @property
    def usual_senders(self) -> Array:
        """Expected senders per minute before the pace of the day; 0 where the log says nothing."""
        return self.mean.ravel() if self.unseen is None else np.where(self.unseen, 0.0, self.mean.ravel())

    @property
    def tests(self) -> int:
        """Starts times alternatives: a segment starts after a minute that speaks against it, so after a busy one."""
        is_silence = "silence" in self.counts.alternatives
        others = len(self.counts.alternatives) - is_silence
        return is_silence * (self.busy.size + 1) * len(SILENCES) + others * self.busy.size * len(FAILURES)

    def suspects(self) -> Flags:
        """Minutes in candidate segments of any alternative."""
        flags = np.zeros(self.n.size, dtype=np.bool_)
        for parts in self.found.values():
            for part in parts:
                flags[part.start : part.end] = True
        return flags

    def deferred(self, a: int, b: int) -> float:
        """Surplus of the hour after [a, b) over what was missing in it: demand that waited (outages.md 1.6)."""
        missing = float((self.mu[a:b] - self.n[a:b]).sum())
        surplus = float(np.maximum(self.n[b : b + HOUR] - self.mu[b : b + HOUR], 0).sum())
        return surplus / max(missing, 1.0)

    def rescored_silence(self, number: int, a: int, b: int) -> float:
        """Nats of [a, b) against the most favourable healthy day."""
        rescored = rescored_silence if self.counts.beside is None else rescored_beside
        return rescored(self.n, self.mu, self.k, SILENCES[number], a, b)

    def without_healthy_flanks(self, impact: Segment) -> Segment:
        """An impact window of silence without what lies beside its hard window and a healthy day explains as well.

        Half of the usual people before a silence is a late morning, until no late morning explains it.
        """
        hard = [
            s
            for s in self.found["silence", 0]
            if s.start < impact.end
            and s.end > impact.start
            and self.rescored_silence(0, s.start, s.end) >= LEAST
        ]
        if not hard:
            return impact
        number, first, last = len(SILENCES) - 1, hard[0], hard[-1]
        if impact.start < first.start and self.rescored_silence(number, impact.start, first.start) < LEAST:
            impact = replace(
                impact, start=first.start, start_low=first.start_low, start_high=first.start_high
            )
        if last.end < impact.end and self.rescored_silence(number, last.end, impact.end) < LEAST:
            impact = replace(impact, end=last.end, end_low=last.end_low, end_high=last.end_high)
        inside = slice(impact.start, impact.end)
        score = silence_scores(self.n[inside], self.mu[inside], self.k, SILENCES[number]).sum()
        return replace(impact, score=float(score))

    def candidates(self, group: int) -> list[Candidate]:
        """Every segment that is worth a second look, scored again against the best healthy explanation."""
        found = []
        for (alternative, number), parts in self.found.items():
            is_impact = (alternative, WINDOWS[number]) == ("silence", "impact")
            for whole in joined(parts):
                part = self.without_healthy_flanks(whole) if is_impact else whole
                a, b = part.start, part.end
                if alternative == "silence":
                    again = self.rescored_silence(number, a, b)
                    seen, usual = self.n[a:b].sum(), self.mu[a:b].sum()
                    heard, missed, end = silence_edges(self.n, self.mu, self.unseen, a, b)
                    start = heard if WINDOWS[number] == "impact" else missed
                else:
                    start, end = a, b
                    null = (self.p0, self.precision, FAILURES[number])
                    again = rescored_failure(self.x, self.n, *null, a, b, alternative == "failure")
                    seen, usual = self.x[a:b].sum(), self.n[a:b].sum() * self.p0
                found.append(Candidate(
                    group, alternative, WINDOWS[number], part, start, end, min(again, part.score), float(seen), float(usual),
                    self.deferred(a, b) if alternative == "silence" else None))  # fmt: skip
        return found

    def declared(self, group: int, a: int, b: int) -> tuple[Candidate, int]:
        """The silence of the declared minutes [a, b) in which most senders were missed, and of how many it is one.

        Nobody at all is heard in it; what is silent in the hour on either side is scored with it, since an early or a
        late day would be heard there.
        """
        low, high = max(0, a - HOUR), min(b + HOUR, self.n.size)
        stops = (
            self.n[low:high] > 0 if self.unseen is None else (self.n[low:high] > 0) | self.unseen[low:high]
        )
        heard = np.concatenate([[low - 1], low + np.flatnonzero(stops), [high]])
        runs = [(int(x) + 1, int(y)) for x, y in pairwise(heard) if y > a and x + 1 < b]
        x, y = max(runs, key=lambda run: float(self.mu[max(run[0], a) : min(run[1], b)].sum()))
        score = self.rescored_silence(0, x, y)
        x, y = max(x, a), min(y, b)
        _, start, _ = silence_edges(self.n, self.mu, self.unseen, x, y)
        segment = Segment(x, y, score, x, x, y, y)
        usual = float(self.mu[x:y].sum())
        return Candidate(
            group, "silence", "middle", segment, start, y, score, 0.0, usual, self.deferred(x, y)
        ), len(runs)


def detect(
    groups: Sequence[Counts], day_type: Ints, declared: Mapping[int, Sequence[tuple[int, int]]] | None = None
) -> Detection:
    """Hard and impact windows of groups of one vantage or of several; `day_type` is (days,).

    A window stays where its re-scored segment passes the calibrated threshold. Where only the middle alternative
    passes, it stands for both windows. `declared` holds minutes [start, end) in which a silence of a group was
    declared: whoever names place and time leaves no million others to choose from, so there the threshold is that
    of as many tests as silences lie in them.
    """
    kinds = sorted({(counts.vantage, counts.alternatives) for counts in groups})
    usual = {
        kind: usual_failing([g for g in groups if (g.vantage, g.alternatives) == kind]) for kind in kinds
    }
    found: list[Candidate] = []
    spans: list[list[tuple[int, int, int]]] = []
    named: list[Candidate] = []
    named_tests: dict[tuple[int, int, bytes], int] = {}
    tests: dict[tuple[bool, bytes], int] = {}  # the block of an office and the office are one group
    for number, counts in enumerate(groups):
        model = Model(counts, day_type, usual[counts.vantage, counts.alternatives])
        tests[counts.beside is None, counts.senders.tobytes() + counts.failed.tobytes()] = model.tests
        found += model.candidates(number)
        for a, b in (declared or {}).get(number, ()):
            part, choices = model.declared(number, a, b)
            named.append(part)
            named_tests[part.segment.start, part.segment.end, counts.senders.tobytes()] = choices
        spans.append(
            measurable_spans(model.usual_senders, model.k) if "silence" in counts.alternatives else []
        )
    out: list[Window] = []
    total = float(sum(tests.values()))
    for alternative in ("silence", "failure", "lost_write"):
        mine = [part for part in found if part.alternative == alternative]
        floor = calibrated_threshold(day_bests(mine, len(day_type)), total, ALPHA)
        out += windows(mine, floor, total)
    named = [part for part in named if not any(w.group == part.group and overlap(w, part) for w in out)]
    few = float(sum(named_tests.values()))
    out += windows(named, math.log(max(few, 1.0) / ALPHA), few)
    return Detection(sorted(out, key=lambda w: (w.group, w.alternative, w.window, w.segment.start)), spans)


def usual_failing(groups: Sequence[Counts]) -> float:
    """Median over days of the failing share of all groups of a vantage together."""
    failed = np.sum([counts.failed.sum(axis=1) for counts in groups], axis=0)
    tried = np.sum([counts.senders.sum(axis=1) for counts in groups], axis=0)
    return max(LEAST_SHARE, float(np.median(failed / np.maximum(tried, 1))))


def day_bests(candidates: Iterable[Candidate], days: int) -> Array:
    """Best re-scored segment per day over all groups; minus infinity where there is none."""
    bests = np.full(days, -math.inf)
    for part in candidates:
        day = min(part.segment.start // DAY, days - 1)
        bests[day] = max(bests[day], part.rescored)
    return bests


def windows(candidates: Sequence[Candidate], floor: float, tests: float) -> list[Window]:
    """What passes the threshold re-scored, and what overlaps it: the other window of the same trouble.

    A middle segment that no hard or impact segment touches stands for both.
    """
    out: list[Window] = []
    for group in sorted({part.group for part in candidates if part.rescored >= floor}):
        mine = [part for part in candidates if part.group == group and part.segment.score >= floor]
        proved = [part for part in mine if part.rescored >= floor]
        held = [part for part in mine if any(overlap(part, other) for other in proved)]
        for part in held:
            others = [other for other in held if other.window != "middle"]
            codes: tuple[str, ...] = (part.window,)
            if part.window == "middle":
                codes = () if any(overlap(part, other) for other in others) else ("hard", "impact")
            best = max(other.rescored for other in proved if overlap(part, other))
            out += [
                Window(
                    **{**vars(part), "window": code, "rescored": best}, bound=false_alarm_bound(best, tests)
                )
                for code in codes
            ]
    return out


def overlap(one: Candidate, other: Candidate) -> bool:
    """They share a minute."""
    return one.segment.start < other.segment.end and other.segment.start < one.segment.end
