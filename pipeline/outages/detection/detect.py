"""Detection over all groups of a month: fit, find candidates, keep those that pass their alternative's threshold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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


@dataclass
class _Findings:
    """What the groups of a month showed, before any threshold is known."""

    candidates: list[Candidate] = field(default_factory=list)
    declared: list[Candidate] = field(default_factory=list)
    measurable: list[list[tuple[int, int, int]]] = field(default_factory=list)
    tests_of_group: list[dict[str, int]] = field(default_factory=list)
    tests: dict[str, dict[tuple[bool, bytes], int]] = field(
        default_factory=lambda: {alternative: {} for alternative in ALPHA_SHARES}
    )
    """Per alternative and distinct counts: an office and its address block are one group."""
    declared_tests: dict[tuple[int, int, bytes], int] = field(default_factory=dict)
    """Per declared silence of distinct counts."""


def detect(
    groups: Sequence[GroupCounts],
    day_type: Ints,
    declared: Mapping[int, Sequence[tuple[int, int]]] | None = None,
) -> Detection:
    """Windows of groups of one vantage or of several, with a family-wise false-alarm rate of 1 % per month.

    `day_type` is (days,). A window stays where its rescored nats reach the calibrated threshold. Where only the middle
    alternative passes, it stands for both windows. `declared` holds per number of a group the minutes [start, end) in
    which a silence of it was declared. Those are tested by themselves: only the silences within the declared minutes
    count as tests.
    """
    findings = _examine(groups, day_type, declared or {})
    out: list[Window] = []
    for alternative, tests in findings.tests.items():
        out += _windows_of(findings, alternative, tests, len(day_type))
    left = [
        part
        for part in findings.declared
        if not any(window.group == part.group and is_overlapping(window, part) for window in out)
    ]
    tests_of_declared = float(sum(findings.declared_tests.values()))
    out += passing_windows(left, math.log(max(tests_of_declared, 1.0) / ALPHA), tests_of_declared)
    out.sort(key=lambda w: (w.group, w.alternative, w.window, w.segment.start))
    return Detection(out, findings.measurable)


def _examine(
    groups: Sequence[GroupCounts], day_type: Ints, declared: Mapping[int, Sequence[tuple[int, int]]]
) -> _Findings:
    """Candidates, tests and measurable spans of every group; one null model is held at a time."""
    findings, usual = _Findings(), _usual_failing_shares(groups)
    for number, counts in enumerate(groups):
        model = fit_null_model(counts, day_type, usual[counts.vantage, counts.alternatives])
        tests = {kind: max(number_of_tests(model, kind), 1) for kind in counts.alternatives}
        findings.tests_of_group.append(tests)
        identity = counts.peers is None, counts.senders.tobytes() + counts.failed.tobytes()
        for alternative, size in tests.items():
            findings.tests[alternative][identity] = size
        findings.candidates += find_candidates(model, number)
        for a, b in declared.get(number, ()):
            part, choices = declared_candidate(model, number, a, b)
            findings.declared.append(part)
            where = part.segment.start, part.segment.end, counts.senders.tobytes()
            findings.declared_tests[where] = choices
        findings.measurable.append(
            measurable_spans(model.usual_senders, model.dispersion)
            if "silence" in counts.alternatives
            else []
        )
    return findings


def _windows_of(
    findings: _Findings, alternative: str, tests: Mapping[tuple[bool, bytes], int], days: int
) -> list[Window]:
    """Windows of one alternative; every group pays for its own number of tests."""
    total, mean = float(sum(tests.values())), sum(tests.values()) / max(len(tests), 1)
    mine = [
        replace(part, test_credit=math.log(mean / findings.tests_of_group[part.group][alternative]))
        for part in findings.candidates
        if part.alternative == alternative
    ]
    weighted = total / ALPHA_SHARES[alternative]
    return passing_windows(mine, calibrated_threshold(_day_bests(mine, days), weighted, ALPHA), weighted)


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
