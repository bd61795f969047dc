"""A silence that was declared: tested by itself, since its place and time were named in advance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.outages.clock import HOUR
from pipeline.outages.detection.candidates import Candidate
from pipeline.outages.detection.edges import silence_edges
from pipeline.outages.detection.null_model import NullModel
from pipeline.outages.detection.silence_evidence import deferred_demand, rescored_silence
from pipeline.outages.segments import Segment


def declared_candidate(model: NullModel, group: int, a: int, b: int) -> tuple[Candidate, int]:
    """The silence in the declared minutes [a, b) in which most senders are missing, and how many silences lie in them.

    A silence is a run of minutes without any sender; that number is the number of tests. Its part within the hour
    before and after belongs to the score, because an early or a late day would be heard there.
    """
    low, high = max(0, a - HOUR), min(b + HOUR, model.senders.size)
    heard = model.senders[low:high] > 0
    stops = heard if model.unobserved is None else heard | model.unobserved[low:high]
    edges = np.concatenate([[low - 1], low + np.flatnonzero(stops), [high]])
    runs = [(int(x) + 1, int(y)) for x, y in pairwise(edges) if y > a and x + 1 < b]
    x, y = max(runs, key=lambda run: float(model.expected[max(run[0], a) : min(run[1], b)].sum()))
    score = rescored_silence(model, 0, x, y)
    x, y = max(x, a), min(y, b)
    _, start, _ = silence_edges(model.senders, model.expected, model.unobserved, x, y)
    segment = Segment(x, y, score, x, x, y, y)
    expected = float(model.expected[x:y].sum())
    deferred = deferred_demand(model, x, y)
    return Candidate(group, "silence", "middle", segment, start, y, score, 0.0, expected, deferred), len(runs)
