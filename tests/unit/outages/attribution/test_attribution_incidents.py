"""A declared incident is supported, partly supported, contradicted or not assessable: what the logs say, no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.outages.attribution.incidents import DeclaredIncident, IncidentAssessment, assess_incident
from pipeline.outages.attribution.window_groups import Span
from tests.support.outage_world import DAY, HOME, World, at, attributed, explained, quiet_world, traffic_of

START, END = 400, 480
WHOLE = Span(0, 31 * 1440)


def assessed(
    world: World, start: int, end: int, *, unit: str | None = None, covered: Span = WHOLE
) -> IncidentAssessment:
    """What the logs say to a declaration of local minutes [start, end) for the home region or an office."""
    declared = DeclaredIncident(
        "I1", Span(DAY * 1440 + start, DAY * 1440 + end), HOME if unit is None else None, unit
    )
    return assess_incident(declared, explained(world, [(START, END)]), traffic_of(world), [covered], HOME)


@pytest.fixture(scope="module")
def cut() -> World:
    """The link broke in [START, END)."""
    world = quiet_world(size=4)
    world.fail(world.pick(vantage_code="gerbang"), START, END, "upstream")
    world.silence(world.pick(vantage_code="pusat", region_code=HOME), START, END)
    return world


def test_a_true_declaration_is_supported_for_its_minutes(cut: World) -> None:
    assessment = assessed(cut, START, END)
    assert (assessment.verdict, [span.length for span in assessment.supported]) == (
        "supported",
        [END - START],
    )


def test_a_declaration_two_normal_minutes_longer_is_still_supported_and_thirty_are_not(cut: World) -> None:
    assert assessed(cut, START, END + 2).verdict == "supported"
    longer = assessed(cut, START, END + 30)
    assert longer.verdict == "partly_supported"
    assert (longer.normal_minutes, longer.supported[0].length) == (30, END - START)


def test_minutes_that_nobody_logged_do_not_speak_against_a_declaration(cut: World) -> None:
    covered = Span(DAY * 1440, DAY * 1440 + END)
    longer = assessed(cut, START, END + 30, covered=covered)
    assert (longer.verdict, longer.unmeasured_minutes) == ("supported", 30)


def test_an_invented_declaration_is_contradicted_where_the_minutes_were_measured_and_normal() -> None:
    assert assessed(quiet_world(), START, END).verdict == "contradicted"


def test_an_invented_declaration_of_a_late_morning_is_contradicted_and_of_an_almost_empty_one_is_not() -> (
    None
):
    rng, late, empty = np.random.default_rng(9), quiet_world(size=4), quiet_world(size=4)
    for world, share in ((late, 0.45), (empty, 0.1)):
        mine = world.pick(region_code=HOME)
        world.n[mine, DAY] = rng.binomial(world.n[mine, DAY].astype(int), share)
    declared = DeclaredIncident("I1", Span(DAY * 1440 + START, DAY * 1440 + END), HOME, None)
    verdicts = [assess_incident(declared, [], traffic_of(w), [WHOLE], HOME).verdict for w in (late, empty)]
    assert verdicts == ["contradicted", "not_assessable"]


def test_an_invented_declaration_is_not_assessable_without_coverage_or_with_too_few_senders() -> None:
    world = quiet_world()
    assert assessed(world, START, END, covered=Span(0, 1)).verdict == "not_assessable"
    world.n[world.pick(unit_id="U2")] = 0
    assert assessed(world, START, END, unit="U2").verdict == "not_assessable"


def test_the_other_office_of_a_region_supports_nothing() -> None:
    world = quiet_world()
    world.silence(world.pick(unit_id="U2"), START, END)
    assert assessed(world, START, END, unit="U2").verdict == "supported"
    assert assessed(world, START, END, unit="U1").verdict == "contradicted"


def test_certification_covers_the_supported_minutes_and_the_report_says_where_the_layers_differ(
    cut: World, tmp_path: Path
) -> None:
    incident: tuple[Any, ...] = ("I1", at(START - 40), at(END), "central", HOME, None, "Diskominfo", "1" * 18, "BA-1", None, None,
                                 "f", 1)  # fmt: skip
    outages, evidence = attributed(cut, [(START, END)], tmp_path, incidents=(incident,))
    row = outages.iloc[0]
    assert (row["is_certified"], row["certified_started_at"], row["certified_ended_at"]) == (
        True,
        at(START),
        at(END),
    )
    test = evidence[evidence["test_code"] == "declared"].iloc[0]
    assert (test["verdict_code"], test["outage_id"]) == ("partly_supported", row["outage_id"])
    assert "Letak menurut pernyataan: server provinsi; menurut log: jalur" in test["sentence"]
