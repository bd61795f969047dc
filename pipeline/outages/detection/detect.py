"""Windows in which the counts of a group speak against health."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Ints
from pipeline.outages.clock import DAY
from pipeline.outages.detection.baseline import LEAST_SHARE
from pipeline.outages.detection.candidate import Candidate
from pipeline.outages.detection.counts import Counts
from pipeline.outages.detection.null_explanation import calibrated_threshold
from pipeline.outages.detection.null_model import Model
from pipeline.outages.measurability import measurable_spans
from pipeline.outages.scores import ALPHA
from pipeline.outages.segments import LEAST, false_alarm_bound

SHARES = {"silence": 0.75, "failure": 0.2, "lost_write": 0.05}
"""Parts of alpha: a failure is there or is not, a silence is told by its length (Bonferroni, unequal weights)."""


@dataclass(frozen=True)
class Window(Candidate):
    """A segment that passed, as hard or impact window, and the chance of its like in health."""

    bound: float = 1.0


@dataclass(frozen=True)
class Detection:
    """Windows of all groups, and per group the spans [start, end) in which silence would be seen, with the bin width."""

    windows: list[Window]
    measurable: list[list[tuple[int, int, int]]]


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
    own: list[dict[str, int]] = []
    tests: dict[str, dict[tuple[bool, bytes], int]] = {alternative: {} for alternative in SHARES}
    for number, counts in enumerate(groups):
        model = Model(counts, day_type, usual[counts.vantage, counts.alternatives])
        own.append({alternative: max(model.tests(alternative), 1) for alternative in counts.alternatives})
        same = counts.beside is None, counts.senders.tobytes() + counts.failed.tobytes()
        for alternative, size in own[-1].items():  # the block of an office and the office are one group
            tests[alternative][same] = size
        found += model.candidates(number)
        for a, b in (declared or {}).get(number, ()):
            part, choices = model.declared(number, a, b)
            named.append(part)
            named_tests[part.segment.start, part.segment.end, counts.senders.tobytes()] = choices
        spans.append(
            measurable_spans(model.usual_senders, model.k) if "silence" in counts.alternatives else []
        )
    out: list[Window] = []
    for alternative, groups_of in tests.items():
        total, mean = float(sum(groups_of.values())), sum(groups_of.values()) / max(len(groups_of), 1)
        mine = [
            replace(part, spared=math.log(mean / own[part.group][alternative]))
            for part in found
            if part.alternative == alternative
        ]
        floor = calibrated_threshold(day_bests(mine, len(day_type)), total / SHARES[alternative], ALPHA)
        out += windows(mine, floor, total / SHARES[alternative])
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
        bests[day] = max(bests[day], part.worth)
    return bests


def windows(candidates: Sequence[Candidate], floor: float, tests: float) -> list[Window]:
    """What passes the threshold re-scored, and what overlaps it: the other window of the same trouble."""
    out: list[Window] = []
    for group in sorted({part.group for part in candidates if part.worth >= floor}):
        mine = [
            part
            for part in candidates
            if part.group == group and part.segment.score + part.spared >= floor
            if part.window == "impact" or part.rescored >= min(LEAST, floor)
        ]
        proved = [part for part in mine if part.worth >= floor]
        held = [part for part in mine if any(overlap(part, other) for other in proved)]
        for part in held:
            met = [other for other in held if overlap(part, other)]
            best = max(other.rescored for other in proved if overlap(part, other))
            start, end = hull(part, met)
            out += [
                Window(
                    **{**vars(part), "window": code, "rescored": best, "start": start, "end": end},
                    bound=false_alarm_bound(best + part.spared, tests),
                )
                for code in codes(part, held)
            ]
    return out


def codes(part: Candidate, held: Sequence[Candidate]) -> tuple[str, ...]:
    """Which windows a candidate stands for.

    The middle one stands for what is missing. Where only a part failed, the impact window stands for the hard one too,
    unless another trouble's hard window lies in it; then the middle one does.
    """
    met = [other for other in held if overlap(part, other)]
    if part.window == "hard":
        return () if any(other.is_partial for other in met) else ("hard",)
    if part.window == "impact":
        return ("hard", "impact") if is_all_partial(part, held) else ("impact",)
    if all(other.window == "middle" for other in met):
        return ("hard", "impact")
    is_told = any(other.window == "impact" and is_all_partial(other, held) for other in met)
    return ("hard",) if part.is_partial and not is_told else ()


def is_all_partial(impact: Candidate, held: Sequence[Candidate]) -> bool:
    """Whether a part failed in an impact window, and every hard window in it is chance in such a part."""
    met = [other for other in held if overlap(impact, other)]
    parts = [other for other in met if other.is_partial]
    hard = [other for other in met if other.window == "hard"]
    return bool(parts) and all(any(overlap(one, part) for part in parts) for one in hard)


def hull(part: Candidate, met: Sequence[Candidate]) -> tuple[int, int]:
    """Minutes of a candidate; an impact window of failures holds the others of its trouble."""
    if part.window != "impact" or part.alternative == "silence":
        return part.start, part.end
    return min(other.start for other in met), max(other.end for other in met)


def overlap(one: Candidate, other: Candidate) -> bool:
    """They share a minute."""
    return one.segment.start < other.segment.end and other.segment.start < one.segment.end
