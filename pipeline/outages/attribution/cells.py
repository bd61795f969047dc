"""What every group of senders showed at every vantage in a window, and what is usual then.

No judgement here: counts of a window and of the same minutes on other days. All arrays of a `WindowCells` have one
element per leaf, the finest group of `request_minute` (vantage x region x unit x network x provider x client); a group that a leaf does
not have is the empty text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.outages.arrays import Array, Flags, Ints, Texts, named
from pipeline.outages.clock import DAY, RAMADAN, REST
from pipeline.outages.detection.baseline import LEAST_SHARE

Piece = tuple[int, int]

DIMENSIONS = ("region", "unit", "network", "provider", "client")
COUNTS = ("senders", "failed", "upstream", "own", "health", "health_failed")
FEWEST_DAYS = 3
LEAST_EXPECTED = 0.05
USUAL = (0.6, 1.67)
"""A day whose total lies outside this range of the median day is no measure of a healthy one."""


@dataclass(frozen=True)
class WindowCells:
    """One window: per leaf what was seen and what is usual, per vantage how far healthy counts wander."""

    vantage: Texts
    groups: Mapping[str, Texts]
    senders: Array
    failed: Array
    expected: Array
    share: Array  # usual share of senders that fail
    k: Array  # Var = mu + mu^2 / k of the leaf's window count, given the day's factor
    phi: float  # variance that is left over in healthy windows, at least 1
    day_k: Mapping[tuple[str, str], float]  # ... of the sum of a vantage and region, days included
    upstream: Array
    own: Array
    health: Mapping[str, tuple[float, float, float]]  # per vantage: checks, failed checks, usual checks
    days: int  # other days that were measured

    @property
    def answered(self) -> Array:
        """Senders with no failed request, counted per minute."""
        return self.senders - self.failed

    def members(self, dimension: str, value: str) -> Flags:
        """Leaves of a group; a client may be `os/*` or `*/version`."""
        return named(self.groups[dimension], value)

    def without(self, gone: Flags) -> WindowCells:
        """The other leaves."""
        keep = ~gone
        arrays = {
            name: getattr(self, name)[keep]
            for name in ("vantage", "senders", "failed", "expected", "share", "k", "upstream", "own")
        }
        return replace(self, groups={name: texts[keep] for name, texts in self.groups.items()}, **arrays)

    def reached(self, leaves: Flags) -> WindowCells:
        """As if these leaves had met no failure: that their senders got so far is all that is left to explain."""
        failed, upstream, own = (np.where(leaves, 0.0, x) for x in (self.failed, self.upstream, self.own))
        seen = sorted(set(self.vantage[leaves].tolist()) & set(self.health))
        health = {vantage: self.health[vantage] for vantage in seen}
        return replace(self, failed=failed, upstream=upstream, own=own, health=health)

    def total(self, mask: Flags) -> tuple[float, float, float]:
        """Answered, failed and expected senders of some leaves."""
        return (
            float(self.answered[mask].sum()),
            float(self.failed[mask].sum()),
            float(self.expected[mask].sum()),
        )


@dataclass(frozen=True)
class Traffic:
    """Rows of `request_minute`, ordered by minute. `at` counts minutes from the first local midnight."""

    vantage: Texts  # per leaf
    groups: Mapping[str, Texts]
    at: Ints  # per row
    leaf: Ints
    counts: Mapping[str, NDArray[Any]]
    day_type: Ints  # per day of the period, clock.day_types
    _seen: dict[tuple[Piece, ...], WindowCells] = field(default_factory=dict, repr=False)

    def window(self, *pieces: Piece) -> WindowCells:
        """Minutes [start, end) of every piece, at most those of the first day, and the same minutes on like days."""
        pieces = first_day(pieces)
        if pieces not in self._seen:  # trails of many groups share their window
            self._seen[pieces] = self._measured(pieces)
        return self._seen[pieces]

    def _measured(self, pieces: tuple[Piece, ...]) -> WindowCells:
        shifts = self.like_days(pieces[0][0], pieces[-1][1])
        now = self._sums(pieces, np.zeros(1, dtype=np.int64))
        then = self._sums(pieces, shifts)
        blocks, index = np.unique(self._block_names(), return_inverse=True)
        kept = _usual_days(then["senders"], index, len(blocks))
        usual = _means(then["senders"], kept[index])
        share = np.maximum(_ratio(then["failed"], then["senders"], index, kept), LEAST_SHARE)
        k, phi = _scatter(then["senders"], usual, index, kept)
        day_k = {}
        for number, name in enumerate(blocks):
            totals = then["senders"][index == number].sum(axis=0)[kept[number]]
            vantage, _, region = str(name).partition("|")
            day_k[vantage, region] = _moment_k(
                totals, np.full(len(totals), totals.mean() if len(totals) else 0)
            )
        health = {}
        for vantage in sorted(set(self.vantage.tolist())):
            mine = self.vantage == vantage
            checks = then["health"][mine].sum(axis=0)
            health[vantage] = (
                float(now["health"][mine].sum()),
                float(now["health_failed"][mine].sum()),
                float(np.median(checks)) if checks.size else 0.0,
            )
        flat = {name: now[name][:, 0] for name in COUNTS}
        return WindowCells(
            self.vantage, self.groups, flat["senders"], flat["failed"], np.maximum(usual, LEAST_EXPECTED),
            share[index], k[index], phi, day_k, flat["upstream"], flat["own"], health, len(shifts),
        )  # fmt: skip

    def _block_names(self) -> Texts:
        regions = self.groups["region"]
        return np.array([f"{v}|{r}" for v, r in zip(self.vantage, regions, strict=True)], dtype=object)

    def like_days(self, start: int, end: int) -> Ints:
        """Shifts in days to days of the window's type; where those are few, to all that rest or work as it does.

        Of these the same side of Ramadan first, whose hours are its own.
        """
        day = min(max(start // DAY, 0), len(self.day_type) - 1)
        shifts = np.arange(len(self.day_type), dtype=np.int64) - day
        shifts = shifts[np.abs(shifts) * DAY >= end - start]
        if self.at.size:  # the log reaches over all of the shifted window
            shifts = shifts[
                (start + shifts * DAY >= self.at[0] - 60) & (end + shifts * DAY <= self.at[-1] + 60)
            ]
        kinds, own = self.day_type[shifts + day], self.day_type[day]
        rests = (kinds % RAMADAN >= REST) == (own % RAMADAN >= REST)
        for like in (kinds == own, rests & (kinds // RAMADAN == own // RAMADAN), rests):
            if like.sum() >= FEWEST_DAYS:
                return np.asarray(shifts[like], dtype=np.int64)
        return np.asarray(shifts, dtype=np.int64)

    def _sums(self, pieces: Sequence[Piece], shifts: Ints) -> dict[str, Array]:
        """(leaves, shifts) sums of each count over the pieces shifted by whole days."""
        edges = np.array(pieces, dtype=np.int64)[:, :, None] + shifts * DAY
        low = np.searchsorted(self.at, edges[:, 0]).ravel()
        held = np.searchsorted(self.at, edges[:, 1]).ravel() - low
        day = np.repeat(np.tile(np.arange(len(shifts)), len(pieces)), held)
        row = np.arange(held.sum()) - np.repeat(np.cumsum(held) - held, held) + np.repeat(low, held)
        shape = (len(self.vantage), len(shifts))
        cell = self.leaf[row] * shape[1] + day
        size = shape[0] * shape[1]
        return {
            name: np.bincount(cell, counts[row], size).reshape(shape).astype(float)
            for name, counts in self.counts.items()
        }


def first_day(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces within a day of the first start, none of them empty."""
    limit = pieces[0][0] + DAY
    return tuple((a, min(max(b, a + 1), limit)) for a, b in pieces if a < limit)


def _usual_days(counts: Array, index: Ints, blocks: int) -> Flags:
    """(blocks, days): the days on which a block's total is near its median day; all where that is below one."""
    totals = np.zeros((blocks, counts.shape[1]))
    np.add.at(totals, index, counts)
    if not counts.shape[1]:
        return np.zeros(totals.shape, dtype=np.bool_)
    middle = np.median(totals, axis=1, keepdims=True)
    near = (totals >= USUAL[0] * middle) & (totals <= USUAL[1] * middle)
    return np.asarray(near | (middle < 1) | (near.sum(axis=1, keepdims=True) < FEWEST_DAYS), dtype=np.bool_)


def _means(counts: Array, kept: Flags) -> Array:
    days = kept.sum(axis=1)
    return np.asarray((counts * kept).sum(axis=1) / np.maximum(days, 1), dtype=float)


def _ratio(part: Array, whole: Array, index: Ints, kept: Flags) -> Array:
    """Per block the sum of `part` over that of `whole` on the kept days."""
    sums = np.zeros((len(kept), 2))
    np.add.at(sums[:, 0], index, (part * kept[index]).sum(axis=1))
    np.add.at(sums[:, 1], index, (whole * kept[index]).sum(axis=1))
    return np.asarray(sums[:, 0] / np.maximum(sums[:, 1], 1), dtype=float)


def _moment_k(counts: Array, mean: Array) -> float:
    """K of Var = mu + mu^2 / k by moments; 500 is as good as Poisson."""
    excess = float(((counts - mean) ** 2 - mean).sum())
    return float(np.clip(float((mean**2).sum()) / max(excess, 1e-9), 0.5, 500.0))


def _scatter(counts: Array, usual: Array, index: Ints, kept: Flags) -> tuple[Array, float]:
    """Per block the k of its leaves once the day's factor is taken out, and the Pearson dispersion left over."""
    k, chi, cells = np.full(len(kept), 500.0), 0.0, 0
    for block in range(len(kept)):
        y, b = counts[index == block][:, kept[block]], usual[index == block]
        busy = b >= LEAST_EXPECTED
        if y.shape[1] < FEWEST_DAYS or busy.sum() < 1 or b.sum() < 1:
            continue
        mean = b[busy][:, None] * (y.sum(axis=0) / b.sum())[None, :]
        k[block] = _moment_k(y[busy], mean)
        full = mean >= 1
        chi += float(((y[busy] - mean)[full] ** 2 / (mean + mean**2 / k[block])[full]).sum())
        cells += int(full.sum())
    return k, max(1.0, chi / cells) if cells else 1.0
