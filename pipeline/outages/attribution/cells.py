"""What every group of senders showed at every vantage in a window, and what is usual then.

Only counts, of a window and of the same minutes on other days; no hypothesis is weighed here. All arrays of a
`WindowCells` have one element per leaf, the finest group of `request_minute` (vantage x region x unit x network x
provider x client). A value that a leaf does not have is the empty text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.outages.arrays import Array, Flags, Ints, Texts, equals_or_matches
from pipeline.outages.clock import DAY, HOUR, RAMADAN, REST
from pipeline.outages.scores import LEAST_FAILING_SHARE

Piece = tuple[int, int]
"""[start, end) in minutes from the first local midnight."""

DIMENSIONS = ("region", "unit", "network", "provider", "client")
COUNTS = ("senders", "failed", "upstream", "own", "health", "health_failed")
FEWEST_DAYS = 3
"""Days that are enough to estimate what is usual."""
LEAST_EXPECTED = 0.05
"""Expected senders of a leaf that is hardly ever seen."""
USUAL_RANGE = (0.6, 1.67)
"""A day whose total lies outside this range, relative to the median day, is left out of what is usual."""


@dataclass(frozen=True)
class WindowCells:
    """One window: per leaf what was seen and what is usual, and how far counts vary on undisturbed days."""

    vantage: Texts
    groups: Mapping[str, Texts]
    senders: Array
    failed: Array
    expected: Array
    share: Array
    """Usual share of senders that fail."""
    k: Array
    """Var = mu + mu^2 / k of a leaf's count in the window, given the factor of the day."""
    phi: float
    """Pearson dispersion left over on undisturbed days, at least 1; log-likelihoods are divided by it."""
    day_k: Mapping[tuple[str, str], float]
    """The k of the sum of a vantage and region, with the variation between days."""
    upstream: Array
    """Requests of the gateway's log that failed while waiting for the server behind it."""
    own: Array
    """Requests that failed at the server of the log itself."""
    health: Mapping[str, tuple[float, float, float]]
    """Per vantage health checks, failed ones, and usual ones."""
    days: int
    """Number of other days that were compared."""

    @property
    def answered(self) -> Array:
        """Senders without a failed request, counted per minute."""
        return self.senders - self.failed

    def members(self, dimension: str, value: str) -> Flags:
        """Leaves of a group, (leaves,); a client may be `os/*` or `*/version`."""
        return equals_or_matches(self.groups[dimension], value)

    def leaves_of(self, kind: str, value: str) -> Flags:
        """Leaves of a group of senders, (leaves,); the gateway's log need not name its own region."""
        if kind == "vantage":
            return np.asarray(self.vantage == value, dtype=np.bool_)
        is_unnamed = (self.vantage == "gerbang") & (self.groups["region"] == "")
        own = self.members(kind, value)
        return np.asarray(own | is_unnamed, dtype=np.bool_) if kind == "region" else own

    def without_leaves(self, gone: Flags) -> WindowCells:
        keep = ~gone
        names = ("vantage", "senders", "failed", "expected", "share", "k", "upstream", "own")
        arrays = {name: getattr(self, name)[keep] for name in names}
        return replace(self, groups={name: texts[keep] for name, texts in self.groups.items()}, **arrays)

    def without_failures(self, leaves: Flags) -> WindowCells:
        """The window as if these leaves had met no failure, so that only their number of senders is left to explain."""
        failed, upstream, own = (np.where(leaves, 0.0, x) for x in (self.failed, self.upstream, self.own))
        seen = sorted(set(self.vantage[leaves].tolist()) & set(self.health))
        health = {vantage: self.health[vantage] for vantage in seen}
        return replace(self, failed=failed, upstream=upstream, own=own, health=health)

    def total(self, mask: Flags) -> tuple[float, float, float]:
        """Answered, failed and expected senders of some leaves together."""
        answered, failed, expected = (x[mask].sum() for x in (self.answered, self.failed, self.expected))
        return float(answered), float(failed), float(expected)


@dataclass(frozen=True)
class Traffic:
    """Rows of `request_minute`, ordered by minute."""

    vantage: Texts
    """Per leaf."""
    groups: Mapping[str, Texts]
    """Per dimension and leaf."""
    at: Ints
    """Per row the minute from the first local midnight."""
    leaf: Ints
    """Per row."""
    counts: Mapping[str, NDArray[Any]]
    """Per name of `COUNTS` and row."""
    day_type: Ints
    """Per day of the period, see `clock.day_types`."""
    _seen: dict[tuple[Piece, ...], WindowCells] = field(default_factory=dict, repr=False)

    def window(self, *pieces: Piece) -> WindowCells:
        """The window of all pieces, at most those of the first day, compared with the same minutes on similar days."""
        pieces = first_day(pieces)
        if pieces not in self._seen:  # many groups share their window
            self._seen[pieces] = self._compare(pieces)
        return self._seen[pieces]

    def _compare(self, pieces: tuple[Piece, ...]) -> WindowCells:
        """The window, with what is usual by leaf and by block (all leaves of one region at one vantage)."""
        shifts = self.similar_days(pieces[0][0], pieces[-1][1])
        now = self._sums(pieces, np.zeros(1, dtype=np.int64))
        then = self._sums(pieces, shifts)
        blocks, index = np.unique(self.vantage + "|" + self.groups["region"], return_inverse=True)
        kept = _usual_days(then["senders"], index, len(blocks))
        usual = (then["senders"] * kept[index]).sum(axis=1) / np.maximum(kept[index].sum(axis=1), 1)
        share = np.maximum(_ratio(then["failed"], then["senders"], index, kept), LEAST_FAILING_SHARE)
        k, phi = _fit_dispersion(then["senders"], usual, index, kept)
        day_k = {}
        for number, name in enumerate(blocks):
            totals = then["senders"][index == number].sum(axis=0)[kept[number]]
            vantage, _, region = str(name).partition("|")
            mean = np.full(len(totals), totals.mean() if len(totals) else 0)
            day_k[vantage, region] = _k_by_moments(totals, mean)
        health = {}
        for vantage in sorted(set(self.vantage.tolist())):
            mine = self.vantage == vantage
            checks, seen = then["health"][mine].sum(axis=0), float(now["health"][mine].sum())
            median = float(np.median(checks)) if checks.size else 0.0
            health[vantage] = seen, float(now["health_failed"][mine].sum()), median
        flat = {name: now[name][:, 0] for name in COUNTS}
        return WindowCells(
            self.vantage, self.groups, flat["senders"], flat["failed"], np.maximum(usual, LEAST_EXPECTED),
            share[index], k[index], phi, day_k, flat["upstream"], flat["own"], health, len(shifts),
        )  # fmt: skip

    def similar_days(self, start: int, end: int) -> Ints:
        """Shifts in days from the window's day to the days of its type, (shifts,).

        Where those are fewer than three, to all days of rest or all working days, on the same side of Ramadan first.
        """
        day = min(max(start // DAY, 0), len(self.day_type) - 1)
        shifts = np.arange(len(self.day_type), dtype=np.int64) - day
        shifts = shifts[np.abs(shifts) * DAY >= end - start]
        if self.at.size:  # the log reaches over all of the shifted window
            first, last = self.at[0] - HOUR, self.at[-1] + HOUR
            shifts = shifts[(start + shifts * DAY >= first) & (end + shifts * DAY <= last)]
        kinds, own = self.day_type[shifts + day], self.day_type[day]
        rests = (kinds % RAMADAN >= REST) == (own % RAMADAN >= REST)
        for is_similar in (kinds == own, rests & (kinds // RAMADAN == own // RAMADAN), rests):
            if is_similar.sum() >= FEWEST_DAYS:
                return np.asarray(shifts[is_similar], dtype=np.int64)
        return np.asarray(shifts, dtype=np.int64)

    def _sums(self, pieces: Sequence[Piece], shifts: Ints) -> dict[str, Array]:
        """(leaves, shifts) sums of each count over the pieces shifted by whole days."""
        edges = np.array(pieces, dtype=np.int64)[:, :, None] + shifts * DAY
        low = np.searchsorted(self.at, edges[:, 0]).ravel()
        held = np.searchsorted(self.at, edges[:, 1]).ravel() - low
        day = np.repeat(np.tile(np.arange(len(shifts)), len(pieces)), held)
        row = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held) + np.repeat(low, held)
        shape = (len(self.vantage), len(shifts))
        cell, size = self.leaf[row] * shape[1] + day, shape[0] * shape[1]
        sums = {name: np.bincount(cell, counts[row], size) for name, counts in self.counts.items()}
        return {name: total.reshape(shape).astype(float) for name, total in sums.items()}


def first_day(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces within a day of the first start, none of them empty."""
    limit = pieces[0][0] + DAY
    return tuple((a, min(max(b, a + 1), limit)) for a, b in pieces if a < limit)


def _usual_days(counts: Array, index: Ints, blocks: int) -> Flags:
    """Days on which a block's total is near that of its median day, (blocks, days); all days where that is below one."""
    totals = np.zeros((blocks, counts.shape[1]))
    np.add.at(totals, index, counts)
    if not counts.shape[1]:
        return np.zeros(totals.shape, dtype=np.bool_)
    middle = np.median(totals, axis=1, keepdims=True)
    near = (totals >= USUAL_RANGE[0] * middle) & (totals <= USUAL_RANGE[1] * middle)
    return np.asarray(near | (middle < 1) | (near.sum(axis=1, keepdims=True) < FEWEST_DAYS), dtype=np.bool_)


def _ratio(part: Array, whole: Array, index: Ints, kept: Flags) -> Array:
    """Per block the sum of `part` over the sum of `whole` on the kept days, (blocks,)."""
    x, n = (np.bincount(index, (y * kept[index]).sum(axis=1), len(kept)) for y in (part, whole))
    return np.asarray(x / np.maximum(n, 1), dtype=float)


def _k_by_moments(counts: Array, mean: Array) -> float:
    """The k of Var = mu + mu^2 / k by moments, from 0.5 to 500, which is as good as Poisson."""
    excess = float(((counts - mean) ** 2 - mean).sum())
    return float(np.clip(float((mean**2).sum()) / max(excess, 1e-9), 0.5, 500.0))


def _fit_dispersion(counts: Array, usual: Array, index: Ints, kept: Flags) -> tuple[Array, float]:
    """Per block the k of its leaves given the factor of the day, (blocks,), and the Pearson dispersion left over."""
    k, chi, cells = np.full(len(kept), 500.0), 0.0, 0
    for block in range(len(kept)):
        y, b = counts[index == block][:, kept[block]], usual[index == block]
        busy = b >= LEAST_EXPECTED
        if y.shape[1] < FEWEST_DAYS or busy.sum() < 1 or b.sum() < 1:
            continue
        mean = b[busy][:, None] * (y.sum(axis=0) / b.sum())[None, :]
        k[block] = _k_by_moments(y[busy], mean)
        full = mean >= 1
        chi += float(((y[busy] - mean)[full] ** 2 / (mean + mean**2 / k[block])[full]).sum())
        cells += int(full.sum())
    return k, max(1.0, chi / cells) if cells else 1.0
