"""Statements, the declared incident, and the sides of the truth table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.simulation.people import HOME, Staff
from pipeline.simulation.requests import Fault
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
    is_outage: bool
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


def make_statements(sides: list[SideTruth], rng: np.random.Generator, people: int) -> list[Statement]:
    """Six of ten deserving sides are attested, and a few sides of people who were simply late."""
    found = [
        Statement(s.person, s.day, s.side, s.act, False)
        for s in sides
        if s.is_deserving and s.act is not None and rng.random() < 0.6
    ]
    late = [s for s in sides if s.is_own_fault and s.side == 0]
    near = [s for s in late if s.is_outage]
    for pool, count in ((near, max(1, people // 400)), (late, max(2, people // 400))):
        picks = rng.permutation(len(pool))[:count].tolist()
        found += [Statement(pool[n].person, pool[n].day, 0, pool[n].due - 600, True) for n in sorted(picks)]
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


def incident_rows(fault: Fault | None, staff: Staff, month: Month) -> list[str]:
    """The certified incident: BKD with Diskominfo; a central fault is declared for every region."""
    if fault is None:
        return []
    midnight = dt.datetime.combine(month.first, dt.time())
    start, end = (midnight + dt.timedelta(seconds=second) for second in (fault.start, fault.end))
    region = HOME if fault.layer == "link" else ""
    return [
        f"INS-{start:%Y-%m-%d}-01,{start},{end},{fault.layer},{region},,BKD bersama Diskominfo,"
        f"{staff.nip[staff.certifier]},BA/001/BKD/{start:%Y},Presensi tidak dapat dikirim"
    ]
