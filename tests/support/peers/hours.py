"""Hours worked against hours scheduled, across breaks, zones and midnight.

The peer counts hours; we count the minutes that a check-in is late and a check-out early, so that answers agree only
where a day has no break inside and nobody stays longer. Dates are moved to 2026, on the same weekday.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.peers.cases import DAY, Case, agrees, at, differs
from tests.support.peers.world import Person, Policy, World, policy, settle

BRUSSELS = "Europe/Brussels"
MONDAY, TUESDAY, FRIDAY = dt.date(2026, 1, 5), dt.date(2026, 1, 6), dt.date(2026, 1, 9)
NO_HOURS = (
    "the first check-in and the last check-out count; breaks and hours beyond the duty earn and cost nothing"
)


def office(**values: Any) -> Policy:
    return policy(hours=("08:00", "17:00"), **values)


def days(day: dt.date, *people: str, zone: str = BRUSSELS, document: Policy | None = None) -> World:
    """One person per text of local stretches such as '08:00-12:00 13:00-18:00'; an open one ends with '-'."""
    scans = [
        tuple(
            (at(when, day), side)
            for stretch in text.split()
            for when, side in zip(stretch.split("-"), ("in", "out"), strict=True)
            if when
        )
        for text in people
    ]
    return settle(document or office(), [Person(each) for each in scans], day, zone=zone)


def lost(world: World, day: dt.date) -> list[float | str]:
    """Hours late and early of each person; 'missing' where a side is."""
    found: list[float | str] = []
    for person in sorted(world.sides):
        sides = [world.sides[person][day, side] for side in ("in", "out")]
        is_whole = all(state != "missing" for state, _ in sides)
        off = sum(minutes or 0 for state, minutes in sides if state in ("late", "early"))
        found.append(off / 60 if is_whole else "missing")
    return found


@differs("OD-01", NO_HOURS)
def a_morning_is_five_hours_early(case: Case) -> tuple[Any, Any]:
    return lost(days(MONDAY, "08:00-12:00", "08:00-12:00 13:00-18:00", "08:00-"), MONDAY), [5, 0, "missing"]


@differs("OD-02", NO_HOURS)
def far_zones_are_local(case: Case) -> tuple[Any, Any]:
    tokyo = lost(days(MONDAY, "10:00-13:00", zone="Asia/Tokyo"), MONDAY)
    honolulu = lost(days(MONDAY, "07:00-10:00", zone="Pacific/Honolulu"), MONDAY)
    return tokyo + honolulu, [6, 7]


@agrees("OD-03")
def both_ends_are_off(case: Case) -> tuple[Any, Any]:
    return [-float(each) for each in lost(days(MONDAY, "09:00-14:00"), MONDAY)], case["hours"]


@differs("OD-04", NO_HOURS)
def edits_are_new_inputs(case: Case) -> tuple[Any, Any]:
    stretches = ("08:00-12:00", "13:00-17:00", "18:00-19:00", "18:00-20:00")
    people = [" ".join(stretches[:n]) for n in (1, 2, 3)]
    people += [" ".join((*stretches[:2], stretches[3])), f"{stretches[0]} {stretches[3]}"]
    return lost(days(TUESDAY, *people), TUESDAY), [5, 0, 0, 0, 0]


@agrees("OD-05")
def a_tolerance_is_a_threshold(case: Case) -> tuple[Any, Any]:
    minutes = []
    for begins in (11, 5):
        document = office()
        for event in ("late", "early"):
            steps = [{"code": event.upper(), "from_second": 60 * begins, "percent": 1}]
            document["band"][event] = [{"from": document["valid_from"], "reference": "-", "steps": steps}]
        (hours,) = lost(days(MONDAY, "08:05-12:00 13:00-16:55", document=document), MONDAY)
        minutes.append(round(float(hours) * 60))
    return minutes, case["minutes"]


@differs(
    "OD-06",
    "the local date is the peer's; a stretch before the duty is a check-in only, its end no check-out",
)
def a_night_before_the_duty(case: Case) -> tuple[Any, Any]:
    tuesday = dt.date(2026, 5, 26)
    world = days(tuesday, "01:30-06:30", document=office(accept_before_minutes=420))
    ours = [(row["duty_date"], row["role_code"]) for row in world.placed[0]], lost(world, tuesday)
    return ours, ([(tuesday, "counts"), (None, "outside")], ["missing"])


@differs("OD-07", NO_HOURS)
def staying_longer_earns_nothing(case: Case) -> tuple[Any, Any]:
    ours = [
        lost(days(MONDAY, "10:00-21:00", zone=zone), MONDAY) for zone in ("Asia/Tokyo", "Pacific/Honolulu")
    ]
    return ours, [[2], [2]]  # late by two hours, which the peer offsets by the evening


@differs(
    "OD-08",
    "a check-out is accepted until six hours after the duty; one later is listed, and the side is missing",
)
def a_check_out_next_morning_is_outside(case: Case) -> tuple[Any, Any]:
    late = ((at("09:00", FRIDAY), "in"), (at("04:00", FRIDAY + dt.timedelta(1)), "out"))
    edited = (late[0], (at("21:00", FRIDAY), "out"))
    world = settle(office(), [Person(late), Person(edited)], FRIDAY, zone=BRUSSELS)
    return lost(world, FRIDAY), ["missing", 1]


@differs(
    "OD-09",
    "each day is judged by its own sides: one open over night has neither that day's out nor the next day's in",
)
def two_days_in_one_stretch(case: Case) -> tuple[Any, Any]:
    scans = ((at("09:00", MONDAY), "in"), (at("13:00", TUESDAY), "out"))
    world = settle(office(), [Person(scans)], MONDAY, zone=BRUSSELS)
    ours = [world.sides[0][day, side] for day in (MONDAY, TUESDAY) for side in ("in", "out")]
    return ours, [("late", 60), ("missing", None), ("missing", None), ("early", 240)]


@differs("OD-10", "contradictory scans are evidence: both count for their side or are extra, none is refused")
def contradictory_scans_are_kept(case: Case) -> tuple[Any, Any]:
    scans = (
        (("11:00", "out"), ("12:00", "in")),
        (("08:00", "in"), ("09:00", "in")),
        (("07:30", "in"), ("09:00", "out"), ("08:30", "in"), ("09:30", "out")),
    )
    world = settle(office(), [Person(tuple((at(when), side) for when, side in each)) for each in scans], DAY)
    ours = [[row["role_code"] for row in world.placed[person]] for person in range(3)]
    return ours, [["counts", "counts"], ["counts", "extra"], ["counts", "extra", "extra", "counts"]]


@differs(
    "OD-11",
    "no check-out is ever made up: the last recorded one counts, and where there is none the side is missing",
)
def no_check_out_is_made_up(case: Case) -> tuple[Any, Any]:
    world = days(MONDAY, "08:00-11:00 11:00-13:00 14:00-", "08:00-12:00 13:00-", "08:00-")
    kept = [len(world.placed[person]) for person in range(3)]
    return (lost(world, MONDAY), kept), ([4, 5, "missing"], [5, 3, 1])
