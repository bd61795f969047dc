"""The truth beside the workspace: outage.csv, side.csv, deduction.csv. Times are UTC."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.simulation.behaviour import duty_table, exposed
from pipeline.simulation.documents import Statement
from pipeline.simulation.export import write_rows
from pipeline.simulation.faults import DEVICE, LOG_GAP, may_reach, reach
from pipeline.simulation.people import CARRIERS, Absence, Flags, Ints
from pipeline.simulation.punches import Punches, last_upload
from pipeline.simulation.schedule import Month
from pipeline.simulation.truth import (
    AFTER,
    BEFORE,
    Duty,
    SideTruth,
    minutes_off,
    month_deduction,
    recorded,
    restored,
    without_awaited,
)
from pipeline.simulation.world import World

Duties = dict[int, list[tuple[Duty, Duty]]]
UTC_SHIFT = 7 * 3600


class _Side(NamedTuple):
    """One side of a duty as it was simulated, in plain values. Faults are given by index, -1 for none."""

    person: int
    day: int
    side: int
    start: int
    end: int
    attempt: float
    hit_by: int
    is_unlucky: bool
    is_traced: bool
    is_lost: bool
    is_flipped: bool
    touched_by: int
    is_in_gap: bool
    is_awaited: bool

    def attempt_in_window(self) -> int | None:
        """The attempt in whole seconds, where a record at that moment would count for the side."""
        if np.isnan(self.attempt):
            return None
        at = int(self.attempt)
        low, high = (
            (self.start - BEFORE, self.end - 1) if self.side == 0 else (self.start + 1, self.end + AFTER)
        )
        return at if low <= at <= high else None


def _cause(side: _Side, recorded_at: int | None) -> str:
    """Why a side is worse than the attempt of the person."""
    if side.is_flipped:
        return "flipped"
    if side.is_lost:
        return "lost"
    if recorded_at is not None:
        return "delayed"
    return "failed" if side.is_traced or side.is_unlucky else "blocked"


def _judge(side: _Side, duty: Duty) -> tuple[SideTruth, int | None]:
    """What happened to one side, and the time to restore where it deserves one; `duty` holds what was recorded."""
    due, at = (duty.start, duty.came) if side.side == 0 else (duty.end, duty.left)
    attempt = side.attempt_in_window()
    off, true_off = minutes_off(side.side, due, at), minutes_off(side.side, due, attempt)
    is_bad = (off is None or off > 0) and not side.is_awaited
    is_worse = is_bad and attempt is not None and (off is None or (true_off or 0) < off)
    is_deserving = is_worse and (side.hit_by >= 0 or side.is_lost)
    cause = _cause(side, at) if is_worse and (is_deserving or side.is_unlucky) else ""
    fault = side.hit_by if side.hit_by >= 0 else side.touched_by
    truth = SideTruth(
        person=side.person,
        day=side.day,
        side=side.side,
        due=due,
        attempt=attempt,
        recorded=at,
        cause="unsynced" if side.is_awaited else cause,
        outage_no=fault + 1 if is_bad else 0,
        is_in_gap=side.is_in_gap,
        is_deserving=is_deserving,
        has_own_lines=side.is_traced,
        is_own_fault=is_bad and not cause,
    )
    return truth, attempt if is_deserving else None


def _by_person(punches: Punches) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = zip(punches.person.tolist(), punches.at.tolist(), punches.direction.tolist(), strict=True)
    for person, at, direction in rows:
        found[person].append((at, ("masuk", "pulang", "")[direction]))
    return found


def _touches(world: World) -> tuple[Ints, Flags]:
    """Per side the first outage that may have touched it (-1 for none), and whether a log lost its lines then."""
    sides, faults = world.sides, world.plan.faults
    touched, gap = np.full(len(sides.person), -1, dtype=np.int64), np.zeros(len(sides.person), dtype=np.bool_)
    for k in reversed(range(len(faults))):
        near = exposed(sides, (faults[k].start, faults[k].end))
        if faults[k].layer == LOG_GAP:
            gap |= near
        else:
            touched[near & may_reach(faults[k], world.outcome.where)] = k
    return touched, gap


def side_truths(world: World) -> tuple[list[SideTruth], Duties]:
    """Every duty side of the home region that is not excused, and per person the recorded and deserved duties."""
    sides, outcome = world.sides, world.outcome
    by_person = _by_person(world.punches)
    touched, gap = _touches(world)
    awaited = world.uses_machine & (sides.due >= last_upload(world.month, sides.office))
    size = int(np.searchsorted(sides.person, len(world.staff.nip)))
    columns = [sides.person, sides.day, sides.side, sides.start, sides.end, outcome.attempt, outcome.hit_by,
               outcome.unlucky, outcome.traced, outcome.lost, outcome.flipped, touched, gap, awaited]  # fmt: skip
    each = [_Side(*values) for values in zip(*(column[:size].tolist() for column in columns), strict=True)]
    truths: list[SideTruth] = []
    duties: Duties = defaultdict(list)
    for arrival, departure in zip(each[::2], each[1::2], strict=True):
        person, start, end = arrival.person, arrival.start, arrival.end
        all_of = by_person[person]
        low = bisect_left(all_of, (start - BEFORE, ""))
        mine = all_of[low : bisect_left(all_of, (end + AFTER + 1, ""))]
        duty = recorded(arrival.day, start, end, mine)
        (came, came_at), (left, left_at) = _judge(arrival, duty), _judge(departure, duty)
        truths += [came, left]
        duty = without_awaited(duty, arrival.is_awaited, departure.is_awaited)
        duties[person].append((duty, restored(duty, came_at, left_at)))
    return truths, duties


def _utc(month: Month, second: float | None) -> str:
    if second is None:
        return ""
    day, rest = divmod(int(second) - UTC_SHIFT, 86_400)
    return f"{_date(month, day)} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


@cache
def _date(month: Month, day: int) -> str:
    return month.date(day).isoformat()


def _affected(world: World, number: int) -> tuple[float | None, float | None, int]:
    """First and last second in which a request met the fault, and how many attempts it was to meet.

    Of an office line's carrier only the home region's: no input says over which line offices elsewhere send.
    """
    fault, requests = world.plan.faults[number], world.requests
    if fault.layer == LOG_GAP:
        ends = requests.gate_end if fault.vantage == "gerbang" else requests.server_end
        status = requests.gate_status if fault.vantage == "gerbang" else requests.server_status
        mute = (status > 0) & (ends >= fault.start) & (ends < fault.end)
        return fault.start, fault.end, len(np.unique(requests.person[mute]))
    if fault.layer == DEVICE:
        kept = (
            world.uses_machine & (world.sides.office == fault.office) & (world.sides.attempt >= fault.start)
        )
        return fault.start, fault.end, int(kept.sum())
    hurt = requests.by == number
    met = (world.sides.attempt >= fault.start) & (world.sides.attempt < fault.end)
    where = world.outcome.where
    named = (where.region == 0) | (fault.provider < len(CARRIERS))
    expected = int((met & named & reach(fault, where)).sum())
    if not hurt.any():
        return None, None, expected
    last = np.maximum(requests.gate_end, requests.server_end)[hurt].max()
    return float(requests.begin[hurt].min()), float(last), expected


def _outage_rows(world: World) -> list[str]:
    rows = []
    for number, fault in enumerate(world.plan.faults):
        first, last, expected = _affected(world, number)
        times = ",".join(_utc(world.month, at) for at in (fault.start, fault.end, first, last))
        scope = ",".join(fault.scope)
        rows.append(
            f"{number + 1},{fault.true_layer},{fault.symptom},{fault.vantage},{scope},{times},{expected}"
        )
    return rows


def _duty_days(world: World) -> dict[int, set[int]]:
    start, _ = duty_table(world.senders, world.month)
    people = {absence.person for absence in world.staff.absences}
    return {person: set(np.flatnonzero(start[person] >= 0).tolist()) for person in sorted(people)}


def _deduction_rows(world: World, duties: Duties) -> list[str]:
    staff = world.staff
    absences: dict[int, list[Absence]] = defaultdict(list)
    for absence in staff.absences:
        absences[absence.person].append(absence)
    days = _duty_days(world)
    rows = []
    for person, nip in enumerate(staff.nip):
        tpp, unit = staff.tpp_on[person].tolist(), staff.unit_on[person].tolist()
        away, mine = absences.get(person, []), duties.get(person, [])
        before, after = (
            month_deduction([pair[number] for pair in mine], away, tpp, unit, days.get(person, set()))
            for number in (0, 1)
        )
        rows.append(f"{nip},{before},{after}")
    return rows


def write_truth(
    folder: Path, world: World, sides: list[SideTruth], duties: Duties, statements: list[Statement]
) -> None:
    """Write the three tables."""
    month, nip = world.month, world.staff.nip
    false = {(s.person, s.day, s.side) for s in statements if s.is_false}
    write_rows(
        folder / "outage.csv",
        "outage_no,layer_code,symptom_code,vantage_code,scope_region,scope_unit_id,scope_network,scope_provider,scope_client,"
        "started_at,ended_at,first_affected_at,last_affected_at,expected_senders",
        _outage_rows(world),
    )
    write_rows(
        folder / "side.csv",
        "nip,duty_date,side_code,due_at,act_at,recorded_at,cause_code,outage_no,is_deserving,has_own_lines,"
        "is_own_fault,is_false_statement,is_in_gap",
        [
            f"{nip[s.person]},{_date(month, s.day)},{('in', 'out')[s.side]},{_utc(month, s.due)},{_utc(month, s.attempt)},"
            f"{_utc(month, s.recorded)},{s.cause},{s.outage_no or ''},{_flag(s.is_deserving)},"
            f"{_flag(s.has_own_lines)},{_flag(s.is_own_fault)},{_flag((s.person, s.day, s.side) in false)},{_flag(s.is_in_gap)}"
            for s in sides
        ],
    )
    write_rows(folder / "deduction.csv", "nip,recorded_idr,deserved_idr", _deduction_rows(world, duties))


def _flag(value: bool) -> str:
    return "true" if value else "false"
