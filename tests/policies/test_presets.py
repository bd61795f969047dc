"""Each example policy computes what its description says: its own cases, every band edge, and generated months."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.audit.policy_cases import read_cases, run_cases
from pipeline.engine.strict_toml import parse
from pipeline.policy import compile_policy, preset_names, read_policy
from schemas import AssessmentRule, Band
from tests.support.reference import Day
from tests.support.reference.months import disagreements, settled, unlike_sides
from tests.support.reference.people import DAYS_A_MONTH, generated, working

PRESETS = ("harian", "kementerian", "kepmendagri", "manado", "pekalongan", "proporsional")
CI_DAYS = 10_000
CI_PERIODS = (pytest.param("2026-02", marks=pytest.mark.campaign), "2026-03")
"""Ramadan begins on 19 February and ends on 20 March, beside nine days off."""


def test_the_shipped_examples_are_these() -> None:
    assert tuple(preset_names()) == PRESETS


@pytest.mark.parametrize("preset", PRESETS)
def test_an_example_says_that_it_is_one_and_where_each_number_comes_from(preset: str) -> None:
    name, content = read_policy(Path(), preset)
    document = parse(name, content)
    assert document["status"] == "contoh"
    assert "CONTOH, BUKAN" in content.decode().splitlines()[0]
    for rows in compile_policy(name, content).values():
        assert all(row["reference"].startswith(("Contoh", "Tafsir", "Rekaan")) for row in rows)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_cases_in_the_file_hold(preset: str) -> None:
    name, content = read_policy(Path(), preset)
    outcomes = run_cases(compile_policy(name, content), read_cases(name, parse(name, content)))
    assert len(outcomes) >= 3
    assert {outcome.case.name: outcome.problems for outcome in outcomes if outcome.problems} == {}


def test_one_missing_record_costs_eight_times_more_under_one_rule_than_under_another() -> None:
    """TPP Rp6,000,000: why the policy is a file and never code."""
    in_missing, both_missing = Day(late=None), Day(late=None, early=None)

    def cost(preset: str, day: Day) -> list[int]:
        return settled(preset, [working(preset, [day, *[Day()] * 20])])

    assert cost("kepmendagri", in_missing) == [36_000]
    assert cost("manado", both_missing) == [144_000]
    assert cost("proporsional", in_missing) == [285_714]
    whole = read_policy(Path(), "kepmendagri")[1].decode().replace("value = 40", "value = 100", 1)
    (case, *_) = read_cases("k.toml", parse("k.toml", whole.encode()))
    absent = {day: {"date": day, "in": False, "out": False} for day in case.days}
    (outcome,) = run_cases(
        compile_policy("k.toml", whole.encode()), [type(case)(**{**case.__dict__, "days": absent})]
    )
    assert outcome.deduction_idr == 180_000


def test_we_follow_the_table_where_its_published_example_contradicts_it() -> None:
    """A guide of 2014, against its own worked example: 61 minutes late and 120 early are TL3 and PSW4, 2.5% for the day."""
    day = working("kementerian", [Day(late=61 * 60, early=120 * 60)])
    assert settled("kementerian", [day]) == [150_000]
    bands = compile_policy(*read_policy(Path(), "kementerian"))[Band]

    def code(event: str, seconds: int) -> str:
        return next(
            str(band["band_code"])
            for band in bands
            if band["event_code"] == event
            and band["seconds_from"] <= seconds < (band["seconds_to"] or seconds + 1)
        )

    assert (code("late", 61 * 60), code("early", 120 * 60)) == ("TL3", "PSW4")


@pytest.mark.parametrize("preset", PRESETS)
def test_every_band_edge_is_right_to_the_second(preset: str) -> None:
    """The seconds before, at and after each edge that the file writes, on either side, as a month's punches."""
    document = parse(*read_policy(Path(), preset))
    edges = {event: written_edges(document, event) for event in ("late", "early")}
    compiled = compile_policy(*read_policy(Path(), preset))[Band]
    for event, listed in edges.items():
        assert listed == {band["seconds_from"] for band in compiled if band["event_code"] == event}
    people = [
        working(preset, [Day(**{event: edge + shift}), *[Day()] * 20])  # type: ignore[arg-type]
        for event, listed in edges.items()
        for edge in sorted(listed)
        for shift in (-1, 0, 1)
    ]
    assert disagreements(preset, people) == []


def written_edges(document: dict[str, Any], event: str) -> set[int]:
    """Seconds at which a step of a policy file begins, read from the file as it is written."""
    steps = [step for entry in document["band"][event] for step in entry["steps"]]
    return {step["from_second"] if "from_second" in step else step["from_minute"] * 60 for step in steps}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_edge_within_a_month_is_right(preset: str) -> None:
    """One day more and less at each count, share of attendance and cap at which the month's cost turns."""
    people = [
        working(preset, [*[day] * number, *[Day()] * (21 - number)])
        for day in (Day(late=None), Day(late=1000), Day(late=None, early=None), Day(9000, 9000))
        for number in range(22)
    ]
    assert disagreements(preset, people) == []


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("period", CI_PERIODS)
def test_generated_months_cost_what_an_independent_computation_says(preset: str, period: str) -> None:
    """Four duty groups, Ramadan, leave, changes of group, TPP and OPD in the month, punches that must not count."""
    people = generated(preset, round(CI_DAYS / DAYS_A_MONTH), period, seed=11)
    assert disagreements(preset, people, period) == []


@pytest.mark.parametrize("preset", ["manado", "pekalongan"])
def test_a_side_is_judged_alike_on_the_record_and_in_the_scenario_of_the_record(preset: str) -> None:
    """Policies with 59 seconds of grace on one side only, and with an apel that is attended or not."""
    assert unlike_sides(preset, generated(preset, 150, "2026-02", seed=3), "2026-02") == 0


def test_every_example_settles_the_groups_that_a_simulated_month_has() -> None:
    for preset in PRESETS:
        tables = compile_policy(*read_policy(Path(), preset))
        assert len(tables[AssessmentRule]) == 1
        groups = {row["group_code"] for rows in tables.values() for row in rows if row.get("group_code")}
        assert groups == {"kantor-5", "kantor-6", "guru", "nakes-shift"}
