"""The days that the null model allows a group: early or late, flattened, quiet or busy, in a meeting.

The expected counts are estimated and whole days vary, so a silence counts only for what none of these days explains.
See docs/method/detection.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.outages.arrays import Array, Ints
from pipeline.outages.clock import is_afternoon
from pipeline.outages.scores import NULL_FACTORS

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
