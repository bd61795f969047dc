"""The truth beside the workspace: outage.csv, side.csv, deduction.csv. Times are UTC."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.simulation.acts import duty_table, exposed
from pipeline.simulation.export import write_rows
from pipeline.simulation.faults import DEVICE, LOG_GAP, may_reach, reach
from pipeline.simulation.papers import SideTruth, Statement, minutes_off
from pipeline.simulation.people import CARRIERS, Absence, Flags, Ints
from pipeline.simulation.punches import Punches, last_upload
from pipeline.simulation.schedule import Month
from pipeline.simulation.truth import (
    AFTER,
    BEFORE,
    Duty,
    month_deduction,
    recorded,
    restored,
    without_awaited,
)

if TYPE_CHECKING:
    from pipeline.simulation import World

Duties = dict[int, list[tuple[Duty, Duty]]]
UTC_SHIFT = 7 * 3600


def _judge(
    person: int,
    side: int,
    duty: Duty,
    act: float,
    *,
    hit_by: int,
    is_unlucky: bool,
    is_traced: bool,
    is_lost: bool,
    is_flipped: bool,
    touched_by: int,
    is_in_gap: bool,
    is_awaited: bool,
) -> tuple[SideTruth, int | None]:
    """What happened to one side and the restored time where it deserves one."""
    due, at = (duty.start, duty.came) if side == 0 else (duty.end, duty.left)
    did = None if np.isnan(act) else int(act)
    if did is not None:
        inside = duty.start - BEFORE <= did < duty.end if side == 0 else duty.start < did <= duty.end + AFTER
        did = did if inside else None
    off, true_off = minutes_off(side, due, at), minutes_off(side, due, did)
    is_bad = (off is None or off > 0) and not is_awaited
    is_worse = is_bad and did is not None and (off is None or (true_off or 0) < off)
    is_deserving = is_worse and (hit_by >= 0 or is_lost)
    cause = ""
    if is_worse and (is_deserving or is_unlucky):
        if is_flipped:
            cause = "flipped"
        elif is_lost:
            cause = "lost"
        elif at is not None:
            cause = "delayed"
        else:
            cause = "failed" if is_traced or is_unlucky else "blocked"
    is_own = is_bad and not cause
    cause = "unsynced" if is_awaited else cause
    outage_no = (hit_by if hit_by >= 0 else touched_by) + 1 if is_bad else 0
    truth = SideTruth(person, duty.day, side, due, did, at, cause, outage_no, is_in_gap, is_deserving, is_traced,
                      is_own)  # fmt: skip
    return truth, did if is_deserving else None


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
    columns = [sides.person, sides.day, sides.start, sides.end, outcome.act, outcome.hit_by, outcome.unlucky,
               outcome.traced, outcome.lost, outcome.flipped, touched, gap, awaited]  # fmt: skip
    person, day, start, end, act, hit, unlucky, traced, lost, flipped, near_by, in_gap, unsynced = (
        c[:size].tolist() for c in columns
    )
    truths: list[SideTruth] = []
    duties: Duties = defaultdict(list)
    for n in range(0, size, 2):
        all_of = by_person[person[n]]
        low = bisect_left(all_of, (start[n] - BEFORE, ""))
        mine = all_of[low : bisect_left(all_of, (end[n] + AFTER + 1, ""))]
        duty = recorded(day[n], start[n], end[n], mine)
        times: list[int | None] = []
        for side in (0, 1):
            k = n + side
            truth, deserved = _judge(
                person[n], side, duty, act[k], hit_by=hit[k], is_unlucky=unlucky[k], is_traced=traced[k], is_lost=lost[k],
                is_flipped=flipped[k], touched_by=near_by[k], is_in_gap=in_gap[k], is_awaited=unsynced[k])  # fmt: skip
            truths.append(truth)
            times.append(deserved)
        duty = without_awaited(duty, unsynced[n], unsynced[n + 1])
        duties[person[n]].append((duty, restored(duty, *times)))
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
    """First and last second in which a request met the fault, and how many acts it was to meet.

    Of an office line's carrier only the home region's: no input says over which line offices elsewhere send.
    """
    fault, requests = world.plan.faults[number], world.requests
    if fault.layer == LOG_GAP:
        ends = requests.gate_end if fault.vantage == "gerbang" else requests.server_end
        status = requests.gate_status if fault.vantage == "gerbang" else requests.server_status
        mute = (status > 0) & (ends >= fault.start) & (ends < fault.end)
        return fault.start, fault.end, len(np.unique(requests.person[mute]))
    if fault.layer == DEVICE:
        kept = world.uses_machine & (world.sides.office == fault.office) & (world.sides.act >= fault.start)
        return fault.start, fault.end, int(kept.sum())
    hurt = requests.by == number
    met = (world.sides.act >= fault.start) & (world.sides.act < fault.end)
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
            f"{nip[s.person]},{_date(month, s.day)},{('in', 'out')[s.side]},{_utc(month, s.due)},{_utc(month, s.act)},"
            f"{_utc(month, s.recorded)},{s.cause},{s.outage_no or ''},{_flag(s.is_deserving)},"
            f"{_flag(s.has_own_lines)},{_flag(s.is_own_fault)},{_flag((s.person, s.day, s.side) in false)},{_flag(s.is_in_gap)}"
            for s in sides
        ],
    )
    write_rows(folder / "deduction.csv", "nip,recorded_idr,deserved_idr", _deduction_rows(world, duties))


def _flag(value: bool) -> str:
    return "true" if value else "false"
