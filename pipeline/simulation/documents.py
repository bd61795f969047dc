"""What is written on paper about a month: statements of superiors and certified incidents, true or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from pipeline.simulation.people import Staff
from pipeline.simulation.scenarios import Declared
from pipeline.simulation.schedule import Month
from pipeline.simulation.truth import SideTruth


@dataclass(frozen=True)
class Statement:
    """A superior's statement about one side: the person was there at `at`."""

    person: int
    day: int
    side: int
    at: int
    is_false: bool


def make_statements(
    sides: list[SideTruth], rng: np.random.Generator, people: int, liars: float
) -> list[Statement]:
    """Six of ten deserving sides are attested, and some sides of people who were late or absent themselves.

    `liars` is the share of own faults beside an outage that a superior attests all the same; a few always do.
    """
    found = [
        Statement(s.person, s.day, s.side, s.attempt, False)
        for s in sides
        if s.is_deserving and s.attempt is not None and rng.random() < 0.6
    ]
    own = [s for s in sides if s.is_own_fault]
    near = [s for s in own if s.outage_no]
    late = [s for s in own if s.side == 0]
    for pool, count in (
        (near, max(1, people // 400, round(liars * len(near)))),
        (late, max(2, people // 400)),
    ):
        picks = sorted(rng.permutation(len(pool))[:count].tolist())
        times = [pool[n].due + (-600 if pool[n].side == 0 else 600) for n in picks]
        found += [
            Statement(pool[n].person, pool[n].day, pool[n].side, at, True)
            for n, at in zip(picks, times, strict=True)
        ]
    unique = {(s.person, s.day, s.side): s for s in found}
    return [unique[key] for key in sorted(unique)]


def statement_rows(statements: list[Statement], staff: Staff, month: Month) -> list[str]:
    """Rows of surat-keterangan.csv; the time in whole minutes."""
    rows = []
    for number, s in enumerate(statements):
        clock = s.at % 86_400
        date = month.date(s.day)
        rows.append(
            f"{staff.nip[s.person]},{date},{('masuk', 'pulang')[s.side]},{clock // 3600:02d}:{clock // 60 % 60:02d},"
            f"{staff.nip[staff.superior(s.person, s.day)]},SKet/{number + 1:04d}/{date:%Y},{date + dt.timedelta(days=3)}"
        )
    return rows


def incident_rows(declared: tuple[Declared, ...], staff: Staff, month: Month) -> list[str]:
    """Rows of insiden.csv: certified by BKD with Diskominfo, true or not."""
    midnight = dt.datetime.combine(month.first, dt.time())
    rows = []
    for number, d in enumerate(sorted(declared, key=lambda d: (d.start, d.end)), start=1):
        start, end = (midnight + dt.timedelta(seconds=second) for second in (d.start, d.end))
        rows.append(
            f"INS-{start:%Y-%m-%d}-{number:02d},{start},{end},{d.layer},{d.region},{d.unit},BKD bersama Diskominfo,"
            f"{staff.nip[staff.certifier]},BA/{number:03d}/BKD/{start:%Y},Presensi tidak dapat dikirim"
        )
    return rows
