"""The stages of a month, in order: from files and policy to rupiah, each from tables to tables.

One folder per chapter. A rule is one SELECT in one `.sql` file, which says what it reads; a stage in Python declares
what it reads and writes. Nothing here knows publications, people's decisions on paper, or pages.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from pipeline.engine.stage import Rule, Stage, StageContext
from pipeline.stages.controls import analyze_sensitivity, screen_restorations
from pipeline.stages.intake import ingest, ingest_logs, load_policy, snapshot, validate
from pipeline.stages.outages import attribute_outages, detect_outages
from schemas import TABLES, Table
from schemas.raw import RAW_TABLES

RAW = " ".join(contract.table_name() for contract in RAW_TABLES.values())


def _tables(names: str) -> tuple[type[Table], ...]:
    return tuple(TABLES[name] for name in names.split())


def _rule(path: str, writes: str) -> Rule:
    return Rule(files(__name__), path, TABLES[writes])


def _stage(
    work: Callable[[StageContext], None], reads: str, writes: str, *, is_reading: bool = False
) -> Stage:
    return Stage(work, _tables(reads), _tables(writes), is_reading)


GIVEN = _tables("setting issued_adjustment closed_month closed_hold earlier_month earlier_absence")
"""Tables that are there before the first stage: the settings, and what earlier publications say of earlier months."""

MONTH: tuple[Stage | Rule, ...] = (
    # intake
    _stage(
        load_policy.load_policy,
        reads="",
        writes="calendar policy_period policy_scope assessment_rule duty_pattern "
        "shift_pattern band attendance_floor action_rule leave_rule",
    ),
    _stage(snapshot.snapshot, "", "source_file"),
    _stage(ingest.ingest, "source_file", f"{RAW} record_count ingest_reject", is_reading=True),
    _stage(
        validate.validate,
        reads=f"{RAW} source_file ingest_reject shift_pattern",
        writes="employee unit network punch absence roster statement "
        "incident probe deduction decision value_reject accepted_count punch_coverage",
        is_reading=True,
    ),
    _stage(
        ingest_logs.ingest_logs,
        reads="source_file network unit employee punch raw_coverage",
        writes="clock_lag request_minute attempt coverage log_reject log_count",
        is_reading=True,
    ),
    _rule("intake/collect_quarantine", "quarantine"),
    _rule("intake/count_stored", "stored_record"),
    # controls
    _rule("controls/control_files", "file_total"),
    # attendance
    _rule("attendance/list_employed_days", "employed_day"),
    _rule("attendance/excuse_days", "excused_day"),
    _rule("attendance/schedule_hours", "duty_hours"),
    _rule("attendance/bound_coverage", "person_coverage"),
    _rule("attendance/expect_duty", "duty"),
    _rule("attendance/expect_sides", "expected_side"),
    _rule("attendance/await_machines", "awaited_machine"),
    _rule("attendance/place_punches", "punch_placement"),
    _rule("attendance/match_punches", "duty_side"),
    _rule("attendance/observe_machines", "machine"),
    _rule("attendance/doubt_punches", "punch_doubt"),
    # outages
    _rule("outages/count_storage", "storage_minute"),
    _stage(
        detect_outages.detect_outages,
        reads="request_minute storage_minute attempt coverage calendar duty incident setting",
        writes="outage_segment measurable_span",
        is_reading=True,
    ),
    _stage(
        attribute_outages.attribute_outages,
        reads="outage_segment request_minute attempt coverage setting calendar incident punch probe",
        writes="outage outage_evidence",
        is_reading=True,
    ),
    # evidence
    _rule("evidence/place_attempts", "attempt_placement"),
    _rule("evidence/gather_attempts", "attempt_group"),
    _rule("evidence/list_off_sides", "off_side"),
    _rule("evidence/rank_networks", "used_network"),
    _rule("evidence/touch_sides", "outage_touch"),
    _rule("evidence/expose_sides", "exposure"),
    _rule("evidence/find_flips", "flip"),
    _rule("evidence/check_statements", "statement_check"),
    _rule("evidence/weigh_presence", "presence"),
    _rule("evidence/sum_presence", "side_presence"),
    _rule("evidence/watch_sides", "side_watch"),
    _rule("evidence/weigh_outages", "side_outage"),
    _rule("evidence/sum_attempts", "side_attempt"),
    _rule("evidence/name_causes", "side_cause"),
    _rule("evidence/grade_causes", "side_grade"),
    _rule("evidence/restore_times", "side_restoration"),
    _rule("evidence/explain_gaps", "finding"),
    _rule("evidence/trace_evidence", "evidence_edge"),
    # money
    _rule("money/check_decisions", "decision_check"),
    _rule("money/rank_candidates", "candidate"),
    _rule("money/build_scenarios", "scenario_side"),
    _rule("money/apply_leave", "leave_day"),
    _rule("money/value_duties", "duty_base"),
    _rule("money/band_sides", "side_band"),
    _rule("money/charge_sides", "side_charge"),
    _rule("money/charge_leave", "leave_charge"),
    _rule("money/charge_cuts", "cut_charge"),
    _rule("money/price_charges", "priced_charge"),
    _rule("money/cap_days", "day_cap"),
    _rule("money/limit_months", "month_limit"),
    _rule("money/cap_months", "capped_month"),
    _rule("money/charge_floors", "floor_charge"),
    _rule("money/assess_tpp", "assessment"),
    _rule("money/join_absences", "absence_run"),
    _rule("money/count_absences", "absence_count"),
    _rule("money/sum_person_months", "person_month"),
    _rule("money/recommend", "recommendation"),
    # controls
    _stage(
        screen_restorations.screen_restorations,
        reads="finding recommendation duty policy_period statement presence punch person_month",
        writes="restoration_screen",
    ),
    # money
    _rule("money/reconcile_deductions", "deduction_check"),
    _rule("money/net_adjustments", "adjustment"),
    # controls
    _rule("controls/control_requests", "request_total"),
    _rule("controls/control_attempts", "act_total"),
    _rule("controls/control_duties", "duty_total"),
    _rule("controls/control_sides", "side_total"),
    _rule("controls/control_exposures", "exposure_total"),
    _rule("controls/control_proofs", "proof_total"),
    _rule("controls/control_events", "event_total"),
    _rule("controls/control_leave", "leave_total"),
    _rule("controls/control_cuts", "cut_total"),
    _rule("controls/control_bases", "base_total"),
    _rule("controls/control_charges", "charge_total"),
    _rule("controls/control_assessments", "assessment_total"),
    _rule("controls/control_days", "day_total"),
    _rule("controls/control_months", "month_total"),
    _rule("controls/control_decisions", "decision_total"),
)
"""In order, each with what it writes."""

STAGES = (*MONTH, analyze_sensitivity.after(MONTH))
"""The month, and then its rules again with one choice of the policy after the other taken otherwise."""
BY_NAME = {stage.name: stage for stage in STAGES}
RULES = {stage.name: stage for stage in STAGES if isinstance(stage, Rule)}
