"""Each case file under tests/rules holds what its rule makes of the given rows, under the shipped example policy."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import schemas
from pipeline.engine.stage import Rule
from pipeline.engine.warehouse import ARROW_TYPES, Warehouse
from pipeline.errors import InputRefusedError
from pipeline.policy import compile_policy, read_policy
from pipeline.settings import Settings
from pipeline.stages import BY_NAME, RULES
from pipeline.stages.intake.load_policy import calendar_days, setting_row
from schemas import AssessmentRule, Calendar, PolicyPeriod, Setting, Table

FOLDER = Path(__file__).parent
SCREEN = 60
WIB = dt.timedelta(hours=7)
NIP = "199001012015011001"
UNIT = {"unit_id": "4.01", "name": "Dinas Contoh", "region_code": "3205", "zone": "Asia/Jakarta"}
RULED = {"variant_code": "umum", "valid_from": dt.date(2021, 1, 1), "valid_to": dt.date(9999, 12, 31)}
SOURCE = {"file_id": "f" * 16, "line_no": 1, "row_sha256": "0"}
DEFAULTS: dict[str, dict[str, Any]] = {
    "employee": {
        "name": "Contoh", "status_code": "PNS", "unit_id": "4.01", "group_code": "kantor-5", "tpp_idr": 5_000_000,
    },
    "unit": UNIT,
    "scenario_side": {
        "scenario_code": "recorded", "step_no": 0, "unit_id": "4.01", "side_code": "in", "state_code": "on_time",
        "due_at": dt.datetime(2026, 1, 5, 7, 30),
    },
    "finding": {
        "finding_id": "f" * 16, "finding_hash": "a" * 64, "unit_id": "4.01", "side_code": "in", "state_code": "missing",
        "cause_code": "failed", "grade_code": "A", "action_code": "restore", "counter_evidence_codes": "",
        "due_at": dt.datetime(2026, 1, 5, 7, 30), "restored_at": dt.datetime(2026, 1, 5, 7, 20),
        "has_statement": False, "is_certified": True,
    },
    "decision": {
        "finding_id": "f" * 16, "finding_hash": "a" * 64, "verdict_code": "approve",
        "decider_nip": "198001012005011002", "decided_on": dt.date(2026, 1, 9),
    },
    "duty": {
        "unit_id": "4.01", "region_code": "3205", "zone": "Asia/Jakarta", "group_code": "kantor-5",
        "superior_nip": "198001012005011002", "tpp_idr": 5_000_000, "is_excused": False,
        "variant_code": "umum", "late_from_seconds": 60, "early_from_seconds": 60,
        **dict.fromkeys(
            ("starts_at", "ends_at", "accept_in_from", "accept_in_to", "accept_out_from", "accept_out_to", "covered_to"),
            dt.datetime(2026, 1, 5, 7, 30),
        ),
    },
    "incident": {
        "incident_id": "INS-1", "started_at": dt.datetime(2026, 1, 5, 7, 0), "ended_at": dt.datetime(2026, 1, 5, 8, 0),
        "certifier_nip": "197001011995011003",
    },
    "closed_month": {
        "origin_period": "2025-12", "unit_id": "4.01", "tpp_idr": 5_000_000, "recorded_idr": 100_000,
        "restored_idr": 100_000,
    },
    "deduction": {"period": "2026-01", "deduction_idr": 100_000},
    "deduction_check": {
        "period": "2026-01", "deduction_idr": 90_000, "recorded_idr": 100_000, "difference_idr": -10_000,
    },
    "priced_charge": {
        "scenario_code": "recorded", "step_no": 0, "unit_id": "4.01", "side_code": "in", "event_code": "absent",
        "band_code": "TK", "base_idr": 2_000_000, "deduction_idr": 60_000, "policy_reference": "contoh",
    },
    **{
        name: {
            "scenario_code": "recorded", "step_no": 0, "unit_id": "4.01", "event_code": "late", "band_code": "TL1",
            "base_idr": 2_000_000, "numerator": 10_000, "denominator": 1, "policy_reference": "contoh",
        }
        for name in ("side_charge", "leave_charge", "cut_charge")
    },
    "earlier_absence": {"open_run_days": 0},
    "duty_base": {
        "unit_id": "4.01", "variant_code": "umum", "rule_from": dt.date(2021, 1, 1), "tpp_idr": 5_000_000,
        "base_idr": 2_000_000, "divisor": 1, "day_no": 1, "month_days": 1, "unit_days": 1,
    },
    "decision_check": {"finding_id": "f" * 16, "verdict_code": "approve", "status_code": "counts"},
    "duty_side": {  # a check-in of 07:30 that nobody recorded
        "unit_id": "4.01", "region_code": "3205", "side_code": "in", "state_code": "missing",
        "due_at": dt.datetime(2026, 1, 5, 7, 30),
        "accept_from": dt.datetime(2026, 1, 5, 4, 30), "accept_to": dt.datetime(2026, 1, 5, 16, 0),
        "covered_to": dt.datetime(2026, 2, 1),
    },
    "expected_side": {  # a check-in of 07:30
        "unit_id": "4.01", "region_code": "3205", "side_code": "in", "off_from_seconds": 60, "is_excused": False,
        "tie_no": 1, "due_at": dt.datetime(2026, 1, 5, 7, 30),
        "accept_from": dt.datetime(2026, 1, 5, 4, 30), "accept_to": dt.datetime(2026, 1, 5, 16, 0),
        "covered_to": dt.datetime(2026, 2, 1),
    },
    "off_side": {  # a check-in of 07:30 that nobody recorded
        "unit_id": "4.01", "region_code": "3205", "side_code": "in", "state_code": "missing",
        "due_at": dt.datetime(2026, 1, 5, 7, 30),
        "accept_from": dt.datetime(2026, 1, 5, 4, 30), "accept_to": dt.datetime(2026, 1, 5, 16, 0),
        "exposed_from": dt.datetime(2026, 1, 5, 6, 30), "exposed_to": dt.datetime(2026, 1, 5, 7, 30),
    },
    "attempt_placement": {"side_code": "in"},
    "employed_day": {
        "unit_id": "4.01", "group_code": "kantor-5", "variant_code": "umum", "tpp_idr": 5_000_000, "weekday_no": 1,
        "is_ramadan": False, "is_holiday": False,
    },
    "used_network": {"use_no": 1},
    "side_grade": {"side_code": "in", "grade_code": "C", "is_silent": False, "is_certified": False},
    "side_presence": {"side_code": "in", "is_corroborated": False, "has_statement": False, "is_unaccustomed": False},
    "side_watch": {"side_code": "in", "is_watched": True},
    "side_outage": {"side_code": "in", "is_after_grace": False, "may_be_delayed": False, "may_be_blocked": False},
    "side_attempt": {
        "side_code": "in", "is_uncovered": False, "is_authenticated": True, "has_own_success": False,
    },
    "statement_check": {
        "side_code": "in", "witness_code": "statement", "witnessed_at": dt.datetime(2026, 1, 5, 7, 20),
    },
    "outage_touch": {"side_code": "in", "outage_id": "o1", "basis_code": "scope"},
    "attempt": {
        "vantage_code": "pusat", "endpoint_code": "punch_in", "direction_code": "in", "outcome_code": "failed",
        "status_code": 502, "is_retried": False, "is_authenticated": True, "unit_id": None,
    },
    "attempt_group": {
        "side_code": "in", "group_no": 1, "attempt_count": 1, "failed_count": 0, "ok_count": 0, "rejected_count": 0,
        "started_at": dt.datetime(2026, 1, 5, 7, 20), "ended_at": dt.datetime(2026, 1, 5, 7, 20, 10),
        "is_authenticated": True,
    },
    "outage": {  # 06:40 to 08:55
        "outage_id": "o1", "layer_code": "link", "symptom_code": "failure", "severity_bps": 9000, "confidence": 0.99,
        "false_alarm_bound": 0.0, "p_central": 0.0, "is_certified": False,
        **dict.fromkeys(("started_at", "impact_started_at"), dt.datetime(2026, 1, 5, 6, 40)),
        **dict.fromkeys(("ended_at", "impact_ended_at"), dt.datetime(2026, 1, 5, 8, 55)),
    },
    "coverage": {
        "vantage_code": "pusat", "source_code": "log",
        "started_at": dt.datetime(2026, 1, 1), "ended_at": dt.datetime(2026, 2, 1),
    },
    "exposure": {
        "side_code": "in", "outage_id": "o1", "exposure_no": 1, "basis_code": "scope", "is_vantage_alive": False,
    },
    "presence": {
        "side_code": "in", "witness_code": "other_side", "witness_no": 1, "role_code": "supports",
        "witnessed_at": dt.datetime(2026, 1, 5, 16, 5),
    },
    "statement": {
        "side_code": "in", "stated_at": dt.datetime(2026, 1, 5, 7, 20), "signer_nip": "198001012005011002",
        "letter_date": dt.date(2026, 1, 6),
    },
    "candidate": {
        "finding_id": "f" * 16, "side_code": "in", "is_approved": False, "apply_no": 1,
        "restored_at": dt.datetime(2026, 1, 5, 7, 20),
    },
    "assessment": {
        "scenario_code": "recorded", "step_no": 0, "unit_id": "4.01", "side_code": "in", "band_code": "TL1",
        "rate_bps": 50, "base_idr": 2_000_000, "deduction_idr": 10_000, "policy_reference": "Pasal",
    },
    "source_file": {
        "path": "masukan/f", "source_no": 1, "sha256": "c" * 64, "byte_count": 1, "kind_code": "punch",
        "profile_code": "baku",
    },
    "person_month": {
        "unit_id": "4.01", "tpp_idr": 5_000_000, "recorded_idr": 0, "restored_idr": 0, "potential_idr": 0,
    },
    "issued_adjustment": {
        "adjustment_id": "i", "origin_period": "2026-01", "unit_id": "4.01", "adjustment_idr": 0, "batch_id": "b",
    },
    "network": {"cidr": "203.0.113.0/24", "provider": "Telkom", "unit_id": "4.01"},
    "flip": {"side_code": "in", "punch_id": "p0", "flipped_at": dt.datetime(2026, 1, 5, 7, 20)},
    "side_cause": {
        "unit_id": "4.01", "side_code": "in", "state_code": "missing", "cause_code": "blocked", "outage_id": "o1",
        "due_at": dt.datetime(2026, 1, 5, 7, 30), "has_own_success": False, "is_authenticated": True, "is_tried_before": False,
        "is_after_grace": False,
        "impact_started_at": dt.datetime(2026, 1, 5, 6, 40), "impact_ended_at": dt.datetime(2026, 1, 5, 8, 55),
    },
    "punch_coverage": {
        "source_no": 1, "covered_from": dt.datetime(2026, 1, 1), "covered_to": dt.datetime(2026, 2, 1),
    },
    "punch_doubt": {"punch_id": "p0", "doubt_code": "same_second"},
    "awaited_machine": {"device_id": "FP-1"},
    "punch_placement": {"side_code": "in", "role_code": "counts"},
    "policy_period": {
        **RULED, "policy_code": "contoh", "accept_before_minutes": 180, "accept_after_minutes": 360,
        "check_in_punch_code": "first", "check_out_punch_code": "last", "recovery_grace_minutes": 30,
        "arrival_span_minutes": 60, "leaving_span_minutes": 60, "match_early_seconds": 3, "match_late_seconds": 15,
        "retry_gap_minutes": 15, "duplicate_span_seconds": 60, "statement_deadline_days": 3,
        "statement_deadline_of_code": "day", "reference": "Pasal 6",
    },
    "duty_pattern": {
        **RULED, "group_code": "kantor-5", "weekday_no": 1, "is_ramadan": False, "start_seconds": 27_000,
        "end_seconds": 57_600, "reference": "Pasal 7",
    },
    "shift_pattern": {
        **RULED, "group_code": "nakes-shift", "shift_code": "P", "start_seconds": 25_200, "end_seconds": 50_400,
        "reference": "Pasal 8",
    },
    "assessment_rule": {
        **RULED, "method_code": "bands", "base_share_bps": 4000, "base_of_code": "day", "day_merge_code": "sum",
        "cut_merge_code": "sum", "monthly_cap_bps": 10_000, "cap_base_code": "largest", "rounding_step_idr": 1,
        "rounding_mode_code": "half_up", "rounding_at_code": "event", "late_from_seconds": 60,
        "early_from_seconds": 60, "reference": "Pasal 1",
    },
    "band": {
        **RULED, "event_code": "late", "seconds_from": 0, "count_from": 1, "band_code": "TL1", "charge_code": "rate",
        "rate_bps": 50, "reference": "Pasal 2",
    },
    "leave_rule": {
        **RULED, "kind_code": "izin", "day_from": 1, "needs_letter": False, "effect_code": "day_rate",
        "rate_bps": 300, "reference": "Pasal 3",
    },
    "attendance_floor": {**RULED, "share_from_bps": 0, "share_to_bps": 5000, "pays_bps": 0, "reference": "Pasal 4"},
    "policy_scope": {**RULED, "reference": "Pasal 5"},
}  # fmt: skip
COMPILED = {Setting, *BY_NAME["load_policy"].writes}
CONTRACTS = schemas.TABLES

HELD: dict[tuple[int, str], pa.Table] = {}
"""What a shared warehouse holds already: writing the same rows again would only cost time."""


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*/*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        for case in document["case"]:
            found.append(pytest.param(document["stages"], case, id=f"{path.stem}: {case['name']}"))
    return found


def filled(contract: type[Table], rows: list[dict[str, Any]], day: dt.date) -> pa.Table:
    """Given rows with the columns that do not matter filled in; wall times are WIB, `kosong` is null."""
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
    span = {"valid_from": day, "valid_to": day + dt.timedelta(days=1)}
    usual = {"nip": NIP, "duty_date": day, **SOURCE, **span, **DEFAULTS.get(contract.table_name(), {})}
    complete = []
    for number, row in enumerate(rows):
        unknown = set(row) - set(schema.names)
        assert not unknown, f"{contract.table_name()} has no column {sorted(unknown)}"
        ids = {
            name: f"{name[0]}{number}"
            for name in ("punch_id", "absence_id", "decision_id", "attempt_id", "statement_id")
            if contract.key() == (name,)
        }
        merged = {**usual, **ids, **row}
        if "minutes_off" in row:
            merged.setdefault("seconds_off", row["minutes_off"] * 60)
        # TOML has no null: false stands for it in a column that is no flag.
        empty = [
            name
            for name in schema.names
            if merged.get(name) is False and schema.field(name).type != pa.bool_()
        ]
        merged.update(dict.fromkeys(empty))
        complete.append({name: in_utc(merged.get(name)) for name in schema.names})
    return pa.Table.from_pylist(complete, schema=schema)


def in_utc(value: Any) -> Any:
    if value == "kosong":
        return None
    return value - WIB if isinstance(value, dt.datetime) else value


@functools.cache
def month(period: str, changes: tuple[tuple[str, int], ...], _given: frozenset[type[Table]]) -> Warehouse:
    """A warehouse with the example policy and the month's calendar; a case may change single values.

    Cases that give the same tables of the policy share one, and write those tables themselves.
    """
    settings = Settings(period=period, region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    warehouse = Warehouse(None)
    warehouse.write(Setting, setting_row(settings))
    tables = compile_policy(*read_policy(Path(), "kepmendagri"))
    for contract in (PolicyPeriod, AssessmentRule):
        known = {name: value for name, value in changes if name in contract.columns()}
        tables[contract] = [{**row, **known} for row in tables[contract]]
    tables[Calendar] = calendar_days(settings.period_from, settings.period_to)
    for contract, rows in tables.items():
        schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in contract.columns().items()])
        kept = [{name: row[name] for name in schema.names} for row in rows]
        warehouse.write(contract, pa.Table.from_pylist(kept, schema=schema))
    return warehouse


def world(case: dict[str, Any], reads: set[type[Table]]) -> Warehouse:
    """The month's warehouse with one employee on the case's day and the given rows of every table that is read."""
    day = case["day"]
    told = {CONTRACTS[name] for name in case.get("given", {})}
    assert told <= reads
    warehouse = month(
        f"{day:%Y-%m}", tuple(sorted(case.get("policy", {}).items())), frozenset(told & COMPILED)
    )
    given = {"employee": [{}], "unit": [{}], **case.get("given", {})}
    for name in sorted(contract.table_name() for contract in reads - (COMPILED - told)):
        rows = filled(CONTRACTS[name], given.get(name, []), day)
        if HELD.get((id(warehouse), name)) != rows:
            warehouse.write(CONTRACTS[name], rows)
            HELD[id(warehouse), name] = rows
    return warehouse


@pytest.mark.parametrize(("stages", "case"), cases())
def test_the_rule_makes_of_the_given_rows_what_the_case_expects(
    stages: list[str], case: dict[str, Any]
) -> None:
    modules = [RULES[name] for name in stages]
    made = {stage.contract for stage in modules}
    warehouse = world(case, {contract for stage in modules for contract in stage.reads} - made)
    if "refused" in case:
        with pytest.raises(InputRefusedError, match=case["refused"]):
            [stage.create(warehouse) for stage in modules]
        return
    rule, _, step = case.get("step", stages[-1]).partition(".")
    for stage in modules[: stages.index(rule) + (not step)]:
        stage.create(warehouse)
        HELD.pop((id(warehouse), stage.contract.table_name()), None)
    expected = case["expect"]
    wanted = sorted({name for row in expected for name in row})
    asked = modules[stages.index(rule)]
    answer = warehouse.query(asking(asked, step)) if step else warehouse.arrow(asked.contract)
    assert set(wanted) <= set(answer.column_names)
    found = [{name: row[name] for name in wanted if row[name] is not None} for row in answer.to_pylist()]
    assert found == [{name: in_utc(row[name]) for name in sorted(row)} for row in expected]


def asking(rule: Rule, step: str) -> str:
    """The rule up to its last SELECT, asked for one of its named steps instead."""
    steps, _, last = rule.sql.partition("\n\nselect")
    assert last
    return f"{steps}\nselect * from {step} order by all"


def test_a_rule_longer_than_a_screen_has_a_case_that_pins_one_of_its_steps() -> None:
    """Style: past one screen a query is two stages, or named steps that a test pins."""
    pinned = {
        case["step"].partition(".")[0]
        for path in FOLDER.glob("*/*.toml")
        for case in tomllib.loads(path.read_text("utf-8"))["case"]
        if "step" in case
    }
    rules = list(RULES.values())
    assert {rule.name for rule in rules if len(rule.sql.splitlines()) > SCREEN} <= pinned


def test_every_rule_about_a_person_has_a_case_file() -> None:
    covered = {tomllib.loads(path.read_text("utf-8"))["stages"][-1] for path in FOLDER.glob("*/*.toml")}
    rules = set(RULES)
    not_about_a_person = {"collect_quarantine"}
    steps_of_assess_tpp = {"charge_cuts", "charge_leave", "charge_sides", "price_charges", "value_duties"}
    assert rules - covered <= not_about_a_person | steps_of_assess_tpp
