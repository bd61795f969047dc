"""Late, early and absent; what has not arrived yet; leave and corrections."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.peers.cases import DAY, MARCH, Case, agrees, at, day_of, days_of, differs, states
from tests.support.peers.world import Person, policy, settle


@agrees("FR-30")
def on_time_at_both_ends(case: Case) -> tuple[Any, Any]:
    world = day_of("08:00", "12:00", (case["scans"][0], None), (case["scans"][1], None))
    return [state for state, _ in states(world)], ["on_time", "on_time"]


def after_a_grace(grace: str, ins_and_outs: list[tuple[str, str]]) -> list[tuple[bool, bool]]:
    """(late, early) of each pair where the first band begins at `grace` seconds."""
    document = policy(hours=("08:00", "12:00"))
    for event in ("late", "early"):
        steps = [{"code": event.upper(), "from_second": int(grace), "percent": 1}]
        document["band"][event] = [{"from": document["valid_from"], "reference": "-", "steps": steps}]
    people = [Person(((at(a), "in"), (at(b), "out"))) for a, b in ins_and_outs]
    world = settle(document, people, DAY)
    return [
        (states(world, person=p)[0][0] == "late", states(world, person=p)[1][0] == "early")
        for p in range(len(people))
    ]


@agrees("FR-31")
def late_and_early_beyond_the_grace(case: Case) -> tuple[Any, Any]:
    return after_a_grace("3601", [("09:30", "10:30")]), [(case["late"], case["early"])]


@agrees("FR-32")
def the_grace_ends_to_the_second(case: Case) -> tuple[Any, Any]:
    days = [(came, left) for came, left in case["days"]]
    return after_a_grace("3601", days), list(zip(case["late"], case["early"], strict=True))


def worked(*hours: str) -> list[list[tuple[str, int | None]]]:
    """States of days of 08:00-12:00 with the given first and last scan."""
    return days_of(
        "08:00", "12:00", *(tuple(zip(pair.split("-"), ("in", "out"), strict=True)) for pair in hours)
    )


HOURS = "a side is judged by its own time; regulations price minutes, not a day's sum of hours"


@differs("FR-33", HOURS)
def half_a_day_is_an_early_leave(case: Case) -> tuple[Any, Any]:
    return worked("08:00-09:30"), [[("on_time", 0), ("early", 150)]]


@differs("FR-34", HOURS)
def few_hours_are_an_early_leave(case: Case) -> tuple[Any, Any]:
    return worked("08:00-09:30"), [[("on_time", 0), ("early", 150)]]


@differs("FR-35", HOURS)
def fewer_hours_are_an_earlier_leave(case: Case) -> tuple[Any, Any]:
    expected = [[("on_time", 0), ("early", 150)], [("on_time", 0), ("early", 195)]]
    return worked("08:00-09:30", "08:00-08:45"), expected


@agrees("FR-36")
def a_holiday_has_a_duty_only_by_roster(case: Case) -> tuple[Any, Any]:
    holiday = dt.date(2026, 3, 19)
    scans = ((at("08:00", holiday), None), (at("12:00", holiday), None))
    usual = settle(policy(hours=("08:00", "12:00")), [Person(scans)], holiday)
    rostered = settle(policy(shifts={"S": ("08:00", "12:00")}), [Person(scans, ((holiday, "S"),))], holiday)
    ours = [
        "no attendance record"
        if not [d for d in usual.duties[0] if d["duty_date"] == holiday]
        else "Present",
        "Present" if states(rostered, holiday) == [("on_time", 0)] * 2 else "no attendance record",
    ]
    return ours, case["states"]


@differs(
    "FR-37", "a side is decided once the sources cover its due time, not a day later: 4 March closed at 12:00"
)
def absent_up_to_the_watermark(case: Case) -> tuple[Any, Any]:
    last = [dt.date(2026, 2, 27), dt.date(2026, 2, 28), *MARCH[:5]]
    absent = []
    for month in (dt.date(2026, 2, 1), DAY):
        rostered = tuple((day, "S") for day in last)
        world = settle(
            policy(shifts={"S": ("08:00", "12:00")}), [Person((), rostered)], month, covered_to=at("15:00")
        )
        absent += [
            day for (day, side), (state, _) in world.sides[0].items() if (side, state) == ("out", "missing")
        ]
    peers_days = [dt.date.fromisoformat(day) for day in case["absent"]]
    return sorted(absent), [*peers_days, DAY]


@differs(
    "FR-38", "a side is decided once its due time is covered, and a recorded one at once in the same run"
)
def decided_once_the_due_time_is_covered(case: Case) -> tuple[Any, Any]:
    scans = ((at("2026-03-03 15:00"), None), (at("2026-03-03 23:30"), None))
    ours = []
    for watermark in ("2026-03-03 23:30", "2026-03-04 00:30"):
        person = Person(scans, ((dt.date(2026, 3, 3), "EVE"),))
        world = settle(policy(shifts={"EVE": ("15:00", "23:30")}), [person], DAY, covered_to=at(watermark))
        ours.append([state for state, _ in states(world, dt.date(2026, 3, 3))])
    return ours, [["on_time", "provisional"], ["on_time", "on_time"]]


@agrees("FR-39")
def nothing_is_missing_before_the_watermark(case: Case) -> tuple[Any, Any]:
    world = settle(policy(hours=("09:30", "18:00")), [Person()], DAY, covered_to=at("09:01"))
    return [state for state, _ in states(world)], ["provisional", "provisional"]


@agrees("FR-40")
def no_duty_after_the_last_day(case: Case) -> tuple[Any, Any]:
    person = Person(until=dt.date(2026, 2, 28))
    world = settle(policy(hours=("08:00", "12:00")), [person], dt.date(2026, 2, 1))
    last = max(duty["duty_date"] for duty in world.duties[0])
    return (last, states(world, last)[0][0]), (dt.date(2026, 2, 27), "missing")


@differs(
    "FR-41",
    "a manual entry is one record among others: the first counts, the rest stay listed with their ids",
)
def all_records_stay(case: Case) -> tuple[Any, Any]:
    world = day_of("08:00", "12:00", ("08:00", "in"), ("08:00", "in"), ("12:00", "out"), ("12:00", "out"))
    return [row["role_code"] for row in world.placed[0]], ["counts", "duplicate", "duplicate", "counts"]


@differs(
    "FR-42", "official duty and leave excuse each day of their own spans; a holiday has no duty to excuse"
)
def official_duty_excuses_its_days(case: Case) -> tuple[Any, Any]:
    before = dt.date(2026, 3, 18)
    holiday = dt.date(2026, 3, 19)
    duty = ("dinas_luar", DAY - dt.timedelta(1), DAY)
    people = [
        Person(leave=(duty,)),
        Person(leave=(("dinas_luar", before, holiday),)),
        Person(leave=(duty, ("cuti_tahunan", DAY, DAY))),
    ]
    world = settle(policy(hours=("08:00", "12:00")), people, DAY)
    excused = [[d["duty_date"] for d in world.duties[p] if d["is_excused"]] for p in range(3)]
    both = [DAY - dt.timedelta(1), DAY]
    return [*excused[0::2], holiday in excused[1]], [both, both, False]


@differs(
    "FR-43", "overlapping requests are not refused: the day is excused once, by the one that spares most"
)
def overlapping_leave_excuses_once(case: Case) -> tuple[Any, Any]:
    leave = (("dinas_luar", DAY - dt.timedelta(1), DAY), ("izin", DAY, DAY + dt.timedelta(1)))
    world = settle(policy(hours=("08:00", "12:00")), [Person(leave=leave)], DAY)
    kinds = [d["absence_kind_code"] for d in world.duties[0] if d["is_excused"]]
    return kinds, ["dinas_luar", "dinas_luar", "izin"]


@differs(
    "FR-44", "nothing is refused: equal scans are duplicates, and overlapping shifts of a day are one duty"
)
def one_assessment_a_day(case: Case) -> tuple[Any, Any]:
    person = Person(((at("08:00"), "in"), (at("11:00"), "out")), ((DAY, "A"), (DAY, "B")))
    world = settle(policy(shifts={"A": ("08:00", "10:00"), "B": ("09:30", "11:00")}), [person], DAY)
    return states(world), [("on_time", 0), ("on_time", 0)]


@agrees("TT-20")
def nothing_is_missing_of_a_whole_day(case: Case) -> tuple[Any, Any]:
    days = (
        (("08:00", "in"), ("17:00", "out")),
        (("08:00", "in"), ("14:00", "out"), ("14:00", "in"), ("17:00", "out")),
    )
    off = days_of("08:00", "17:00", *days)
    return [(9 * 60 - 60 - sum(minutes or 0 for _, minutes in day)) / 60 for day in off], case["hours"]


@agrees("TT-24")
def one_end_is_missing(case: Case) -> tuple[Any, Any]:
    only = days_of("08:00", "17:00", (("17:00", "out"),), (("08:00", "in"),))
    ours = [
        side
        for day in only
        for side, (state, _) in zip(("in", "out"), day, strict=True)
        if state == "missing"
    ]
    return ours, case["missing"]


@agrees("TT-25")
def an_open_day_is_provisional(case: Case) -> tuple[Any, Any]:
    person = Person(((at("08:00"), "in"),))
    world = settle(policy(hours=("08:00", "17:00")), [person], DAY, covered_to=at("12:00"))
    return [state for state, _ in states(world)], ["on_time", "provisional"]


def raised(people: list[Person], day: dt.date = DAY) -> list[bool]:
    """Whether the check-in of each is late or missing at 08:20, beyond a grace of 300 seconds."""
    document = policy(hours=("08:00", "17:00"))
    steps = [{"code": "TL", "from_second": 301, "percent": 1}]
    document["band"]["late"] = [{"from": document["valid_from"], "reference": "-", "steps": steps}]
    world = settle(document, people, DAY, covered_to=at("08:21"))
    return [world.sides[p][day, "in"][0] in ("late", "missing") for p in range(len(people))]


@agrees("TT-26")
def lateness_beyond_the_grace_is_raised_each_day(case: Case) -> tuple[Any, Any]:
    before = DAY - dt.timedelta(1)
    people = [Person(), Person(((at("08:20", before), "in"),))]
    people += [Person(((at(when), "in"),)) for when in ("08:20", "08:04", "07:54")]
    today, yesterday = raised(people), raised(people, before)[1]
    return (today, yesterday), (case["late"], True)


@agrees("TT-27")
def a_missing_check_out_is_raised_once_it_is_due(case: Case) -> tuple[Any, Any]:
    ours = []
    for now, scans in (("16:40", ()), ("17:15", ()), ("17:15", ((at("08:00"), "in"),))):
        world = settle(
            policy(hours=("08:00", "17:00")), [Person(scans)], DAY, covered_to=at(now), tpp=1_000_000
        )
        ours.append("PSW4" in world.codes(day=DAY))
    return ours, case["raised"]


@differs(
    "TT-30",
    "leaving early and staying away are priced by the policy for everybody, not by a policy of the person",
)
def early_and_absent_are_seen(case: Case) -> tuple[Any, Any]:
    days = days_of("08:00", "16:00", (("08:00", "in"), ("15:00", "out")), ())
    return days, [[("on_time", 0), ("early", 60)], [("missing", None)] * 2]


@differs("TT-32", "a recorded time is never rounded; whole minutes off are cut, seconds and all")
def times_are_not_rounded(case: Case) -> tuple[Any, Any]:
    days = (("08:03", "16:46"), ("08:17", "16:43"), ("08:12", "17:12"), ("08:17:29", "16:43:59"))
    off = days_of("08:00", "17:00", *(((a, "in"), (b, "out")) for a, b in days))
    minutes = [tuple(minutes for _, minutes in day) for day in off]
    return minutes, [(3, 14), (17, 17), (12, 0), (17, 16)]
