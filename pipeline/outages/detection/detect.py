"""Detection over all groups of a month: fit, find candidates, keep as windows those that pass their threshold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Ints
from pipeline.outages.clock import DAY
from pipeline.outages.detection.candidates import Candidate, declared_candidate, find_candidates
from pipeline.outages.detection.null_model import GroupCounts, NullModel, fit_null_model
from pipeline.outages.scores import (
    ALPHA,
    FAILING_SHARES,
    LEAST_FAILING_SHARE,
    SILENT_SHARES,
    measurable_spans,
)
from pipeline.outages.segments import LEAST_NATS

ALPHA_SHARES = {"silence": 0.75, "failure": 0.2, "lost_write": 0.05}
"""Parts of alpha per alternative (Bonferroni with unequal weights). Silences get most: their nats grow only with their
length, while failures are seen one by one."""
PRIOR_PEAKS = 10.0
"""Days as if by which the mean excess is shrunk to 1, its value under the null model."""


def number_of_tests(model: NullModel, alternative: str) -> int:
    """Number of tests of a group: possible starts of a segment times alternatives.

    A segment starts right after a minute that speaks against it, so after a busy one. A segment of rerouted punches
    starts after one that came over the line.
    """
    if alternative != "silence":
        return model.busy.size * len(FAILING_SHARES)
    runs = 0 if model.rerouting is None else int(model.rerouting.is_over.sum()) + 1
    return (model.busy.size + 1) * len(SILENT_SHARES) + runs


def false_alarm_bound(score: float, tests: float) -> float:
    """min(1, tests exp(-score)): Ville's inequality, with a union bound over the tests."""
    return min(1.0, math.exp(min(0.0, math.log(max(tests, 1.0)) - score)))


def calibrated_threshold(bests: Array, tests: float, alpha: float) -> float:
    """Nats of a window that pass: the larger of ln(tests / alpha) and the 1 - alpha point of undisturbed days.

    `bests` holds the best rescored segment of each day, (days,), minus infinity for none; each day's baseline leaves
    the day itself out. Days above ln(tests / alpha) are suspects and left out. A month has too few days for a 99 %
    point, so excesses over 12 nats are taken as exponential (peaks over threshold; Davison & Smith 1990), their mean
    shrunk to 1, the rate under the null model.
    """
    floor = math.log(max(tests, 1.0) / alpha)
    peaks = bests[(bests >= LEAST_NATS) & (bests < floor)]
    mean = (float((peaks - LEAST_NATS).sum()) + PRIOR_PEAKS) / (peaks.size + PRIOR_PEAKS)
    tail = LEAST_NATS + mean * math.log(max(peaks.size, 1) / alpha)
    return max(floor, tail)


@dataclass(frozen=True)
class Window(Candidate):
    """A candidate that passed, as hard or impact window, with the bound on the chance of a false alarm."""

    bound: float = 1.0


def passing_windows(candidates: Sequence[Candidate], threshold: float, tests: float) -> list[Window]:
    """Windows of candidates of one alternative; `tests` is the number of tests that the bound counts.

    A candidate passes with its rescored nats, and takes those with it that it overlaps: other windows of the same
    outage.
    """
    out: list[Window] = []
    for group in sorted({part.group for part in candidates if part.credited >= threshold}):
        mine = [
            part for part in candidates
            if part.group == group and part.segment.score + part.test_credit >= threshold
            if part.window == "impact" or part.rescored >= min(LEAST_NATS, threshold)
        ]  # fmt: skip
        passing = [part for part in mine if part.credited >= threshold]
        taken = [part for part in mine if any(is_overlapping(part, other) for other in passing)]
        for part in taken:
            overlapping = [other for other in taken if is_overlapping(part, other)]
            best = max(other.rescored for other in passing if is_overlapping(part, other))
            start, end = _hull(part, overlapping)
            bound = false_alarm_bound(best + part.test_credit, tests)
            changed = vars(part) | {"rescored": best, "start": start, "end": end, "bound": bound}
            out += [Window(**changed | {"window": code}) for code in _window_codes(part, taken)]
    return out


def is_overlapping(one: Candidate, other: Candidate) -> bool:
    return one.segment.start < other.segment.end and other.segment.start < one.segment.end


def _window_codes(part: Candidate, taken: Sequence[Candidate]) -> tuple[str, ...]:
    """Which windows a candidate stands for.

    The middle one stands for those that are missing. Where only a part failed, the impact window stands for the hard
    one too; but where the hard window of another outage lies in it, the middle one does.
    """
    overlapping = [other for other in taken if is_overlapping(part, other)]
    if part.window == "hard":
        return () if any(other.is_partial for other in overlapping) else ("hard",)
    if part.window == "impact":
        return ("hard", "impact") if _is_partial_throughout(part, taken) else ("impact",)
    if all(other.window == "middle" for other in overlapping):
        return ("hard", "impact")
    impacts = [other for other in overlapping if other.window == "impact"]
    is_covered = any(_is_partial_throughout(impact, taken) for impact in impacts)
    return ("hard",) if part.is_partial and not is_covered else ()


def _is_partial_throughout(impact: Candidate, taken: Sequence[Candidate]) -> bool:
    """Whether a part failed in an impact window, and every hard window in it arose by chance in such a part."""
    overlapping = [other for other in taken if is_overlapping(impact, other)]
    parts = [other for other in overlapping if other.is_partial]
    hard = [other for other in overlapping if other.window == "hard"]
    return bool(parts) and all(any(is_overlapping(one, part) for part in parts) for one in hard)


def _hull(part: Candidate, overlapping: Sequence[Candidate]) -> tuple[int, int]:
    """Minutes of a candidate; an impact window of failures reaches over all candidates that it overlaps."""
    if part.window != "impact" or part.alternative == "silence":
        return part.start, part.end
    return min(other.start for other in overlapping), max(other.end for other in overlapping)


@dataclass(frozen=True)
class Detection:
    """Windows of all groups, and per group the measurable spans: [start, end) in minutes, and bin width."""

    windows: list[Window]
    measurable: list[list[tuple[int, int, int]]]


def detect(
    groups: Sequence[GroupCounts],
    day_type: Ints,
    declared: Mapping[int, Sequence[tuple[int, int]]] | None = None,
) -> Detection:
    """Windows of groups of one vantage or of several, with a family-wise false-alarm rate of 1 % per month.

    `day_type` is (days,). A window stays where its rescored nats reach the calibrated threshold. Where only the middle
    alternative passes, it stands for both windows. `declared` holds per number of a group the minutes [start, end) in
    which a silence of it was declared. Those are tested by themselves: only the silences within the declared minutes
    count as tests. An office and its address block, with the same counts, are one group.
    """
    usual = _usual_failing_shares(groups)
    candidates, of_declared, measurable = (
        list[Candidate](),
        list[Candidate](),
        list[list[tuple[int, int, int]]](),
    )
    tests_of_group, declared_tests = list[dict[str, int]](), dict[tuple[int, int, bytes], int]()
    tests: dict[str, dict[tuple[bool, bytes], int]] = {alternative: {} for alternative in ALPHA_SHARES}
    for number, counts in enumerate(groups):  # one null model is held at a time
        model = fit_null_model(counts, day_type, usual[counts.vantage, counts.alternatives])
        tests_of_group.append({kind: max(number_of_tests(model, kind), 1) for kind in counts.alternatives})
        identity = counts.peers is None, counts.senders.tobytes() + counts.failed.tobytes()
        for alternative, size in tests_of_group[number].items():
            tests[alternative][identity] = size
        candidates += find_candidates(model, number)
        for a, b in (declared or {}).get(number, ()):
            part, choices = declared_candidate(model, number, a, b)
            of_declared.append(part)
            declared_tests[part.segment.start, part.segment.end, counts.senders.tobytes()] = choices
        is_heard = "silence" in counts.alternatives
        measurable.append(measurable_spans(model.usual_senders, model.dispersion) if is_heard else [])
    out: list[Window] = []
    for alternative, sizes in tests.items():  # every group pays for its own number of tests
        mean = sum(sizes.values()) / max(len(sizes), 1)
        mine = [
            replace(part, test_credit=math.log(mean / tests_of_group[part.group][alternative]))
            for part in candidates if part.alternative == alternative
        ]  # fmt: skip
        weighted = float(sum(sizes.values())) / ALPHA_SHARES[alternative]
        threshold = calibrated_threshold(_day_bests(mine, len(day_type)), weighted, ALPHA)
        out += passing_windows(mine, threshold, weighted)
    left = [p for p in of_declared if not any(w.group == p.group and is_overlapping(w, p) for w in out)]
    total = float(sum(declared_tests.values()))
    out += passing_windows(left, math.log(max(total, 1.0) / ALPHA), total)
    return Detection(
        sorted(out, key=lambda w: (w.group, w.alternative, w.window, w.segment.start)), measurable
    )


def _usual_failing_shares(groups: Sequence[GroupCounts]) -> dict[tuple[str, tuple[str, ...]], float]:
    """Per vantage and alternatives the median over days of the failing share of all its groups together."""
    out = {}
    for kind in sorted({(counts.vantage, counts.alternatives) for counts in groups}):
        mine = [counts for counts in groups if (counts.vantage, counts.alternatives) == kind]
        failed = np.sum([counts.failed.sum(axis=1) for counts in mine], axis=0)
        tried = np.sum([counts.senders.sum(axis=1) for counts in mine], axis=0)
        out[kind] = max(LEAST_FAILING_SHARE, float(np.median(failed / np.maximum(tried, 1))))
    return out


def _day_bests(candidates: Iterable[Candidate], days: int) -> Array:
    """Highest credited nats per day over all groups, (days,); minus infinity where there is none."""
    bests = np.full(days, -math.inf)
    for part in candidates:
        day = min(part.segment.start // DAY, days - 1)
        bests[day] = max(bests[day], part.credited)
    return bests
