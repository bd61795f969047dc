"""What breaks in each scenario is seen exactly where docs/method/attribution.md says, and the truth names it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.commands.simulate import SCENARIOS as offered  # noqa: N811
from pipeline.errors import SettingsError
from pipeline.simulation import SCENARIOS, World, make_world, simulate
from pipeline.simulation.faults import ANY, LAYERS, Fault
from pipeline.simulation.people import OTHER_REGIONS, Flags
from pipeline.simulation.punches import APP
from pipeline.simulation.requests import BAD, FORGETFUL_VERSION, LOST
from pipeline.simulation.scenarios import MINUTE, make_plan
from pipeline.simulation.schedule import HOUR
from pipeline.simulation.truth_tables import side_truths


@cache
def world(scenario: str) -> World:
    return make_world(240, 5, "2026-01", scenario, units=6, other_regions=2)


def inside(world: World, fault: Fault) -> Flags:
    return np.asarray((world.requests.begin >= fault.start) & (world.requests.begin < fault.end))


def seen(world: World) -> Flags:
    return np.asarray((world.requests.gate_status > 0) | (world.requests.server_status > 0))


def test_a_carrier_that_is_down_is_silent_in_every_region_while_others_go_on() -> None:
    month = world("isp")
    fault, requests = month.plan.faults[0], month.requests
    mobile = inside(month, fault) & ~requests.is_office_line
    theirs = month.senders.carrier[requests.person] == fault.provider
    assert not (mobile & theirs & seen(month)).any()
    assert (mobile & ~theirs & (requests.server_status == 200)).sum() > 20
    assert len(np.unique(month.senders.region[requests.person[mobile & theirs]])) == 3


def test_an_office_without_power_is_silent_on_its_line_and_alive_on_mobile_phones() -> None:
    month = world("site-power")
    fault, requests = month.plan.faults[0], month.requests
    theirs = inside(month, fault) & (requests.office == fault.office)
    assert not (theirs & requests.is_office_line & seen(month)).any()
    assert (theirs & ~requests.is_office_line & (requests.server_status == 200)).sum() > 3
    assert (inside(month, fault) & (requests.office == 4) & (requests.server_status == 200)).sum() > 10


def test_an_app_version_that_fails_does_so_at_both_vantages_while_others_succeed() -> None:
    month = world("app-version")
    fault, requests = month.plan.faults[0], month.requests
    theirs = inside(month, fault) & (month.senders.version[requests.person] == fault.version)
    sent = theirs & seen(month)
    assert set(requests.server_status[sent & (requests.by == 0)]) == {500}
    assert not (sent & (requests.server_status == 200)).any()
    assert (inside(month, fault) & ~theirs & (requests.server_status == 200)).sum() > 50


def test_overload_fails_a_third_to_two_thirds_of_requests_on_every_monday() -> None:
    month = world("overload")
    assert len(month.plan.faults) == 4
    assert {month.month.date(int(f.start // 86_400)).weekday() for f in month.plan.faults} == {0}
    for fault in month.plan.faults:
        tried = inside(month, fault) & seen(month)
        failed = (tried & np.isin(month.requests.fate, BAD)).sum() / tried.sum()
        assert 0.3 < failed < 0.68


def test_accepted_and_lost_writes_are_answered_200_and_missing_from_the_export() -> None:
    month = world("lost-writes")
    fault, requests = month.plan.faults[0], month.requests
    home = month.senders.region[requests.person] == 0
    hit = inside(month, fault) & home & (requests.by == 0)
    assert set(requests.server_status[hit]) == {200}
    assert set(requests.fate[hit]) == {LOST}
    punches = month.punches
    within = (punches.at >= fault.start + 5) & (punches.at < fault.end)
    assert not np.isin(punches.person[within], requests.person[hit]).any()
    assert (month.outcome.lost & month.outcome.traced).sum() > 50


def test_in_a_log_gap_the_service_lives_and_one_log_has_no_lines() -> None:
    month = world("log-gap")
    fault, requests = month.plan.faults[0], month.requests
    assert not (requests.by >= 0).any()
    assert (inside(month, fault) & (requests.server_status == 200)).sum() > 100
    assert fault.vantage == "gerbang"


def test_declarations_are_one_true_one_stretched_and_one_invented() -> None:
    plan = world("declared").plan
    true, stretched, invented = plan.declared
    link, gate = plan.faults
    assert (true.start, true.end) == (link.start, link.end)
    assert stretched.start < gate.start < gate.end < stretched.end
    assert all(invented.end <= f.start or f.end <= invented.start for f in plan.faults)


def test_in_the_abusive_month_many_stay_away_on_the_day_and_superiors_sign_for_them() -> None:
    month, honest = world("abuse"), world("dispute")
    day = int(month.plan.faults[0].start // 86_400)
    absent, usual = (np.isnan(w.sides.attempt[w.sides.day == day]).sum() for w in (month, honest))
    assert absent > usual + 20
    assert month.plan.liars > 0


def test_schools_punch_at_machines_that_arrive_late_or_fall_silent_and_leave_no_log_lines() -> None:
    month = make_world(600, 5, "2026-01", "machines", units=24, other_regions=1)
    punches, sides = month.punches, month.sides
    by_machine = punches.machine != APP
    assert set(punches.machine[by_machine].tolist()) == {2, 8, 14, 20}
    delay = (punches.received - punches.at)[by_machine]
    assert delay.min() >= 0
    assert (delay[punches.machine[by_machine] == 8] < 60).all()  # online
    assert (delay[punches.machine[by_machine] == 2] > 86_400).mean() > 0.8  # weeks late
    silent = punches.at[punches.machine == 20]
    assert silent.max() < 19 * 86_400
    users = np.unique(sides.person[month.uses_machine])
    assert not np.isin(month.requests.person[month.requests.side >= 0], users).any()
    truths, duties = side_truths(month)
    awaited = [s for s in truths if s.cause == "unsynced"]
    assert {int(month.senders.office[s.person]) for s in awaited} == {20}
    assert all(s.recorded is None and not s.is_own_fault and not s.is_deserving for s in awaited)
    assert {s.day for s in awaited} == {
        s.day for s in truths if s.day >= 19 and month.senders.office[s.person] == 20
    }
    later = [duty for s in awaited for duty, _ in duties[s.person] if duty.day >= 19]
    assert all((duty.came, duty.left) == (duty.start, duty.end) for duty in later)  # costs nothing yet


def test_what_arrives_late_is_missing_from_early_exports_and_there_at_last(tmp_path: Path) -> None:
    simulate(tmp_path / "dki", 96, 5, scenario="late-data", units=6, other_regions=1)
    full = (tmp_path / "dki/masukan/2026-01/presensi.csv").read_text("utf-8").splitlines()
    early = [
        (tmp_path / f"dki.kiriman/{n}/masukan/2026-01/presensi.csv").read_text("utf-8").splitlines()
        for n in (1, 2, 3)
    ]
    assert all(set(lines) <= set(full) for lines in early)
    morning = [
        sum(",masuk," in line and "2026-01-02 0" in line for line in lines) for lines in (*early, full)
    ]
    assert morning[0] < 0.85 * morning[3]
    assert morning[0] < morning[1] < morning[2] == morning[3]
    settings = (tmp_path / "dki.kiriman/1/rekon.toml").read_text("utf-8")
    assert "covers_until = 2026-01-02T09:49:00+07:00" in settings


def test_a_forgetful_app_sends_the_other_direction_after_a_failure_and_only_then() -> None:
    month = world("dispute")
    sides, outcome, requests = month.sides, month.outcome, month.requests
    hit = outcome.flipped & (outcome.hit_by >= 0) & (month.senders.region[sides.person] == 0)
    assert 0 < hit.sum() < 30
    for side in np.flatnonzero(hit):
        mine = np.flatnonzero((requests.side == side) & (requests.kind == 0))
        ordered = mine[np.argsort(requests.begin[mine])]
        assert requests.direction[ordered[0]] == sides.side[side]
        assert requests.direction[ordered[-1]] != sides.side[side]
        assert month.senders.version[sides.person[side]] == FORGETFUL_VERSION


def test_every_scenario_is_simulated_with_edges_from_its_affected_requests() -> None:
    for scenario in SCENARIOS:
        month = world(scenario)
        for number, fault in enumerate(month.plan.faults):
            hurt = month.requests.begin[month.requests.by == number]
            assert ((hurt >= fault.start) & (hurt < fault.end)).all()


def test_the_command_offers_every_scenario_and_no_other() -> None:
    assert offered == SCENARIOS


def test_an_unknown_scenario_is_refused_with_the_list() -> None:
    with pytest.raises(SettingsError, match=r"gempa.*dispute, province-down"):
        make_world(240, 5, "2026-01", "gempa", units=6, other_regions=2)


def test_random_months_draw_layer_length_and_hour_as_the_calibration_asks() -> None:
    month = world("random")
    drawn = [
        make_plan("random", month.month, month.senders, np.random.default_rng(seed)).faults
        for seed in range(300)
    ]
    counts = np.bincount([len(faults) for faults in drawn], minlength=7)
    faults = [fault for plan in drawn for fault in plan]
    lengths = np.array([(fault.end - fault.start) / MINUTE for fault in faults])
    layers = np.array([LAYERS.index(fault.layer) for fault in faults])
    assert counts.min() > 20
    assert len(counts) == 7
    assert lengths.min() >= 4.98
    assert lengths.max() <= 150.02
    assert 20 < np.median(lengths) < 37  # log-uniform: the median is the geometric mean of 5 and 150, 27.4
    assert np.bincount(layers).min() > 0.7 * len(faults) / 6
    clock = np.array([fault.start % 86_400 for fault in faults])
    end = clock + lengths * MINUTE
    peak = (clock < 7.6 * HOUR) & (end > 7 * HOUR) | (clock < 16.6 * HOUR) & (end > 16 * HOUR)
    assert 0.55 < peak.mean() < 0.85
    assert all((fault.office != ANY) == (fault.layer == "site") for fault in faults)


def test_a_fault_elsewhere_is_known_only_as_a_region_that_fell_silent() -> None:
    fault = Fault("link", 0, 60, region=1)
    assert fault.true_layer == "undetermined"
    assert fault.scope == (OTHER_REGIONS[0], "", "", "", "")
    assert Fault("site", 0, 60, office=2).scope == ("", "OPD003", "", "", "")
    assert Fault("client", 0, 60, version=1, system=0).scope[-1] == "Android/4.2.0"
    assert Fault("client", 0, 60, version=1).scope[-1] == "*/4.2.0"
