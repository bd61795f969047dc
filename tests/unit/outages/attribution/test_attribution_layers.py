"""Each layer is named from the groups that fail at each vantage: one case per row of the layer table."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from pipeline.outages.attribution.explanation import ExplainedOutage
from tests.support.outage_world import HOME, OTHERS, World, at, attributed, explained, quiet_world

START, END = 400, 520


def named(outages: list[ExplainedOutage]) -> list[tuple[str, dict[str, str]]]:
    """(layer, scope) of each outage."""
    return sorted(((o.layer, dict(o.scope)) for o in outages), key=str)


def plant(fault: str, world: World) -> None:
    """Break one layer in [START, END)."""
    gate, home = world.pick(vantage_code="gerbang"), world.pick(vantage_code="pusat", region_code=HOME)
    province = world.pick(vantage_code="pusat")
    if fault in ("central", "central-off"):
        world.fail(gate, START, END, "upstream")
        if fault == "central":
            world.fail(province, START, END, "own")
            world.check("pusat", START, END, "failed")
        else:
            world.silence(province, START, END)
            world.check("pusat", START, END, "absent")
        world.received[7, START - 360 : END - 360] = 0
    if fault in ("link", "gateway"):
        world.fail(gate, START, END, "upstream" if fault == "link" else "own")
        world.silence(home, START, END)
    if fault == "gateway-off":
        world.silence(gate | home, START, END)
        world.check("gerbang", START, END, "absent")
    if fault == "network":
        world.silence(world.pick(provider="Sel"), START, END)
    if fault == "site":
        world.silence(world.pick(unit_id="U2"), START, END)
    if fault == "client":
        world.fail(world.pick(client_code="Android/3.9"), START, END)
    if fault == "version":
        world.fail(world.pick(client_code=("Android/4.2", "iOS/4.2")), START, END)
    if fault.startswith("log-gap"):
        vantage = fault.rpartition(" ")[2]
        world.silence(world.pick(vantage_code=vantage), START, END)
        world.check(vantage, START, END, "absent")
    if fault == "remote":
        world.silence(world.pick(vantage_code="pusat", region_code="3207"), START, END)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("central", ("central", {})),
        ("central-off", ("central", {})),
        ("link", ("link", {"region": HOME})),
        ("gateway", ("gateway", {"region": HOME})),
        ("gateway-off", ("gateway", {"region": HOME})),
        ("network", ("network", {"provider": "Sel"})),
        ("site", ("site", {"unit": "U2"})),
        ("client", ("client", {"client": "Android/3.9"})),
        ("version", ("client", {"client": "*/4.2"})),
        ("remote", ("undetermined", {"region": "3207"})),
    ],
)
def test_a_planted_fault_is_one_outage_of_its_layer_and_scope(
    fault: str, expected: tuple[str, dict[str, str]]
) -> None:
    world = quiet_world()
    plant(fault, world)
    outages = explained(world, [(START, END)])
    assert named(outages) == [expected]
    p = outages[0].posterior.probabilities["central"]
    assert p > 0.9 if fault.startswith("central") else p < 0.01


@pytest.mark.parametrize("vantage", ["pusat", "gerbang"])
@pytest.mark.parametrize("is_detected", [True, False])
def test_a_missing_log_is_a_gap_and_no_outage_whether_or_not_its_silence_was_detected(
    vantage: str, is_detected: bool
) -> None:
    world = quiet_world()
    plant(f"log-gap {vantage}", world)
    windows = [(START, END)] if is_detected else []
    outages = explained(world, windows, gaps={vantage: (START, END)})
    assert named(outages) == [("log_gap", {"vantage": vantage})]
    assert outages[0].windows.symptom == "no_lines"


@pytest.mark.parametrize("vantage", ["pusat", "gerbang"])
def test_a_log_that_was_written_through_is_not_missing(vantage: str) -> None:
    """The people's lines stop, yet the log has no gap: something else fell silent."""
    world = quiet_world()
    world.silence(world.pick(vantage_code=vantage), START, END)
    outages = explained(world, [(START, END)])
    assert outages
    assert all(o.layer != "log_gap" for o in outages)
    assert all(o.posterior.probabilities["log_gap"] == 0 for o in outages)


def test_the_regions_link_cannot_be_told_from_its_gateway_by_the_provinces_log_alone() -> None:
    world = quiet_world()
    plant("link", world)
    del world.health["gerbang"]
    outages = explained(world, [(START, END)])
    assert named(outages) == [("undetermined", {"region": HOME})]
    assert outages[0].posterior.probabilities["central"] < 0.01


def test_silence_of_the_only_log_is_undetermined_without_receipts_and_a_gap_with_them() -> None:
    world = quiet_world()
    plant("log-gap pusat", world)
    del world.health["gerbang"]
    gaps = {"pusat": (START, END)}
    blind = explained(world, [(START, END)], gaps=gaps, has_receipts=False)
    assert [o.layer for o in blind] == ["undetermined"]
    informed = explained(world, [(START, END)], gaps=gaps)
    assert [o.layer for o in informed] == ["log_gap"]


def test_two_faults_with_different_scopes_in_the_same_minutes_are_two_outages() -> None:
    world = quiet_world()
    plant("link", world)
    plant("remote", world)
    outages = explained(world, [(START, END)])
    assert named(outages) == [
        ("link", {"region": HOME}),
        ("undetermined", {"region": "3207"}),
    ]


@pytest.mark.parametrize("fault", ["central", "central-off", "link"])
def test_an_office_that_never_reaches_the_gateway_is_found_beneath_a_fault_behind_it(fault: str) -> None:
    world = quiet_world(size=2)
    plant(fault, world)
    dark = world.pick(unit_id="U2")
    world.silence(dark, START, END)
    for counts in (world.failed, world.upstream, world.own):
        counts[dark, 7, START - 360 : END - 360] = 0
    outages = explained(world, [(START, END)])
    layer = fault.partition("-")[0]
    assert named(outages) == [(layer, {"region": HOME} if layer == "link" else {}), ("site", {"unit": "U2"})]


def test_outages_of_different_scopes_that_overlap_in_part_keep_their_own_minutes() -> None:
    world = quiet_world(size=2)
    world.silence(world.pick(provider="Sel"), 400, 480)
    world.fail(world.pick(vantage_code="gerbang"), 440, 520, "upstream")
    world.silence(world.pick(vantage_code="pusat", region_code=HOME), 440, 520)
    outages = explained(world, [(400, 480, "provider"), (440, 520, "region")])
    assert named(outages) == [("link", {"region": HOME}), ("network", {"provider": "Sel"})]
    spans = {o.layer: (o.windows.hard.start - 7 * 1440, o.windows.hard.end - 7 * 1440) for o in outages}
    assert spans == {"network": (400, 480), "link": (440, 520)}


def test_an_office_elsewhere_that_happens_to_be_quiet_does_not_explain_another_regions_silence() -> None:
    world = quiet_world()
    plant("remote", world)
    world.silence(world.pick(unit_id="U2"), START, END)
    outages = explained(world, [(START, END, "region")])
    assert named(outages) == [("undetermined", {"region": "3207"})]


def test_two_offices_dark_in_the_same_minutes_are_two_site_outages() -> None:
    world = quiet_world()
    for unit in ("U2", "U5"):
        world.silence(world.pick(unit_id=unit), START, END)
    outages = explained(world, [(START, END)])
    assert named(outages) == [("site", {"unit": "U2"}), ("site", {"unit": "U5"})]


def test_a_long_site_fault_beside_a_short_link_fault_is_found_too() -> None:
    world = quiet_world()
    world.silence(world.pick(unit_id="U2"), 400, 540)
    world.fail(world.pick(vantage_code="gerbang"), 440, 460, "upstream")
    world.silence(world.pick(vantage_code="pusat", region_code=HOME), 440, 460)
    outages = explained(world, [(400, 540, "unit"), (440, 460)])
    assert named(outages) == [("link", {"region": HOME}), ("site", {"unit": "U2"})]


def test_one_big_office_does_not_make_a_regional_outage() -> None:
    world = quiet_world()
    big = world.pick(unit_id="U3")
    world.n[big] *= 12
    world.silence(big, START, END)
    outages = explained(world, [(START, END)])
    assert named(outages) == [("site", {"unit": "U3"})]


def test_a_quiet_month_has_no_outage() -> None:
    assert explained(quiet_world(), []) == []


def test_other_regions_served_refute_the_province_in_words_and_figures(tmp_path: Path) -> None:
    world = quiet_world()
    plant("link", world)
    outages, evidence = attributed(world, [(START, END)], tmp_path)
    assert outages[["layer_code", "scope_region", "symptom_code"]].to_numpy().tolist() == [
        ["link", HOME, "failure"]
    ]
    tests = evidence.set_index("test_code")
    alive = tests.loc["other_regions_alive"]
    served = world.n[world.pick(vantage_code="pusat", region_code=OTHERS), 7, START - 360 : END - 360].sum()
    assert (alive["verdict_code"], alive["observed"]) == ("refutes", served)
    assert -9 <= alive["log10_bound"] <= -6
    assert alive["nats"] > 15
    assert tests.loc["gateway_upstream_errors", "verdict_code"] == "supports"
    assert {
        f"layer_{name}" for name in ("central", "link", "gateway", "network", "site", "client", "log_gap")
    } <= set(tests.index)


def test_a_window_that_bridges_two_explained_outages_is_no_third_one() -> None:
    world = quiet_world()
    gate, home = world.pick(vantage_code="gerbang"), world.pick(vantage_code="pusat", region_code=HOME)
    for start, end in ((400, 420), (470, 490)):
        world.fail(gate, start, end, "upstream")
        world.silence(home, start, end)
    outages = explained(world, [(400, 420, "region"), (470, 490, "region"), (400, 490, "unit")])
    assert named(outages) == [("link", {"region": HOME})] * 2


@pytest.mark.parametrize(
    ("fault", "is_up", "verdict", "words"),
    [
        ("central-off", False, "supports", "0 hidup dan 24 mati"),
        ("link", True, "refutes", "24 hidup dan 0 mati"),
    ],
)
def test_probes_health_checks_and_receipts_say_what_they_contribute_in_nats_and_in_words(
    fault: str, is_up: bool, verdict: str, words: str, tmp_path: Path
) -> None:
    """Each speaks for the named layer by at most ln 100 nats; a dead server logs nothing, but probes of it fail."""
    world = quiet_world(size=2)
    plant(fault, world)
    probes = tuple(
        (f"p{n}", at(START + 5 * n), "pusat", "pemantau", is_up, None, None, "f", n + 1) for n in range(24)
    )
    outages, evidence = attributed(world, [(START, END)], tmp_path, probes=probes)
    assert outages["layer_code"].tolist() == [fault.partition("-")[0]]
    tests = {(row["test_code"], row["test_no"]): row for row in evidence.to_dict("records")}
    probe, checks = tests["probe", 1], tests["health_checks", 2]
    assert (probe["verdict_code"], probe["observed"], probe["expected"]) == (verdict, 24 * is_up, 24)
    assert words in probe["sentence"]
    assert probe["nats"] == pytest.approx(math.log(100), abs=0.01)
    assert checks["nats"] == pytest.approx(math.log(100), abs=0.01)
    assert "server provinsi" in checks["sentence"]
    received = tests["receipt_times", 1]
    assert received["observed"] == (
        0 if fault == "central-off" else world.received[7, START - 360 : END - 360].sum()
    )
    assert abs(received["nats"]) > 0.1
