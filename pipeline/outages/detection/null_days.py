"""The days that the null model allows a group, and the one that explains a silence best.

The expected counts are estimated and whole days vary, so a silence counts only for what no day explains that is early or
late, flattened, quiet or busy, or in a meeting. See docs/method/detection.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.clock import HALF_DAY, HOUR, is_afternoon
from pipeline.outages.scores import NULL_FACTORS, nb_kernel

SHIFTS = tuple(range(-20, 21, 2))
"""Minutes by which a day may run early or late."""
USUAL_TIME_SHARE = 0.03
"""Share of people who keep their usual time on a shifted day: a whole region never moves as one."""
FLAT_WIDTHS = (15, 31)
"""Minutes over which a peak may be flattened."""
HELD_MINUTES = (22, 24, 26, 28, 30)
"""By which a whole office may be held after the end of duty, beyond the shifts of a region."""
MEETING_MINUTES = tuple(range(14, 77, 2))
"""By which an office may leave late after a meeting."""
MEETING_USUAL_TIME_SHARE = 0.3
"""Share of people who leave on time although a meeting runs on."""
LATENESS_DEVIATION = 6.0
"""Minutes; standard deviation of an office's lateness in the morning."""
LARGEST_PENALTY = 5.0
"""Nats; largest penalty of a late morning of an office."""
WEIGHT = 0.25
"""Weight of what a null day explains badly around a silence. Below 1 because the people of many offices do not move
along one curve (tempered likelihood; Grünwald & van Ommen 2017)."""
WEIGHT_OF_FEW = 0.1
"""The same where few days are the baseline."""
OWN_FACTORS = (*NULL_FACTORS, 1.6, 1.8, 2.1)
"""Levels of a day: above those of the null factors too, since the baseline of few days is their lowest."""
FEW_FACTORS = (0.4, 0.5, 0.6, *OWN_FACTORS)
ROSTER_FACTORS = tuple(factor for factor in OWN_FACTORS if factor >= 0.85)
"""Levels where the people on duty are known: what is left is chance and who uses which line."""
PACED_FACTORS = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
"""Levels where the pace of the day is measured on peers: what is left is a few offices in a meeting."""


@dataclass(frozen=True)
class NullDays:
    """The null days of a group: expected senders per minute of the month, dispersion k, and levels of a whole day.

    `has_own_day` is false where `mean` follows the pace of the day already, and only the level is free. An office has
    curves of its own. `is_few` says that few days are the baseline.
    """

    mean: Array
    k: float
    factors: tuple[float, ...] = OWN_FACTORS
    has_own_day: bool = True
    is_office: bool = False
    is_few: bool = False

    def lateness(self, minute: int) -> Ints:
        """Minutes by which each curve of the half day of `minute` runs late, (curves,); the first is the usual day."""
        if not self.has_own_day:
            return np.zeros(1, dtype=np.int64)
        held = (*HELD_MINUTES, *MEETING_MINUTES) if self.is_office and is_afternoon(minute) else ()
        return np.array([0, *SHIFTS * (1 + len(FLAT_WIDTHS)), *held], dtype=np.int64)

    def curves(self, low: int, high: int) -> Array:
        """Expected senders in minutes [low, high) of one half day, on every curve; (curves, minutes).

        Weather or traffic moves and flattens a peak by up to twenty minutes, which must not look like a silence. After
        noon an office may also be held after the end of duty, or most of it in a meeting.
        """
        late = self.lateness(low)
        reach, length = int(late.max()) + max(SHIFTS) + max(FLAT_WIDTHS) // 2, high - low
        wide = np.pad(self.mean, (reach, reach))[low : high + 2 * reach]
        own = wide[reach : reach + length]
        if not self.has_own_day:
            return own[None]
        flat = [np.convolve(wide, np.full(width, 1 / width), mode="same") for width in FLAT_WIDTHS]
        days = [day for day in (wide, *flat) for _ in SHIFTS]
        days += [wide] * (len(late) - 1 - len(days))
        on_time = np.full(len(late), USUAL_TIME_SHARE)
        on_time[1 + (1 + len(FLAT_WIDTHS)) * len(SHIFTS) + len(HELD_MINUTES) :] = MEETING_USUAL_TIME_SHARE
        moved = [
            share * own + (1 - share) * day[reach - minutes : reach - minutes + length]
            for day, minutes, share in zip(days, late[1:], on_time[1:], strict=True)
        ]
        return np.asarray([own, *moved], dtype=float)

    def days(self, low: int, high: int) -> Array:
        """Expected senders in minutes [low, high) on every null day; (factors, curves, minutes)."""
        return np.asarray(np.array(self.factors)[:, None, None] * self.curves(low, high), dtype=float)

    def penalties(self, minute: int) -> Array:
        """Penalty of each curve in nats, (curves,): late mornings of an office are rare, people come by habit."""
        late = self.lateness(minute)
        if not self.is_office or is_afternoon(minute):
            return np.zeros(len(late))
        return np.asarray(np.minimum((late / LATENESS_DEVIATION) ** 2 / 2, LARGEST_PENALTY), dtype=float)

    def weights(self, minute: int) -> Array:
        """Weight of what each curve explains badly around a silence in the half day of `minute`, (curves,).

        After noon only early days are weighed, by the crowd that should have come before: offices, schools and shifts
        end their duty at different times, so the usual minutes of one do not refute the late end of another.
        """
        late = self.lateness(minute)
        weight = WEIGHT_OF_FEW if self.is_few else WEIGHT
        is_unweighed = (late >= 0) & self.has_own_day & is_afternoon(minute)
        return np.where(is_unweighed, 0.0, weight)


LULL_MINUTES = 31
RETURN_MINUTES = 15.0
"""Mean delay of those who come back after an outage."""
RETURNING_SHARES = (0.0, 0.3, 0.8)
"""Shares of the missing senders who come back after an outage (deferred demand)."""


def half_day_pieces(mean: Array, a: int, b: int) -> list[tuple[int, int]]:
    """[a, b) cut at noon, at midnight, and in the middle of every half hour or more in which nobody is expected.

    Each piece has a null day of its own: a morning may run early and the evening of the same day late.
    """
    cuts = set(range((a // HALF_DAY + 1) * HALF_DAY, b, HALF_DAY))
    if b - a < LULL_MINUTES:
        return list(pairwise([a, *sorted(cuts), b])) if b > a else []
    idle = np.concatenate([[False], np.convolve(mean[a:b], np.ones(LULL_MINUTES), mode="same") < 1, [False]])
    edges = np.flatnonzero(np.diff(idle.astype(np.int8)))
    cuts |= {a + int(x + y) // 2 for x, y in zip(edges[::2], edges[1::2], strict=True) if x > 0 and y < b - a}
    return list(pairwise([a, *sorted(cuts), b]))


def best_null_explanation(
    count: Array, null_days: NullDays, rho: float, a: int, b: int, disturbed: Flags | None = None
) -> tuple[float, Array]:
    """Nats of a silence in minutes [a, b) against the null days that explain it best, and their mean in [a, b).

    A null day has to explain the hour before and the hour after too: on a late morning few come before the silence
    as well, on an early day many do. What it explains worse there than the best day counts against it by its weight.
    People who come back after the silence belong to both hypotheses. `count` holds senders per minute of the month
    from a local midnight, `rho` is the share of senders that the alternative keeps. The hours around end at the first
    `disturbed` minute, in which requests fail or another silence lies.
    """
    before, after = HOUR, HOUR
    if disturbed is not None:
        before = _undisturbed_minutes(disturbed[max(0, a - HOUR) : a][::-1])
        after = _undisturbed_minutes(disturbed[b : b + HOUR])
    found = [
        _explain_piece(count, null_days, rho, low, high, before * (low == a), after * (high == b))
        for low, high in half_day_pieces(null_days.mean, a, b)
    ]
    return sum(nats for nats, _ in found), np.concatenate([np.zeros(0), *(mean for _, mean in found)])


def _undisturbed_minutes(disturbed: Flags) -> int:
    """Minutes before the first disturbed one, at most an hour."""
    return int(disturbed.argmax()) if disturbed.any() else HOUR


def _explain_piece(
    count: Array, null_days: NullDays, rho: float, a: int, b: int, before: int, after: int
) -> tuple[float, Array]:
    """The same for one piece [a, b), with so many minutes before and after it."""
    low = max(a - before, a // HALF_DAY * HALF_DAY)
    high = min(b + after, -(-b // HALF_DAY) * HALF_DAY, len(count))
    means, y, i, j = null_days.days(low, high), count[low:high], a - low, b - low
    left, inside = (
        nb_kernel(y[cut], means[..., cut], null_days.k).sum(axis=2) for cut in (slice(0, i), slice(i, j))
    )
    missing = np.maximum(means[..., i:j].sum(axis=2) - y[i:j].sum(), 0.0)[..., None]
    back = missing * np.exp(-np.arange(high - b) / RETURN_MINUTES) / RETURN_MINUTES
    right = [
        nb_kernel(y[j:], means[..., j:] + share * back, null_days.k).sum(axis=2) for share in RETURNING_SHARES
    ]
    around = left + np.maximum.reduce(right)
    log_null = inside - null_days.penalties(a) + null_days.weights(a) * (around - around.max())
    best = np.unravel_index(int(log_null.argmax()), log_null.shape)
    nats = float(nb_kernel(y[i:j], rho * null_days.mean[a:b], null_days.k).sum() - log_null[best])
    return nats, means[best][i:j]
