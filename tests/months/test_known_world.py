"""Simulated months with planted outages: what must be found, and what must not.

The same months carry rain, moods, meetings and half-empty days; nothing of that is an outage. `make test` scores the bundled
month, which it runs anyway; a campaign simulates and runs others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from pipeline.commands.month import run_month
from pipeline.simulation import simulate
from pipeline.simulation.evaluation import Evaluation, evaluate
from tests.support import SAMPLE

PEOPLE, SEED, BUNDLED_PEOPLE = 300, 7, 400


World = Callable[[str], Evaluation]


BUNDLED = "bundled"
DISTURBED = [
    BUNDLED,
    *(pytest.param(name, marks=pytest.mark.campaign) for name in ("dispute", "province-down")),
]
MONTHS = [*DISTURBED, pytest.param("quiet", marks=pytest.mark.campaign)]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> World:
    """The month of a scenario, simulated, run and scored once a session."""

    @cache
    def scored(scenario: str) -> Evaluation:
        if scenario == BUNDLED:
            return evaluate(
                request.getfixturevalue("sample_month"), SAMPLE.with_name("garut-contoh.truth"), "2026-01"
            )
        workspace = tmp_path_factory.mktemp(scenario) / "garut"
        truth = simulate(workspace, PEOPLE, SEED, scenario=scenario, other_regions=3)
        with run_month(workspace):
            pass
        return evaluate(workspace, truth, "2026-01")

    return scored


@pytest.fixture(params=MONTHS)
def month(request: pytest.FixtureRequest, world: World) -> Evaluation:
    return world(request.param)


@pytest.fixture(params=DISTURBED)
def disturbed(request: pytest.FixtureRequest, world: World) -> Evaluation:
    return world(request.param)


def test_every_planted_outage_is_found_and_nothing_else(month: Evaluation) -> None:
    assert month.events.missed == 0
    assert month.events.false == 0
    assert len(month.events.claims) == len(month.events.true)


def test_the_edges_lie_within_two_minutes_of_the_first_and_last_affected_request(
    disturbed: Evaluation,
) -> None:
    for event in disturbed.events.true:
        assert event.start_error is not None
        assert abs(event.start_error) <= 2
        assert event.end_error is not None
        assert abs(event.end_error) <= 2


def test_the_layer_and_the_scope_are_named_rightly(disturbed: Evaluation) -> None:
    for event in disturbed.events.true:
        assert event.found_layer == event.true_layer
        assert event.is_scope_right


def test_every_persons_recorded_deduction_is_the_true_one(month: Evaluation) -> None:
    assert month.sides.people in (PEOPLE, BUNDLED_PEOPLE)
    assert month.sides.people_equal == month.sides.people
    assert month.sides.difference_idr == 0


def test_approving_every_open_proposal_harms_nobody(month: Evaluation) -> None:
    assert month.sides.people_worse == 0


def test_nobody_who_was_late_or_absent_on_their_own_account_is_restored(month: Evaluation) -> None:
    assert month.sides.own_fault > 100
    assert month.sides.own_fault_restored == 0
    assert month.sides.late_acts_fully_restored == 0


def test_the_deserving_are_restored_or_asked_for_a_statement(disturbed: Evaluation) -> None:
    sides = disturbed.sides
    assert sides.deserving > 100
    assert sides.deserving_heard >= 0.95 * sides.deserving
    assert sides.deserving_refused <= 0.01 * sides.deserving


def test_those_with_own_failed_lines_are_restored(disturbed: Evaluation) -> None:
    sides = disturbed.sides
    assert sides.deserving_traced > 50
    assert sides.deserving_traced_restored >= 0.9 * sides.deserving_traced
    assert sides.restored_minutes_off[-1] <= 2


def test_the_late_whom_no_outage_touched_are_not_asked_for_statements(month: Evaluation) -> None:
    sides = month.sides
    assert sides.own_fault_untouched_statement <= 0.02 * sides.own_fault_untouched


@pytest.mark.campaign
def test_a_quiet_month_asks_nobody_and_restores_only_what_own_attempts_show_turned(world: World) -> None:
    """A punch stored in the other direction after an own failed request is A also without an outage."""
    sides = world("quiet").sides
    (flips,) = (cause for cause in sides.causes if cause.cause_code == "flipped")
    assert sides.own_fault_untouched_statement == sides.own_fault_restored == 0
    assert sides.restored <= flips.both_traced_count
