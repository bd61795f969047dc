"""Which shift or day a scan belongs to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.peers.cases import DAY, MARCH, Case, agrees, at, day_of, differs
from tests.support.peers.world import Person, World, policy, settle

# case -> (shifts, days on which each is rostered); 31 days of March stand for an open end
OPEN = [day for day in MARCH if day >= DAY]
ASSIGNED: dict[str, tuple[dict[str, tuple[str, str]], dict[str, list[dt.date]]]] = {
    "FR-01": ({"S": ("08:00", "12:00")}, {"S": OPEN}),
    "FR-03": ({"S": ("08:00", "12:00")}, {"S": OPEN}),
    "FR-05": ({"NIGHT": ("23:00", "01:00")}, {"NIGHT": OPEN}),
    "FR-06": ({"NIGHT": ("23:00", "07:00")}, {"NIGHT": [DAY]}),
    "FR-07": ({"LATE": ("19:00", "00:30")}, {"LATE": [DAY]}),
    "FR-08": ({"EARLY": ("00:30", "10:00")}, {"EARLY": [DAY]}),
    "FR-09": ({"EVE": ("15:00", "23:30")}, {"EVE": [DAY]}),
    "FR-10": ({"EVE": ("15:00", "23:00")}, {"EVE": [DAY]}),
    "FR-11": ({"EARLY": ("00:30", "10:00")}, {"EARLY": [DAY]}),
    "FR-12": ({"EARLY": ("00:30", "10:00")}, {"EARLY": [DAY]}),
    "FR-15": (
        {"MORNING": ("07:00", "12:00"), "AFTERNOON": ("09:30", "14:00")},
        {"MORNING": MARCH[1:3], "AFTERNOON": MARCH[3:5]},
    ),
}  # fmt: skip


def belonging(world: World, count: int) -> list[tuple[str | None, dt.date | None]]:
    """Shift and duty date of each person's one scan."""
    shifts = {(p, duty["duty_date"]): duty["shift_code"] for p in range(count) for duty in world.duties[p]}
    return [(shifts.get((p, day)), day) for p in range(count) for day in [world.placed[p][0]["duty_date"]]]


def answered(case: Case) -> list[tuple[str | None, dt.date | None]]:
    """The peer's shift and date of each scan."""
    pairs = (text.split() for text in case["belongs"])
    return [(pair[0], dt.date.fromisoformat(pair[1])) if len(pair) == 2 else (None, None) for pair in pairs]


@agrees(*ASSIGNED)
def belongs(case: Case) -> tuple[Any, Any]:
    shifts, assigned = ASSIGNED[case["id"]]
    before, after = case["margins"]
    rostered = tuple((day, code) for code, days in assigned.items() for day in days)
    people = [Person(((at(when), None),), rostered) for when in case["scans"]]
    world = settle(
        policy(
            shifts=shifts,
            accept_before_minutes=before,
            accept_after_minutes=after,
        ),
        people,
        DAY,
    )
    return belonging(world, len(people)), answered(case)


@agrees("FR-04")
def falls_to_the_usual_hours(case: Case) -> tuple[Any, Any]:
    world = day_of("14:00", "16:00", (case["scans"][0], None), accept_before_minutes=60)
    return [world.placed[0][0]["duty_date"]], [DAY]


SPLIT = {"S1": ("08:00", "12:00"), "S2": ("12:30", "16:30")}


def split_day(case: Case, last: dt.date) -> World:
    rostered = tuple((day, code) for day in OPEN if day <= last for code in SPLIT)
    people = [Person(((at(when), None),), rostered) for when in case["scans"]]
    return settle(policy(shifts=SPLIT, accept_before_minutes=60, accept_after_minutes=60), people, DAY)


@differs("FR-02", "two shifts of a day are one duty (decision 26); the assignment's end is the peer's")
def one_duty_while_assigned(case: Case) -> tuple[Any, Any]:
    world = split_day(case, dt.date(2026, 3, 19))
    return belonging(world, 3), [("S1+S2", DAY), ("S1+S2", DAY), (None, None)]


@differs("FR-13", "two shifts of a day are one duty (decision 26), so there is no inner boundary to cut")
def one_duty_across_the_boundary(case: Case) -> tuple[Any, Any]:
    return belonging(split_day(case, DAY), 3), [("S1+S2", DAY)] * 3


@differs(
    "FR-14",
    "a scan without direction at both a night's end and a day's start is the check-in; a given `out` is the peer's",
)
def the_check_in_wins_a_tie(case: Case) -> tuple[Any, Any]:
    night = {"NIGHT": ("19:00", "07:00")}
    scans = [(at("07:00"), None), (at("07:00"), "out"), (at("07:01"), None), (at("19:00"), None)]
    people = [Person((scan,), ((dt.date(2026, 3, 3), "NIGHT"),)) for scan in scans]
    margins = {"accept_before_minutes": 60, "accept_after_minutes": 60}
    world = settle(policy(shifts=night, hours=("07:00", "19:00"), **margins), people, DAY)
    return belonging(world, 4), [(None, DAY), ("NIGHT", dt.date(2026, 3, 3)), (None, DAY), (None, DAY)]


def duties_of(pairs: list[list[str]]) -> list[int]:
    """How many duties a day has on which both shifts of a pair, each like '22:00-02:00', are rostered."""
    shifts = {
        f"{n}{half}": (span[:5], span[6:])
        for n, pair in enumerate(pairs)
        for half, span in zip("AB", pair, strict=True)
    }
    people = [Person((), ((DAY, f"{n}A"), (DAY, f"{n}B"))) for n in range(len(pairs))]
    world = settle(policy(shifts=shifts), people, DAY)
    return [len(world.duties[n]) for n in range(len(pairs))]


OVERLAPS = (
    "a roster row is never refused for overlapping: the day's shifts are one duty, each row with a warning"
)


@differs("FR-16", OVERLAPS)
def overlapping_shifts_are_one_duty(case: Case) -> tuple[Any, Any]:
    return duties_of(case["pairs"]), [1] * 7


@differs("FR-17", OVERLAPS)
def touching_shifts_are_one_duty(case: Case) -> tuple[Any, Any]:
    return duties_of(case["pairs"]), [1] * 3


@agrees("TT-22")
def a_night_and_the_next_day_keep_their_scans(case: Case) -> tuple[Any, Any]:
    shifts = {"N": ("22:00", "07:00"), "D": ("07:30", "16:30")}
    rostered = ((DAY, "N"), (DAY + dt.timedelta(1), "D"))
    scans = ("2026-03-04 22:00", "2026-03-05 07:00", "2026-03-05 07:30", "2026-03-05 16:30")
    world = settle(policy(shifts=shifts), [Person(((at(when), None),), rostered) for when in scans], DAY)
    return belonging(world, 4), answered(case)


@differs(
    "TT-21", "a late arrival after midnight stays with the date of the scheduled duty, not with the scan's"
)
def a_night_keeps_its_date(case: Case) -> tuple[Any, Any]:
    after = DAY + dt.timedelta(1)
    nights = {"C": ("23:00", "08:00"), "E": ("00:30", "08:00")}
    people = [
        Person(((at("23:00"), "in"), (at("2026-03-05 08:00"), "out")), ((DAY, "C"),)),
        Person(((at("2026-03-05 00:30"), "in"), (at("2026-03-05 08:00"), "out")), ((DAY, "C"),)),
        Person(((at("23:30"), "in"), (at("2026-03-05 08:00"), "out")), ((after, "E"),)),
    ]
    world = settle(policy(shifts=nights), people, DAY)
    ours = [
        (world.placed[p][0]["duty_date"], world.sides[p][world.placed[p][0]["duty_date"], "in"])
        for p in range(3)
    ]
    return ours, [(DAY, ("on_time", 0)), (DAY, ("late", 90)), (after, ("on_time", 0))]


@differs("TT-23", "two shifts of a day are one duty (decision 26), so there is no inner boundary to break")
def the_inner_boundary_is_no_boundary(case: Case) -> tuple[Any, Any]:
    shifts = {"A": ("08:00", "13:00"), "B": ("13:00", "17:00")}
    people = [Person(((at("13:00"), side),), ((DAY, "A"), (DAY, "B"))) for side in ("in", "out")]
    return belonging(settle(policy(shifts=shifts), people, DAY), 2), [("A+B", DAY)] * 2


@agrees("TT-28")
def no_direction_goes_to_the_nearer_end(case: Case) -> tuple[Any, Any]:
    before = DAY - dt.timedelta(1)
    strays = ((), ((at("17:00", before), "in"),), ((at("17:00", before), "out"),))
    people = [Person((*stray, (at(when), None))) for stray in strays for when in case["scans"]]
    world = settle(policy(hours=("08:00", "17:00")), people, DAY)
    return [world.placed[p][-1]["side_code"].upper() for p in range(len(people))], case["directions"] * 3


@agrees("TT-29")
def a_planned_absence_keeps_its_scans(case: Case) -> tuple[Any, Any]:
    person = Person(tuple((at(when), None) for when in case["scans"]), leave=(("cuti_tahunan", DAY, DAY),))
    world = settle(policy(hours=("08:00", "17:00")), [person], DAY)
    return [row["side_code"].upper() for row in world.placed[0]], case["directions"]


@differs("TT-31", "a scan is evidence: none is edited or refused, each is kept with the part it plays")
def every_scan_is_kept(case: Case) -> tuple[Any, Any]:
    days = (
        (("08:00", "in"), ("09:00", "in"), ("15:00", "out")),
        (("08:00", "in"), ("08:00", "in")),
        (("08:00", "in"), ("08:00", "out")),
        (("08:00", "in"), ("13:00", "out"), ("13:00", "in"), ("15:00", "out")),
    )
    people = [Person(tuple((at(when), side) for when, side in scans)) for scans in days]
    world = settle(policy(hours=("08:00", "15:00")), people, DAY)
    return [[row["role_code"] for row in world.placed[p]] for p in range(4)], [
        ["counts", "extra", "counts"],
        ["counts", "duplicate"],
        ["counts", "outside"],
        ["counts", "extra", "extra", "counts"],
    ]


@differs(
    "TPP-10",
    "nothing is refused: a second scan is extra, one outside the window is listed, a check-in counts all day",
)
def refused_scans_are_listed(case: Case) -> tuple[Any, Any]:
    saturday = dt.date(2026, 3, 7)
    days = (
        ((at("07:30"), "in"), (at("08:30"), "in")),
        ((at("06:59"), "in"),),
        ((at("10:01"), "in"),),
        ((at("08:00", saturday), "in"),),
        ((at("15:30"), "out"),),
        ((at("15:30"), "out"), (at("16:30"), "out")),
        ((at("14:00"), "out"),),
        ((at("18:01"), "out"),),
    )
    margins = {"accept_before_minutes": 60, "accept_after_minutes": 180}
    hours = policy(hours=("08:00", "15:00"), weekdays=(1, 2, 3, 4, 5), **margins)
    world = settle(hours, [Person(scans) for scans in days], DAY)
    return [[row["role_code"] for row in world.placed[p]] for p in range(len(days))], [
        ["counts", "extra"],
        ["outside"],
        ["counts"],
        ["outside"],
        ["counts"],
        ["extra", "counts"],
        ["counts"],
        ["outside"],
    ]
