"""Statements, declared incidents, and the sides of the truth table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.simulation.people import Staff
from pipeline.simulation.scenarios import Declared
from pipeline.simulation.schedule import Month


class SideTruth(NamedTuple):
    """One duty side of one person; seconds from local midnight of the month's first day."""

    person: int
    day: int
    side: int
    due: int
    act: int | None
    recorded: int | None
    cause: str
    outage_no: int  # the outage that met the act, else the first that touches the side; 0 for none
    is_in_gap: bool  # a log lost its lines while the side was due
    is_deserving: bool
    has_own_lines: bool
    is_own_fault: bool


@dataclass(frozen=True)
class Statement:
    """A superior's attestation of one act."""

    person: int
    day: int
    side: int
    at: int
    is_false: bool


def minutes_off(side: int, due: int, at: int | None) -> int | None:
    """Whole minutes late or early; None where missing."""
    if at is None:
        return None
    return max(0, at - due if side == 0 else due - at) // 60


def make_statements(
    sides: list[SideTruth], rng: np.random.Generator, people: int, liars: float
) -> list[Statement]:
    """Six of ten deserving sides are attested, and some sides of people who were late or absent themselves.

    `liars` is the share of own faults beside an outage that a superior attests all the same; a few always do.
    """
    found = [
        Statement(s.person, s.day, s.side, s.act, False)
        for s in sides
        if s.is_deserving and s.act is not None and rng.random() < 0.6
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
