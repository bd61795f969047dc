"""A group's healthy month, and the segments of it that speak against health."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.clock import DAY
from pipeline.outages.detection.baseline import (
    FEW_DAYS,
    dispersion,
    expected_counts,
    failure_null,
    half_hours,
    pace,
)
from pipeline.outages.detection.candidate import Candidate
from pipeline.outages.detection.counts import Counts
from pipeline.outages.detection.edges import silence_edges
from pipeline.outages.detection.null_days import (
    FEW_FACTORS,
    HALF_DAY,
    OWN_FACTORS,
    PACED_FACTORS,
    ROSTER_FACTORS,
    Health,
    is_afternoon,
)
from pipeline.outages.detection.null_explanation import best_excuse, rescored_failure
from pipeline.outages.rerouting import Detours
from pipeline.outages.scores import FAILURES, SILENCES, Pairs, failure_scores, silence_scores
from pipeline.outages.segments import LEAST, Segment, joined, located, strong_segments

WINDOWS = ("hard", "middle", "impact")
REWEIGHTINGS = 2
HOUR = 60
LEAST_DEFERRED = 0.25


class Model:
    """A group's healthy month, fitted with the minutes under suspicion left out, and its candidates."""

    def __init__(self, counts: Counts, day_type: Ints, usual_failing: float) -> None:
        self.counts = counts
        self.n, self.x = counts.senders.ravel(), counts.failed.ravel()
        self.busy = np.flatnonzero(self.n)
        self.pairs = Pairs.of(self.x[self.busy], self.n[self.busy])
        self.usual = usual_failing
        self.few = np.array([(day_type == kind).sum() <= FEW_DAYS for kind in day_type])
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

    @cached_property
    def detours(self) -> Detours | None:
        """How the people of a line were heard, held as long as its model; None of a group that is no line."""
        return None if self.counts.detours is None else self.counts.detours()

    @property
    def usual_senders(self) -> Array:
        """Expected senders per minute before the pace of the day; 0 where the log says nothing."""
        return self.mean.ravel() if self.unseen is None else np.where(self.unseen, 0.0, self.mean.ravel())

    def tests(self, alternative: str) -> int:
        """Starts times windows: a segment starts after a minute that speaks against it, so after a busy one.

        A run of people over other lines starts after one who came over their own.
        """
        if alternative != "silence":
            return self.busy.size * len(FAILURES)
        runs = 0 if self.detours is None else int(self.detours.is_over.sum()) + 1
        return (self.busy.size + 1) * len(SILENCES) + runs

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

    def health(self, minute: int) -> Health:
        """What the half day of `minute` looks like in health.

        After noon a meeting of one large office thins a region or a carrier out, whoever is on duty.
        """
        counts, is_few = self.counts, bool(self.few[min(minute // DAY, len(self.few) - 1)])
        has_own_day, has_roster = counts.beside is None, np.ptp(counts.heads) > 0
        factors: tuple[float, ...] = PACED_FACTORS
        if has_own_day and is_afternoon(minute) and not counts.is_office:
            factors = FEW_FACTORS
        elif has_own_day:
            known, unknown = (OWN_FACTORS, FEW_FACTORS) if is_few else (ROSTER_FACTORS, OWN_FACTORS)
            factors = known if has_roster else unknown
        return Health(self.mu, self.k, factors, has_own_day, counts.is_office, is_few and has_own_day)

    def rescored_silence(self, number: int, a: int, b: int, is_flank: bool = False) -> float:
        """Nats of [a, b) against the most favourable healthy day; beside a silence what lies around a flank proves nothing."""
        return self.excuse(number, a, b, is_flank)[0]

    def excuse(self, number: int, a: int, b: int, is_flank: bool = False) -> tuple[float, Array]:
        """The nats that the most favourable healthy day leaves, and its mean in [a, b).

        Each half day has a health of its own: rosters fix the level of a morning, not that of an evening.
        """
        trouble = np.full(self.n.size, is_flank)
        for (alternative, window), parts in self.found.items():
            for part in parts:
                if alternative == "failure" or (window == 0 and (part.end <= a or part.start >= b)):
                    trouble[part.start : part.end] = True
        noons = range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY)
        halves = [
            self.excuse_of_half(SILENCES[number], x, y, trouble) for x, y in pairwise([a, *noons, max(a, b)])
        ]
        return sum(nats for nats, _ in halves), np.concatenate([mean for _, mean in halves])

    def excuse_of_half(self, rho: float, a: int, b: int, trouble: Flags) -> tuple[float, Array]:
        """The same of [a, b) within one half day.

        Of an evening whose like are few only those who come back prove that they were turned away.
        """
        health = self.health(a)
        if health.is_few and is_afternoon(a) and self.deferred(a, b) < LEAST_DEFERRED:
            return 0.0, self.mu[a:b]
        return best_excuse(self.n, health, rho, a, b, trouble)

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
        if (
            impact.start < first.start
            and self.rescored_silence(number, impact.start, first.start, True) < LEAST
        ):
            impact = replace(
                impact, start=first.start, start_low=first.start_low, start_high=first.start_high
            )
        if last.end < impact.end and self.rescored_silence(number, last.end, impact.end, True) < LEAST:
            impact = replace(impact, end=last.end, end_low=last.end_low, end_high=last.end_high)
        inside = slice(impact.start, impact.end)
        score = silence_scores(self.n[inside], self.mu[inside], self.k, SILENCES[number]).sum()
        return replace(impact, score=float(score))

    def candidates(self, group: int) -> list[Candidate]:
        """Every segment that is worth a second look, scored again against the best healthy explanation."""
        return [
            self.silence(group, number, part)
            if alternative == "silence"
            else self.failure(group, alternative, number, part)
            for (alternative, number), parts in self.found.items()
            for part in joined(parts)
        ] + [self.silence(group, WINDOWS.index("middle"), part) for part in self.deserted()]

    def deserted(self) -> list[Segment]:
        """Runs of people over other lines where the counts tell of no silence: the usual day may be mismeasured."""
        silent = [p for (kind, _), parts in self.found.items() if kind == "silence" for p in parts]
        return [] if self.detours is None else self.detours.deserted(silent, self.mu)

    def silence(self, group: int, number: int, part: Segment) -> Candidate:
        """A silence; an impact window without its healthy flanks."""
        if WINDOWS[number] == "impact":
            part = self.without_healthy_flanks(part)
        a, b = part.start, part.end
        again, mean = self.excuse(number, a, b)
        if WINDOWS[number] == "hard" and again >= LEAST:
            a, b = self.unheard(a, b, mean)
        again = min(again, part.score)
        if self.detours is not None:
            away = self.detours.rescored(part.start, part.end)
            again, part = max(again, away), replace(part, score=max(part.score, away))
        heard, missed, end = silence_edges(self.n, self.mu, self.unseen, a, b)
        start = heard if WINDOWS[number] == "impact" else missed
        return Candidate(
            group, "silence", WINDOWS[number], part, start, end, again,
            float(self.n[a:b].sum()), float(self.mu[a:b].sum()), self.deferred(a, b))  # fmt: skip

    def unheard(self, a: int, b: int, mean: Array) -> tuple[int, int]:
        """[a, b) without ends in which people are heard as on the healthy day that explains it best.

        On a late morning the first who come are too few for a usual day, yet they came.
        """
        best = strong_segments(silence_scores(self.n[a:b], mean, self.k, SILENCES[0]), LEAST)
        return (a + min(x for x, _, _ in best), a + max(y for _, y, _ in best)) if best else (a, b)

    def failure(self, group: int, alternative: str, number: int, part: Segment) -> Candidate:
        """Failed requests, or lost writes, which nobody tries again."""
        a, b = part.start, part.end
        tries = [counts.tries for counts in self.counts.parts or (self.counts,)]
        again = rescored_failure(
            tries, self.p0, self.precision, FAILURES[number], a, b, alternative == "failure"
        )
        return Candidate(
            group, alternative, WINDOWS[number], part, a, b, min(again, part.score),
            float(self.x[a:b].sum()), float(self.n[a:b].sum() * self.p0), None,
            WINDOWS[number] == "middle" and self.is_partial(a, b))  # fmt: skip

    def is_partial(self, a: int, b: int) -> bool:
        """Whether half of the senders failing explains [a, b) better than all of them."""
        inside = (self.busy >= a) & (self.busy < b)
        hard, middle = (
            failure_scores(self.pairs, self.p0, self.precision, p1)[inside].sum() for p1 in FAILURES[:2]
        )
        return bool(middle > hard)

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
