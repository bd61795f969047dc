"""The evaluation itself: it must not flatter, and it must not blame."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from pipeline.commands.evaluate import command
from pipeline.errors import SettingsError
from pipeline.simulation import simulate
from pipeline.simulation.campaign import FIRST_SEED, main
from pipeline.simulation.evaluation import evaluate, newest_run
from pipeline.simulation.evaluation.events import SCOPES, events_from_json, score_events
from pipeline.simulation.evaluation.report import render
from pipeline.simulation.evaluation.sides import CauseCount, score_sides
from pipeline.simulation.evaluation.summary import calibrate, quantile

DAY = "2026-01-05 "


def publish_truth(workspace: Path) -> None:
    """A published run that says exactly what the truth says, with one outage more."""
    truth = workspace.with_name(workspace.name + ".truth")
    bukti = workspace / "terbit/2026-01/r2-abc/bukti"
    bukti.mkdir(parents=True)
    (workspace / "terbit/2026-01/r1-abc/bukti").mkdir(parents=True)
    with duckdb.connect() as con:
        for name in ("outage", "side", "deduction"):
            con.read_csv(str(truth / f"{name}.csv"), all_varchar=True, header=True).create(name)
        outage = (
            "select 'a' as outage_id, first_affected_at::timestamp as started_at, "
            "last_affected_at::timestamp as ended_at, layer_code, scope_region, scope_unit_id, scope_network, "
            "scope_provider, scope_client, 1.0 as confidence, 0.001 as p_central from outage"
        )
        extra = f"select * replace ('b' as outage_id, started_at + interval 9 day as started_at, ended_at + interval 9 day as ended_at) from ({outage})"  # noqa: S608
        bad = (
            "select nip, duty_date::date as duty_date, side_code, coalesce(nullif(cause_code, ''), 'unexplained') "
            "as cause_code, case when is_deserving = 'true' then 'restore_partly' else 'not_supported' end "
            "as action_code, 'A' as grade_code, nullif(act_at, '')::timestamp as restored_at from side where cause_code <> '' or is_own_fault = 'true'"
        )
        tables = {
            "outage": f"{outage} union all {extra}",
            "finding": bad,
            "assessment": "select nip, 'recorded' as scenario_code, recorded_idr::bigint as deduction_idr "
            "from deduction where recorded_idr <> '0'",
        }
        for name, query in tables.items():
            con.sql(query).write_parquet(str(bukti / f"{name}.parquet"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("told") / "garut"
    simulate(workspace, 90, 5, other_regions=2)
    publish_truth(workspace)
    return workspace


def test_a_run_that_tells_the_truth_scores_full_marks_but_for_its_false_event(told: Path) -> None:
    report = evaluate(told, told.with_name("garut.truth"), "2026-01")
    events, sides = report.events, report.sides
    assert newest_run(told, "2026-01").name == "r2-abc"
    assert (len(events.true), events.missed, len(events.claims), events.false) == (1, 0, 2, 1)
    assert events.true[0].is_scope_right
    assert abs(events.true[0].start_error or 0) < 0.01
    assert sides.people_equal == sides.people == 90
    assert sides.deserving > 40
    assert dict(sides.deserving_by_action) == {"restore_partly": sides.deserving}
    assert sides.deserving_heard == sides.restored == sides.deserving
    assert sides.own_fault > 50
    assert sides.own_fault_restored == sides.own_fault_untouched_statement == 0
    assert sides.restored_minutes_off == (0.0, 0.0, 0.0)
    assert all(c.true_count == c.found_count == c.both_count for c in sides.causes)
    assert "(90/90)" in render(report)


def test_the_command_prints_one_month_in_full_and_many_months_as_one_table(told: Path) -> None:
    one = CliRunner().invoke(command, [str(told), "--json"])
    assert json.loads(one.output)["sides"]["people"] == 90
    many = CliRunner().invoke(command, [str(told), str(told)])
    assert "Bulan dengan gangguan palsu" in many.output
    assert "2 (2 gangguan)" in many.output


def test_nothing_published_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="rekon run"):
        evaluate(tmp_path, tmp_path, "2026-01")


def planted(
    layer: str = "link", start: str = "07:00:00", end: str = "08:00:00", senders: int = 100, **scope: str
) -> dict[str, object]:
    times = {"first_affected_at": pd.Timestamp(DAY + start), "last_affected_at": pd.Timestamp(DAY + end)}
    row = dict.fromkeys(SCOPES, "") | scope | times
    return row | {
        "outage_no": "1",
        "layer_code": layer,
        "symptom_code": "failure",
        "expected_senders": senders,
    }


def claimed(
    layer: str = "link", start: str = "07:00:00", end: str = "08:00:00", **scope: str
) -> dict[str, object]:
    times = {"started_at": pd.Timestamp(DAY + start), "ended_at": pd.Timestamp(DAY + end)}
    row = dict.fromkeys(SCOPES, None) | scope | times
    return row | {"outage_id": layer + start, "layer_code": layer, "confidence": 0.9, "p_central": 0.1}


def score(true: list[dict[str, object]], found: list[dict[str, object]]) -> tuple[int, int]:
    columns = list(planted()) if not true else None
    events = score_events(
        pd.DataFrame(true, columns=columns), pd.DataFrame(found, columns=None if found else list(claimed()))
    )
    return events.missed, events.false


def test_an_outage_is_found_by_overlap_and_missed_one_second_off() -> None:
    assert score([planted()], [claimed(start="07:59:59", end="09:00:00")]) == (0, 0)
    assert score([planted()], [claimed(start="08:00:00", end="09:00:00")]) == (1, 1)
    assert score([planted()], []) == (1, 0)


def test_an_outage_of_another_region_at_the_same_time_is_neither_found_nor_right() -> None:
    assert score([planted(scope_region="3205")], [claimed(scope_region="3204")]) == (1, 1)
    assert score([planted(scope_region="3205")], [claimed()]) == (0, 0)


def test_an_outage_of_one_system_is_part_of_one_of_its_version_and_not_of_another() -> None:
    true = planted("client", scope_client="*/4.2.1")
    for client, expected in (("Android/4.2.1", (0, 0)), ("Android/*", (0, 0)), ("Android/4.2.0", (1, 1))):
        assert score([true], [claimed("client", scope_client=client)]) == expected


def test_an_outage_that_too_few_people_were_to_meet_is_not_missed_and_not_false() -> None:
    assert score([planted(senders=19)], []) == (0, 0)
    assert score([planted(senders=20)], []) == (1, 0)
    assert score([planted(senders=19)], [claimed()]) == (0, 0)


def test_a_log_gap_that_is_called_an_outage_is_a_false_event_and_one_called_a_gap_is_not() -> None:
    assert score([planted("log_gap")], [claimed("link")]) == (0, 1)
    assert score([planted("log_gap")], [claimed("log_gap")]) == (0, 0)


def test_of_two_outages_at_one_time_each_is_matched_with_its_own_scope() -> None:
    true = [planted(scope_region="3205"), planted("network", scope_provider="XL") | {"outage_no": "2"}]
    found = [claimed("network", scope_provider="XL"), claimed(scope_region="3205", end="07:30:00")]
    events = score_events(pd.DataFrame(true), pd.DataFrame(found))
    assert [e.found_layer for e in events.true] == ["link", "network"]
    assert all(e.is_scope_right for e in events.true)
    assert [e.end_error for e in events.true] == [-30.0, 0.0]
    assert [c.is_layer_right for c in events.claims] == [True, True]


def test_a_scope_that_names_a_dimension_too_many_is_wrong_but_for_lost_writes_of_the_home_region() -> None:
    found = pd.DataFrame([claimed("central", scope_region="3205")])
    loud, lost = planted("central"), planted("central") | {"symptom_code": "lost_write"}
    assert not score_events(pd.DataFrame([loud]), found).true[0].is_scope_right
    assert score_events(pd.DataFrame([lost]), found).true[0].is_scope_right


def test_the_brier_score_is_the_mean_square_and_a_bin_tells_stated_and_observed() -> None:
    found = calibrate([(0.9, True), (0.94, False), (0.1, False)])
    assert found.brier == pytest.approx((0.01 + 0.8836 + 0.01) / 3)
    assert [(b.low, b.count, b.observed) for b in found.bins] == [(0.0, 1, 0.0), (0.9, 2, 0.5)]
    assert calibrate([(1.0, True)]).bins[0].high == 1.0
    assert calibrate([]).brier is None


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = tuple(float(n) for n in range(1, 21))
    assert (quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1.0)) == (10.0, 19.0, 20.0)
    assert quantile((), 0.5) is None


def side(nip: str, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "nip": nip, "duty_date": "2026-01-05", "side_code": "in", "due_at": pd.Timestamp(DAY + "00:30:00"),
        "act_at": pd.Timestamp(DAY + "00:20:00"), "cause_code": "", "outage_no": "", "is_deserving": False,
        "has_own_lines": False, "is_own_fault": False, "is_false_statement": False, "is_in_gap": False,
    }  # fmt: skip
    return row | values


def verdict(nip: str, cause: str, action: str, restored: str | None = None) -> dict[str, object]:
    at = pd.NaT if restored is None else pd.Timestamp(DAY + restored)
    return {
        "nip": nip, "duty_date": "2026-01-05", "side_code": "in", "cause_code": cause, "action_code": action,
        "grade_code": "A", "restored_at": at,
    }  # fmt: skip


def test_sides_are_counted_by_what_is_true_and_what_was_proposed() -> None:
    late = pd.Timestamp(DAY + "00:40:00")
    true = pd.DataFrame([
        side("a", cause_code="failed", is_deserving=True, has_own_lines=True, outage_no="1"),
        side("b", cause_code="blocked", is_deserving=True, outage_no="1"),
        side("c", is_own_fault=True, act_at=late),
        side("d", is_own_fault=True, act_at=late, outage_no="1"),
        side("e", is_own_fault=True, act_at=late, outage_no="1", is_false_statement=True),
        side("f"),
        side("g", is_own_fault=True, act_at=late, outage_no="1", is_in_gap=True),
        side("h", is_own_fault=True, act_at=late, outage_no="1", is_in_gap=True),
    ])  # fmt: skip
    found = pd.DataFrame([
        verdict("a", "failed", "restore", "00:23:00"),
        verdict("b", "unexplained", "not_supported"),
        verdict("c", "unexplained", "needs_statement"),
        verdict("d", "delayed", "restore", "00:30:00"),
        verdict("e", "blocked", "restore", "00:20:00"),
        verdict("g", "unexplained", "not_supported"),
        verdict("h", "no_coverage", "not_assessable"),
    ])  # fmt: skip
    money = pd.DataFrame({"nip": ["a", "b"], "recorded_idr": [10, 5]})
    rows = [("a", "recorded", 10), ("a", "potential", 0), ("b", "recorded", 4), ("b", "potential", 6)]
    assessment = pd.DataFrame(rows, columns=["nip", "scenario_code", "deduction_idr"])
    sides = score_sides(true, money, found, assessment)
    assert (sides.people, sides.people_equal, sides.difference_idr, sides.people_worse) == (2, 1, 1, 1)
    assert (sides.deserving, sides.deserving_refused, sides.deserving_heard) == (2, 1, 1)
    assert (sides.deserving_traced, sides.deserving_traced_restored) == (1, 1)
    assert (sides.own_fault, sides.own_fault_restored, sides.late_acts_fully_restored) == (5, 1, 1)
    assert (sides.in_gap, sides.in_gap_refused) == (2, 1)
    assert (sides.own_fault_untouched, sides.own_fault_untouched_statement) == (1, 1)
    assert (sides.false_statements, sides.false_statements_restored) == (1, 1)
    assert sides.restored_minutes_off[2] == 20.0
    assert sides.causes[-1] == CauseCount("apa pun", 2, 2, 1, 1, 1)  # `e` is a false statement: apart
    assert sides.causes[2] == CauseCount("failed", 1, 1, 1, 1, 1)
    assert sides.traceless_by_action == (("not_supported", 1),)


def test_a_campaign_goes_on_from_the_months_it_has_and_leaves_a_table_and_a_plot(
    told: Path, tmp_path: Path
) -> None:
    report = evaluate(told, told.with_name("garut.truth"), "2026-01")
    scores = json.dumps(asdict(report.events))
    assert events_from_json(json.loads(scores)) == report.events
    for seed in (FIRST_SEED, FIRST_SEED + 1):
        (tmp_path / f"quiet-90-{seed}.json").write_text(scores, "utf-8")
    asked = [str(tmp_path), "--months", "2", "--people", "90", "--workers", "1", "--scenario", "quiet"]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    table = (tmp_path / "hasil.txt").read_text("utf-8")
    assert "50,0% (2/4)" in table
    assert "2 (2 gangguan)" in table
    plot = (tmp_path / "kalibrasi.svg").read_text("utf-8")
    assert plot.count("<circle") == 2
    assert "skor Brier" in plot


def test_what_has_not_arrived_yet_is_right_without_a_finding_and_wrong_with_another_cause() -> None:
    true = pd.DataFrame([side("a", cause_code="unsynced"), side("b", cause_code="unsynced")])
    found = pd.DataFrame([verdict("b", "blocked", "needs_statement")])
    money = pd.DataFrame({"nip": ["a"], "recorded_idr": [0]})
    empty = pd.DataFrame({"nip": ["a"], "scenario_code": ["recorded"], "deduction_idr": [0]})
    causes = {c.cause_code: c for c in score_sides(true, money, found, empty).causes}
    assert causes["unsynced"] == CauseCount("unsynced", 2, 1, 1, 0, 0)
