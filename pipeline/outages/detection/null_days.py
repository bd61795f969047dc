"""What a group's days may look like in health: early or late, flat, light or full, in a meeting.

mu and k are estimated and whole days swing, so a silence must be more than any of these days explains
(outages.md 1.4; docs/decisions/0033).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Array, Ints
from pipeline.outages.scores import HEALTHY_FACTORS

SHIFTS = tuple(range(-20, 21, 2))
HABIT = 0.03
"""However late a day runs, a few keep their own time: a whole region never moves as one person."""
FLATS = (15, 31)
HELD = (22, 24, 26, 28, 30)
"""Minutes beyond the shifts of a region by which a whole office may be held after the bell."""
MEETINGS = tuple(range(14, 77, 2))
PUNCTUAL = 0.3
"""Who leaves at the bell while a meeting runs past it."""
USUAL_LATENESS = 6.0
MOST_LATENESS = 5.0
"""Price in nats of an office's morning that explains nothing but by being late: people come by habit."""
HALF_DAY = 720
TRUST = 0.25
"""Weight of what a healthy day explains badly around a silence: the people of many offices never move as one curve
does (a tempered likelihood; Grünwald & van Ommen 2017)."""
TRUST_OF_FEW = 0.1
"""The same of a day that is measured by few others."""
OWN_FACTORS = (*HEALTHY_FACTORS, 1.6, 1.8, 2.1)
"""A level that is the lowest of few days may be surpassed."""
FEW_FACTORS = (0.4, 0.5, 0.6, *OWN_FACTORS)
ROSTER_FACTORS = tuple(factor for factor in OWN_FACTORS if factor >= 0.85)
"""Where the people on duty are known the level is not free: what is left is chance and who uses which line."""
PACED_FACTORS = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2)
"""The day's own swing is in the pace; what is left is a few offices that hold a meeting."""


def is_afternoon(minute: int) -> bool:
    """Whether a minute of the month lies after noon, when people leave."""
    return minute // HALF_DAY % 2 == 1


@dataclass(frozen=True)
class Health:
    """What a group's days look like in health: the month's mean in minutes, k, and by what a day's level may differ.

    `has_own_day` is false where the mean keeps the pace of the day already: only the level is left to explain a
    silence. An office has curves of its own. A day that `is_few` is measured by few others.
    """

    mean: Array
    k: float
    factors: tuple[float, ...] = OWN_FACTORS
    has_own_day: bool = True
    is_office: bool = False
    is_few: bool = False

    def lateness(self, minute: int) -> Ints:
        """Minutes by which each curve of the half day of `minute` runs late; the first is the usual day."""
        if not self.has_own_day:
            return np.zeros(1, dtype=np.int64)
        held = (*HELD, *MEETINGS) if self.is_office and is_afternoon(minute) else ()
        return np.array([0, *SHIFTS * (1 + len(FLATS)), *held], dtype=np.int64)

    def curves(self, low: int, high: int) -> Array:
        """Means of [low, high), within one half day, of every such curve; (curves, minutes).

        A day of trouble at the gate moves and flattens a peak by up to twenty minutes without anybody being turned
        away, and must not look like silence. After noon an office may also be held after the bell, or most of it
        in a meeting.
        """
        late = self.lateness(low)
        reach, length = int(late.max()) + max(SHIFTS) + max(FLATS) // 2, high - low
        wide = np.pad(self.mean, (reach, reach))[low : high + 2 * reach]
        own = wide[reach : reach + length]
        if not self.has_own_day:
            return own[None]
        flat = [np.convolve(wide, np.full(width, 1 / width), mode="same") for width in FLATS]
        days = [day for day in (wide, *flat) for _ in SHIFTS]
        days += [wide] * (len(late) - 1 - len(days))
        punctual = np.full(len(late), HABIT)
        punctual[1 + (1 + len(FLATS)) * len(SHIFTS) + len(HELD) :] = PUNCTUAL
        moved = [
            share * own + (1 - share) * day[reach - minutes : reach - minutes + length]
            for day, minutes, share in zip(days, late[1:], punctual[1:], strict=True)
        ]
        return np.asarray([own, *moved], dtype=float)

    def days(self, low: int, high: int) -> Array:
        """Means of [low, high) on every healthy day; (factors, curves, minutes)."""
        return np.asarray(np.array(self.factors)[:, None, None] * self.curves(low, high), dtype=float)

    def prices(self, minute: int) -> Array:
        """What each curve costs as an explanation, in nats: late mornings of an office are rare."""
        late = self.lateness(minute)
        if not self.is_office or is_afternoon(minute):
            return np.zeros(len(late))
        return np.asarray(np.minimum((late / USUAL_LATENESS) ** 2 / 2, MOST_LATENESS), dtype=float)

    def trust(self, minute: int) -> Array:
        """Weight per curve of what it explains badly around a silence in the half day of `minute`.

        After noon only an early day answers for the crowd that it claims to have seen before: offices, schools and
        shifts have bells of their own, and the usual minutes of one refute no other's late bell.
        """
        late = self.lateness(minute)
        weight = TRUST_OF_FEW if self.is_few else TRUST
        is_free = (late >= 0) & self.has_own_day & is_afternoon(minute)
        return np.where(is_free, 0.0, weight)
