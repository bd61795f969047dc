"""Outages are found where they were planted, and nowhere else."""

from __future__ import annotations

import itertools

import numpy as np

from pipeline.outages.detection import detect
from pipeline.outages.segments import false_alarm_bound, maximal_segments


def month(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A 31-day month with two punch peaks and a day effect of 15 percent."""
    rng = np.random.default_rng(seed)
    minute = np.arange(1440)
    shape = 20 * np.exp(-(((minute - 440) / 20) ** 2)) + 15 * np.exp(-(((minute - 975) / 20) ** 2))
    day_type = np.array([3 if day % 7 in (5, 6) else 0 for day in range(31)])
    swing = np.exp(rng.normal(0, 0.15, 31)) * np.where(day_type == 0, 1.0, 0.02)
    counts = rng.poisson(shape * swing[:, None]).astype(float)
    return counts, rng.binomial(counts.astype(int), 0.004).astype(float), day_type


def brute(scores: list[float]) -> list[tuple[int, int]]:
    """Best segment first, then the same to its left and right."""

    def within(low: int, high: int) -> list[tuple[int, int]]:
        pairs = itertools.combinations(range(low, high + 1), 2)
        a, b = max(pairs, key=lambda p: (sum(scores[p[0] : p[1]]), -(p[1] - p[0])), default=(low, low))
        if a == b or sum(scores[a:b]) <= 0:
            return []
        return [*within(low, a), (a, b), *within(b, high)]

    return within(0, len(scores))


def test_segments_equal_those_of_exhaustive_search() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        scores = rng.normal(-0.3, 2, 14).tolist()
        assert [(a, b) for a, b, _ in maximal_segments(scores)] == brute(scores)


def test_bound_shrinks_with_the_score_and_never_exceeds_one() -> None:
    assert false_alarm_bound(0, 100, 2, 6) == 1
    assert false_alarm_bound(50, 44640, 100, 6) < 1e-12


def test_quiet_months_with_day_effects_give_nothing() -> None:
    assert [detect(*month(seed), 100) for seed in range(5)] == [[]] * 5


def test_a_planted_silence_is_found_to_two_minutes() -> None:
    n, x, types = month(9)
    n[1, 430:455], x[1, 430:455] = 0, 0
    hard = [w for w in detect(n, x, types, 100) if w.alternative == "silence" and w.window == "hard"]
    assert len(hard) == 1
    assert abs(hard[0].start - (1440 + 430)) <= 2
    assert abs(hard[0].end - (1440 + 455)) <= 2
