"""Windows: candidates that pass the threshold, as hard and impact windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.outages.detection.candidates import Candidate
from pipeline.outages.detection.multiplicity import false_alarm_bound
from pipeline.outages.segments import LEAST_NATS


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
            part
            for part in candidates
            if part.group == group and part.segment.score + part.test_credit >= threshold
            if part.window == "impact" or part.rescored >= min(LEAST_NATS, threshold)
        ]
        passing = [part for part in mine if part.credited >= threshold]
        taken = [part for part in mine if any(is_overlapping(part, other) for other in passing)]
        for part in taken:
            overlapping = [other for other in taken if is_overlapping(part, other)]
            best = max(other.rescored for other in passing if is_overlapping(part, other))
            start, end = _hull(part, overlapping)
            out += [
                Window(
                    **{**vars(part), "window": code, "rescored": best, "start": start, "end": end},
                    bound=false_alarm_bound(best + part.test_credit, tests),
                )
                for code in _window_codes(part, taken)
            ]
    return out


def is_overlapping(one: Candidate, other: Candidate) -> bool:
    """Whether their segments share a minute."""
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
    is_covered = any(
        other.window == "impact" and _is_partial_throughout(other, taken) for other in overlapping
    )
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
