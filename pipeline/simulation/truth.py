"""What really happened and what it costs: plain Python, written from docs/contract and docs/method alone."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.simulation.people import Absence

EXCUSED = ("cuti_tahunan", "cuti_sakit", "cuti_besar", "cuti_melahirkan", "cuti_alasan_penting", "dinas_luar",
           "tugas_belajar", "diklat")  # fmt: skip
BANDS = ((30, 50), (60, 100), (90, 125))
WORST_BPS = 150
BOTH_MISSING_BPS = 300
IZIN_BPS = 300
BEFORE = 3 * 3600
AFTER = 6 * 3600


class Duty(NamedTuple):
    """One duty; times in seconds from local midnight of the month's first day, None where missing."""

    day: int
    start: int
    end: int
    came: int | None
    left: int | None


class SideTruth(NamedTuple):
    """One duty side of one person; seconds from local midnight of the month's first day."""

    person: int
    day: int
    side: int
    due: int
    attempt: int | None
    recorded: int | None
    cause: str
    outage_no: int  # the outage that met an attempt, else the first that touches the side; 0 for none
    is_in_gap: bool  # a log lost its lines while the side was due
    is_deserving: bool
    has_own_lines: bool
    is_own_fault: bool


def minutes_off(side: int, due: int, at: int | None) -> int | None:
    """Whole minutes late or early; None where missing."""
    if at is None:
        return None
    return max(0, at - due if side == 0 else due - at) // 60


def half_up(amount: int, bps: int) -> int:
    """Amount x bps / 10000, halves away from zero (amounts are not negative)."""
    return (2 * amount * bps + 10_000) // 20_000


def band_bps(seconds: int | None) -> int:
    """Rate of a side that is `seconds` late or early; None is missing."""
    if seconds is None:
        return WORST_BPS
    minutes = seconds // 60
    if minutes <= 0:
        return 0
    return next((bps for limit, bps in BANDS if minutes <= limit), WORST_BPS)


def recorded(day: int, start: int, end: int, punches: list[tuple[int, str]]) -> Duty:
    """First check-in in [start - 3 h, end), last check-out in (start, end + 6 h]; an empty direction goes to
    the nearer end of the duty.
    """
    came: int | None = None
    left: int | None = None
    for at, given in punches:
        if not start - BEFORE <= at <= end + AFTER:
            continue
        direction = given or ("masuk" if abs(at - start) <= abs(at - end) else "pulang")
        if direction == "masuk" and at < end:
            came = at if came is None else min(came, at)
        if direction == "pulang" and at > start:
            left = at if left is None else max(left, at)
    return Duty(day, start, end, came, left)


def duty_deduction(duty: Duty, base: int) -> int:
    """Rupiah of one duty day."""
    if duty.came is None and duty.left is None:
        return half_up(base, BOTH_MISSING_BPS)
    late = None if duty.came is None else max(0, duty.came - duty.start)
    early = None if duty.left is None else max(0, duty.end - duty.left)
    return half_up(base, band_bps(late)) + half_up(base, band_bps(early))


def month_deduction(
    duties: list[Duty], absences: list[Absence], tpp: list[int], unit: list[int], duty_days: set[int]
) -> int:
    """A person's month. `tpp` (gross) and `unit` per day; capped per OPD at the discipline share of its last day."""
    events: dict[int, int] = {}
    for duty in duties:
        if any(absence.first <= duty.day <= absence.last for absence in absences):
            continue
        amount = duty_deduction(duty, half_up(tpp[duty.day], 4000))
        events[unit[duty.day]] = events.get(unit[duty.day], 0) + amount
    for absence in absences:
        for day in range(absence.first, absence.last + 1):
            if absence.kind not in EXCUSED and day in duty_days:
                events[unit[day]] = events.get(unit[day], 0) + half_up(half_up(tpp[day], 4000), IZIN_BPS)
    total = 0
    for office, amount in sorted(events.items()):
        last = max(day for day, where in enumerate(unit) if where == office)
        total += min(amount, half_up(tpp[last], 4000))
    return total


def restored(duty: Duty, came: int | None, left: int | None) -> Duty:
    """The duty with the true times of deserving sides."""
    if came is None and left is None:
        return duty
    return duty._replace(came=duty.came if came is None else came, left=duty.left if left is None else left)


def without_awaited(duty: Duty, is_in_awaited: bool, is_out_awaited: bool) -> Duty:
    """A side that has not arrived yet costs nothing; the day's other side is assessed alone."""
    came = duty.start if is_in_awaited and duty.came is None else duty.came
    left = duty.end if is_out_awaited and duty.left is None else duty.left
    return duty._replace(came=came, left=left)
