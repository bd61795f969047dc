"""People heard over another line than their own: they are awake and send, so their line is not quiet, it is dead.

Of whoever is heard it is only asked over which line. So no late bell, no meeting and no empty office explains it: a
likelihood conditional on who was heard (partial likelihood; Cox 1975; docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints, Texts
from pipeline.outages.detection.null_explanation import AROUND
from pipeline.outages.own_requests import MEMORY
from pipeline.outages.segments import LEAST, Segment, strong_segments

if TYPE_CHECKING:
    import pyarrow as pa

STRAY = 0.02
"""Share of those heard who come over a line that is dead: a block of another place, a clock that is off."""
PRIOR_USES = 1.5
"""A person's use of a line is drawn to that of all its users, as if by so many times."""
MOST_USE = 0.97
LEAST_DUE = 3.0
"""Senders of whom at least one is heard in nineteen of twenty cases: exp(-3) = 0.05."""
ELSEWHERE = float(np.log(100))
"""Price in nats of people who are elsewhere together, at a ceremony for one; assumed."""


@dataclass(frozen=True)
class Heard:
    """Own people heard at a vantage: the first minute of the month per person, hour and line, by person and minute.

    `line` numbers the different lines; `lines` are the names of each kind that they belong to, None for none.
    """

    person: Ints
    minute: Ints
    line: Ints
    lines: dict[str, Texts]

    @classmethod
    def of(cls, rows: pa.Table, lines: dict[str, Texts], minutes: int) -> Heard:
        """Rows with person, minute and line, in that order; those outside the month are left out."""
        person, minute, line = (rows[name].to_numpy() for name in ("person", "minute", "line"))
        inside = (minute >= 0) & (minute < minutes)
        return cls(person[inside], minute[inside], line[inside], lines)

    def over(self, kind: str, value: str) -> Flags:
        """Which of them came over a line; none over one that nobody uses, or of a kind that is no line."""
        if kind not in self.lines:
            return np.zeros(len(self.line), dtype=np.bool_)
        return np.asarray((self.lines[kind] == value)[self.line], dtype=np.bool_)


@dataclass(frozen=True)
class Detours:
    """Of the people who use a line, each time they were heard, in order of time: over it or not, and how often they use it.

    Who is heard again within three hours is the same punch tried again. Each time counts at most once over the line and
    once over others.
    """

    minute: Ints
    is_over: Flags
    use: Array

    @classmethod
    def of(cls, heard: Heard, is_over: Flags) -> Detours:
        """How often a person uses the line is that of the other times, by the line that came first in each."""
        mine = np.zeros(int(heard.person.max(initial=0)) + 1, dtype=np.bool_)
        mine[heard.person[is_over]] = True
        users = mine[heard.person]
        person, minute, over = heard.person[users], heard.minute[users], is_over[users]
        is_first = np.append(True, (person[1:] != person[:-1]) | (minute[1:] - minute[:-1] > MEMORY))
        is_first = is_first[: len(person)]
        time = np.cumsum(is_first) - 1
        used = np.bincount(person[is_first], over[is_first].astype(float), minlength=len(mine))
        seen = np.bincount(person[is_first], minlength=len(mine)).astype(float)
        usual = float(used.sum() / max(seen[used > 0].sum(), 1.0))
        others = used[person] - over[is_first][time]
        use = (others + PRIOR_USES * usual) / (seen[person] - 1 + PRIOR_USES)
        keep = np.zeros(len(person), dtype=np.bool_)
        keep[np.unique(time * 2 + over, return_index=True)[1]] = True
        keep &= others > 0
        rows = np.flatnonzero(keep)
        rows = rows[np.lexsort((over[rows], person[rows], minute[rows]))]
        return cls(minute[rows], over[rows], np.clip(use[rows], STRAY, MOST_USE))

    @cached_property
    def nats(self) -> Array:
        """What each time speaks for a dead line: that nobody comes over it but strays."""
        return np.where(self.is_over, np.log(STRAY / self.use), np.log((1 - STRAY) / (1 - self.use)))

    def between(self, start: float, end: float) -> tuple[int, int, float]:
        """Of minutes [start, end): how many came over the line, how many over others, and how many usually do."""
        inside = slice(*np.searchsorted(self.minute, [start, end]))
        over = int(self.is_over[inside].sum())
        return over, len(self.use[inside]) - over, float((1 - self.use[inside]).sum())

    def nats_between(self, start: float, end: float) -> float:
        """Nats of minutes [start, end)."""
        return float(self.nats[slice(*np.searchsorted(self.minute, [start, end]))].sum())

    def deserted(self, known: Iterable[Segment], mean: Array) -> list[Segment]:
        """The strongest runs of times, in minutes, that share none with those known or with one another.

        Somebody must be due, of `mean` senders per minute of the month: whoever another line turned away comes late over it,
        when all others have come.
        """
        taken = list(known)
        found: list[Segment] = []
        for low, high, nats in sorted(strong_segments(self.nats, LEAST), key=lambda run: -run[2]):
            a, b = int(self.minute[low]), int(self.minute[high - 1]) + 1
            is_free = not any(part.start < b and a < part.end for part in taken)
            if is_free and mean[a:b].sum() >= LEAST_DUE:
                found.append(Segment(a, b, nats, a, a, b, b))
                taken.append(found[-1])
        return found

    def rescored(self, a: int, b: int) -> float:
        """Nats of the strongest run of times that meets minutes [a, b), against two healthy explanations.

        People come over their line as at other times. Or they are elsewhere: then nobody comes over the line in the
        hour before and after the run either.
        """
        first, left, right, last = np.searchsorted(self.minute, [a - AROUND, a, b, b + AROUND])
        total = np.concatenate([[0.0], np.cumsum(self.nats[first:last])])
        best = 0.0
        for start in range(right - first) if left < right else ():
            end = max(start, left - first) + 1
            end += int(total[end:].argmax())
            run = float(total[end] - total[start])
            best = max(best, min(run, ELSEWHERE - float(total[-1]) + run))
        return best


class DeadLines:
    """What own people heard at the log nearest to them say of each line."""

    def __init__(self, heard: Mapping[str, Heard]) -> None:
        """`heard` per vantage; the gateway's comes first, by its name."""
        self.heard = heard
        self.known: dict[tuple[str, str], Detours | None] = {}

    def detours(self, kind: str, value: str) -> Detours | None:
        """Of the people who use a line; None where nobody does, or where it is no line."""
        if (kind, value) not in self.known:
            over = ((heard, heard.over(kind, value)) for _, heard in sorted(self.heard.items()))
            self.known[kind, value] = next((Detours.of(h, flags) for h, flags in over if flags.any()), None)
        return self.known[kind, value]

    def nats(self, kind: str, value: str, pieces: Iterable[tuple[float, float]]) -> float:
        """Nats of all pieces [start, end) for a dead line; 0 where nobody can tell."""
        detours = self.detours(kind, value)
        return 0.0 if detours is None else sum(detours.nats_between(a, b) for a, b in pieces)
