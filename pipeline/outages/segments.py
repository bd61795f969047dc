"""Maximal-scoring segments and the bound on their chance."""

from __future__ import annotations

import math
from collections.abc import Sequence


def maximal_segments(scores: Sequence[float]) -> list[tuple[int, int, float]]:
    """All maximal-scoring segments [start, end) with their score, in order (Ruzzo & Tompa 1999)."""
    stack: list[tuple[int, int, float, float]] = []  # start, end, sum before, sum through
    total = 0.0
    for position, score in enumerate(scores):
        before, total = total, total + score
        if score <= 0:
            continue
        candidate = (position, position + 1, before, total)
        while True:
            index = len(stack) - 1
            while index >= 0 and stack[index][2] >= candidate[2]:
                index -= 1
            if index < 0 or stack[index][3] >= candidate[3]:
                stack.append(candidate)
                break
            candidate = (stack[index][0], candidate[1], stack[index][2], candidate[3])
            del stack[index:]
    return [(start, end, right - left) for start, end, left, right in stack]


def false_alarm_bound(score: float, minutes: int, groups: int, alternatives: int) -> float:
    """min(1, N G K exp(-S)): Ville's inequality with a union over start minutes."""
    return min(1.0, math.exp(min(0.0, math.log(minutes * groups * alternatives) - score)))
