"""What a day costs: tiers to the second, roundings, codes that count once, decisions that are not made yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.stages import RULES
from tests.support.peers.cases import DAY, MARCH, Case, agrees, at, differs, states
from tests.support.peers.world import Person, Policy, World, policy, settle
from tests.support.rule_cases import world as rule_world

FRIDAY = dt.date(2026, 3, 6)
MILLION = 1_000_000
ON_TIME_OUT = (at("16:30"), "out")


def entry(document: Policy, **values: Any) -> list[dict[str, Any]]:
    return [{"from": document["valid_from"], "reference": "-", **values}]


def daily(rounding: str = "half_up", divisor: int = 22) -> Policy:
    """The siaptek rules as a policy: percent of the daily TPP, that is the peer's percent x 40%."""
    document = policy(
        "harian", hours=("08:00", "15:00", "08:15"), weekdays=(1, 2, 3, 4, 5), rounding_mode=rounding
    )
    document["value"]["day_divisor"] = entry(document, value=divisor)
    document["value"]["day_merge"] = entry(document, value="sum")
    tiers = ((1, 30, 6), (31, 60, 12), (61, 90, 18), (91, None, 24))
    document["band"]["late"] = entry(
        document,
        steps=[
            {"code": f"T{n}", "from_minute": low, "percent": percent} | ({"to_minute": high} if high else {})
            for n, (low, high, percent) in enumerate(tiers, start=1)
        ],
    )
    document["band"]["early"] = entry(document, steps=[{"code": "E", "from_minute": 1, "percent": 8}])
    for side, code, percent in (("out", "P", 8), ("apel", "A", 4), ("both", "TK", 100)):
        document["missing"][side] = entry(document, code=code, percent=percent)
    return document


def scanned(day: dt.date, came: str | None, left: str | None, apel: str | None = None) -> Person:
    """One day's scans; None where there is none."""
    given = ((came, "in"), (apel, "apel"), (left, "out"))
    return Person(tuple((at(when, day), side) for when, side in given if when))


@agrees("TPP-01")
def tiers_cut_to_whole_rupiah(case: Case) -> tuple[Any, Any]:
    people = [scanned(DAY, came, "15:00", "08:15") for came in case["scans"]]
    world = settle(daily("down"), people, DAY, tpp=MILLION)
    return [world.total(p, DAY) for p in range(4)], case["amounts"]


@agrees("TPP-02")
def a_day_away_costs_the_day(case: Case) -> tuple[Any, Any]:
    return settle(daily(), [Person()], DAY, tpp=MILLION).total(0, FRIDAY), case["amount"]


@agrees("TPP-03")
def a_whole_day_costs_nothing(case: Case) -> tuple[Any, Any]:
    world = settle(daily(), [scanned(FRIDAY, "07:50", "16:30", "08:05")], DAY, tpp=MILLION)
    return world.total(0, FRIDAY), case["amount"]


@differs(
    "TPP-04", "a day has one roll call, and each event is rounded: 3,636 + 1,818, with no second roll call"
)
def a_check_in_alone(case: Case) -> tuple[Any, Any]:
    world = settle(daily(), [scanned(FRIDAY, "07:50", None)], DAY, tpp=MILLION)
    return world.total(0, FRIDAY), sum(case["parts"])


@agrees("TPP-05")
def late_and_without_the_roll_call(case: Case) -> tuple[Any, Any]:
    world = settle(daily(), [scanned(FRIDAY, "08:20", "16:30")], DAY, tpp=MILLION)
    return world.total(0, FRIDAY), case["amount"]


@agrees("TPP-06")
def leave_costs_nothing(case: Case) -> tuple[Any, Any]:
    person = Person(leave=(("cuti_tahunan", FRIDAY, FRIDAY),))
    return settle(daily(), [person], DAY, tpp=MILLION).total(0, FRIDAY), case["amount"]


@differs(
    "TPP-07",
    "every event is rounded half-up once, and what is paid is the base less their sum: rows always foot",
)
def rows_foot(case: Case) -> tuple[Any, Any]:
    first = dt.date(2026, 5, 4)
    week = (
        ("07:15", "15:15", "08:00"),
        ("08:20", "15:15", None),
        ("07:50", "15:15", None),
        ("07:45", None, "08:00"),
        ("08:45", "16:15", "08:00"),
    )
    scans = [scan for n, times in enumerate(week) for scan in scanned(first + dt.timedelta(n), *times).scans]
    document = daily()
    document["missing"]["apel"] = entry(document, code="A", percent=8)
    world = settle(document, [Person(tuple(scans))], first, tpp=MILLION)
    return [world.total(0, first + dt.timedelta(n)) for n in range(5)], [0, 2727 + 3636, 3636, 3636, 5455]


@agrees("TPP-08")
def the_policy_says_how_to_round(case: Case) -> tuple[Any, Any]:
    ours = [settle(daily(mode), [Person()], DAY, tpp=MILLION).total(0, DAY) for mode in ("down", "half_up")]
    return ours, case["amounts"]


@agrees("TPP-09")
def a_permit_costs_its_share(case: Case) -> tuple[Any, Any]:
    ours = []
    for percent in (50, 20):
        document = daily()
        document["leave"]["izin"] = entry(document, effect="day_rate", percent=percent)
        person = Person(leave=(("izin", DAY, DAY),))
        ours.append(settle(document, [person], DAY, tpp=22 * case["daily"]).total(0, DAY))
    return ours, case["amounts"]


def monthly(*minutes: float) -> list[int]:
    """What so many minutes late cost under kepmendagri (40% of TPP x tier)."""
    people = [Person(((at("08:00") + dt.timedelta(minutes=each), "in"), ON_TIME_OUT)) for each in minutes]
    world = settle(policy(hours=("08:00", "16:30")), people, DAY, tpp=MILLION)
    return [world.total(person, DAY) for person in range(len(people))]


@differs(
    "TPP-11",
    "minutes are cut before the tier is looked up: 30.5 is 30, never a gap; the whole tiers are the peer's",
)
def no_gap_between_tiers(case: Case) -> tuple[Any, Any]:
    return monthly(*case["minutes"], 30.5), [*case["amounts"], 2000]


@differs("TPP-12", "there is one path and the last tier is open: 125 minutes are TL4")
def the_last_tier_is_open(case: Case) -> tuple[Any, Any]:
    return monthly(125), [6000]


def codes(document: Policy, scans: list[tuple[str | None, str | None]], day: dt.date = DAY) -> list[str]:
    """The codes that each (in, out) of a day costs, joined; 'on time' where none."""
    people = [scanned(day, came, left) for came, left in scans]
    world = settle(document, people, day, tpp=MILLION)
    return ["+".join(world.codes(p, day)) or "on time" for p in range(len(people))]


@agrees("ID-01")
def manado_arrivals(case: Case) -> tuple[Any, Any]:
    ours = codes(
        policy("manado", hours=("07:30", "16:00")), [(when or None, "16:00") for when in case["scans"]]
    )
    return [code.lower() for code in ours], case["codes"]


@agrees("ID-02")
def manado_departures(case: Case) -> tuple[Any, Any]:
    ours = codes(
        policy("manado", hours=("07:30", "16:00")), [("07:30", when or None) for when in case["scans"]]
    )
    return [code.lower() for code in ours], case["codes"]


@agrees("ID-03")
def manado_points(case: Case) -> tuple[Any, Any]:
    shift = {"S": ("07:30", "16:00")}
    away = [(None, None)]
    months = (
        [("07:31", "16:00")] * 2 + [("08:31", "16:00"), ("07:30", "15:15")],
        away * 16 + [("08:31", "16:00"), ("07:31", "16:00")],  # 96 + 3 + 1
        away * 16 + [("08:31", "16:00"), ("08:01", "16:00")],  # 96 + 3 + 2
    )
    people = [
        Person(
            tuple(
                scan for day, times in zip(MARCH, month, strict=False) for scan in scanned(day, *times).scans
            ),
            tuple((day, "S") for day in MARCH[: len(month)]),
        )
        for month in months
    ]
    world = settle(policy("manado", shifts=shift), people, DAY, tpp=MILLION)
    left = [(40 * MILLION // 100 - world.total(p)) * 100 / MILLION for p in range(3)]
    return left, case["left"]


@differs("ID-04", "a lost check-in is a missing check-in, never a day's absence while a check-out exists")
def a_lost_check_in_is_one_side(case: Case) -> tuple[Any, Any]:
    return codes(policy(hours=("07:30", "16:00")), [(None, "16:05")]), ["TL4"]


def pekalongan(hours: tuple[str, str], before: int) -> Policy:
    return policy("pekalongan", hours=hours, accept_before_minutes=before, accept_after_minutes=241)


@differs(
    "ID-05",
    "a check-in is accepted until the duty ends, so one after 11:30 is very late, not missing; other edges agree",
)
def pekalongan_arrivals(case: Case) -> tuple[Any, Any]:
    ours = codes(pekalongan(("07:16", "15:45"), 91), [(when, "15:45") for when in case["scans"]])
    assert case["codes"][-1] == "M0"
    return [code.replace("on time", "M1") for code in ours], [*case["codes"][:-1], "M5"]


@differs(
    "ID-06",
    "a check-out is accepted from the start of the duty: one before 11:30 is very early; other edges agree",
)
def pekalongan_departures(case: Case) -> tuple[Any, Any]:
    ours = codes(pekalongan(("07:16", "15:45"), 91), [("07:16", left) for left in case["monday"]])
    ours += codes(pekalongan(("07:16", "14:30"), 91), [("07:16", left) for left in case["friday"]])
    times = (*case["monday"], *case["friday"])
    documented = [
        "P5" if left == "11:29:59" else code for left, code in zip(times, case["codes"], strict=True)
    ]
    return [code.replace("on time", "P1") for code in ours], documented


@agrees("ID-07")
def the_first_accepted_check_in_is_the_best(case: Case) -> tuple[Any, Any]:
    people = [Person((*((at(when), "in") for when in scans), (at("15:45"), "out"))) for scans in case["days"]]
    world = settle(pekalongan(("07:16", "15:45"), 91), people, DAY, tpp=MILLION)
    ours = [world.codes(p, DAY) or ["M1"] for p in range(len(people))]
    return ours, [[code] for code in case["codes"]]


@differs(
    "ID-08",
    "seven days away cost seven rates, as the regulation's table says; a holiday has no duty, so no price",
)
def each_code_once_a_day(case: Case) -> tuple[Any, Any]:
    holiday = dt.date(2026, 3, 19)
    document = policy("pekalongan", hours=("07:15", "15:45", "07:30"))
    people = [Person(), Person(((at("15:45"), "out"),)), Person(((at("08:00", holiday), "in"),))]
    world = settle(document, people, DAY, tpp=MILLION)
    week = sum(row["rate_bps"] for day in MARCH[:7] for row in world.rows(0, day))
    ours = [world.codes(0, DAY), world.codes(1, DAY), week, world.codes(2, holiday)]
    return ours, [["TK"], ["A0", "M0"], 7 * 600, []]


def corrected(*approved: bool) -> World:
    """A check-in of 08:20 that should be 07:00, once per decision on it."""
    scans = ((at("08:20"), "in"), ON_TIME_OUT)
    people = [Person(scans, findings=((DAY, "in", at("07:00"), each),)) for each in approved]
    return settle(policy(hours=("07:30", "16:30")), people, DAY, tpp=MILLION)


@differs("ID-09", "what nobody has approved moves no money: an open request is potential only")
def an_open_request_moves_nothing(case: Case) -> tuple[Any, Any]:
    world = corrected(False, True)
    moved = [world.total(p, DAY) - world.total(p, DAY, "restored") for p in range(2)]
    return moved, [0, 4000]


@agrees("ID-10")
def two_leaves_of_a_kind_add_up(case: Case) -> tuple[Any, Any]:
    leave = (("izin", MARCH[2], MARCH[3]), ("izin", MARCH[8], MARCH[10]))
    world = settle(policy(hours=("08:00", "16:30")), [Person(leave=leave)], DAY, tpp=MILLION)
    return world.codes(0).count("izin"), case["count"]


@differs("ID-11", "an approval is a row of its own: the raw scan stays, only the restored scenario moves")
def the_raw_scan_stays(case: Case) -> tuple[Any, Any]:
    world = corrected(True)
    return (states(world), world.total(0, DAY), world.total(0, DAY, "restored")), (
        [("late", 50), ("on_time", 0)],
        4000,
        0,
    )


@differs(
    "ID-12",
    "nobody's time is copied from a colleague; the quota refuses the third approval in the month, as the peer does",
)
def the_quota_refuses_the_third(case: Case) -> tuple[Any, Any]:
    ids = [letter * 16 for letter in "abc"]
    given = {
        "decision": [{"finding_id": each} for each in ids],
        "finding": [
            {"finding_id": each, "duty_date": MARCH[n], "grade_code": "C"} for n, each in enumerate(ids)
        ],
        "duty": [{"duty_date": MARCH[n]} for n in range(3)],
        "incident": [{}],
    }
    stage = RULES["check_decisions"]
    warehouse = rule_world(
        {"day": DAY, "policy": {"statement_quota_count": 2}, "given": given}, set(stage.reads)
    )
    refusals = {row["decision_id"]: row["refusal_code"] for row in warehouse.query(stage.sql).to_pylist()}
    return refusals, {"d0": None, "d1": None, "d2": "QUOTA_EXCEEDED"}


@differs("FR-45", "whole rupiah; and what is given back is before less after, so no day is reversed twice")
def a_days_part_in_whole_rupiah(case: Case) -> tuple[Any, Any]:
    document = daily(divisor=case["working_days"])
    world = settle(document, [Person()], DAY, tpp=case["base"])
    return world.total(0, DAY), round(case["amount"])
