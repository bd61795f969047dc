"""Detection over all groups of a month: fit, find candidates, keep those that pass their alternative's threshold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.outages.arrays import Array, Ints
from pipeline.outages.clock import DAY
from pipeline.outages.detection.candidates import Candidate, declared_candidate, find_candidates
from pipeline.outages.detection.null_model import GroupCounts, fit_null_model
from pipeline.outages.detection.windows import (
    ALPHA_SHARES,
    Window,
    calibrated_threshold,
    is_overlapping,
    number_of_tests,
    passing_windows,
)
from pipeline.outages.scores import ALPHA, LEAST_FAILING_SHARE, measurable_spans


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
