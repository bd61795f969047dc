"""A hand-made month for the report: one link outage, three OPD in two zones, every kind of finding."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa

import schemas
from pipeline.engine.warehouse import ARROW_TYPES
from reports.models import ReportMeta

REGION = "3205"
DAY = dt.date(2026, 1, 2)
OUTAGE = "0a1b2c3d4e5f6071"
UNITS = (
    ("1.01.01", "Dinas Pendidikan", "Asia/Jakarta"),
    ("2-09", "Dinas Kesehatan", "Asia/Jakarta"),
    ("3-07", "Kantor Penghubung Ambon", "Asia/Jayapura"),
)
Rows = list[dict[str, Any]]
Tables = dict[str, pa.Table]
META = ReportMeta(
    run_id="5f3a9c0d1e2b4a68",
    revision=2,
    period="2026-01",
    region_code=REGION,
    previous_head="9d8c7b6a5f4e3d2c",
    policy_code="kepmendagri",
    versions={"rekon": "0.1.0", "duckdb": "2.0.0"},
)
# cause, grade, action, status, rupiah, touched by the outage
KINDS = (
    ("failed", "A", "restore", "approved", 36_000, True),
    ("delayed", "A", "restore", "proposed", 12_000, True),
    ("blocked", "C", "needs_statement", "proposed", 36_000, True),
    ("unexplained", "D", "needs_statement", "proposed", 36_000, True),
    ("failed", "X", "not_supported", "not_supported", 0, True),
    ("unexplained", "-", "not_supported", "not_supported", 0, False),
    ("no_coverage", "-", "not_assessable", "not_supported", 0, False),
)


def utc(day: int, hour: int, minute: int, second: int = 0) -> dt.datetime:
    """Western Indonesian time in January 2026 as naive UTC."""
    return dt.datetime(2026, 1, day, hour, minute, second) - dt.timedelta(hours=7)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def table(name: str, rows: Rows) -> pa.Table:
    """Rows as the contract's table; columns that are not given are null."""
    contract = next(c for c in vars(schemas).values() if getattr(c, "table_name", str)() == name)
    columns = contract.columns()
    unknown = {key for row in rows for key in row} - columns.keys()
    assert not unknown, f"{name} has no column {sorted(unknown)}"
    return pa.table(
        {c: pa.array([row.get(c) for row in rows], ARROW_TYPES[kind]) for c, kind in columns.items()}
    )


def requests() -> Rows:
    """Ten days of traffic between 05:00 and 11:00; on the second day the link is cut 06:40-08:55."""
    rows: Rows = []
    for day in range(1, 17):
        if dt.date(2026, 1, day).weekday() >= 5:
            continue
        for minute in range(300, 660):
            at = utc(day, minute // 60, minute % 60)
            busy = max(1, round(60 - abs(minute - 440) * 0.55 + 9 * ((minute * 7 + day * 13) % 11 - 5) / 5))
            cut = day == 2 and 400 <= minute < 535
            senders = busy * 2 if cut else busy
            for vantage, region, seen, failed in (
                ("gerbang", REGION, senders, senders if cut else 0),
                ("pusat", REGION, 0 if cut else busy, 0),
                ("pusat", "3273", busy * 4 + minute % 5, 0),
            ):
                if seen:
                    rows.append(
                        {
                            "vantage_code": vantage, "minute_at": at, "region_code": region,
                            "sender_count": seen, "failed_sender_count": failed,
                        }
                    )  # fmt: skip
    return rows


def outages() -> tuple[Rows, Rows]:
    """The outage and its tests."""
    outage = {
        "outage_id": OUTAGE, "started_at": utc(2, 6, 40, 12), "ended_at": utc(2, 8, 54, 40),
        "impact_started_at": utc(2, 6, 38), "impact_ended_at": utc(2, 9, 5), "layer_code": "link",
        "scope_region": REGION, "symptom_code": "failure", "severity_bps": 9950, "confidence": 0.99997,
        "false_alarm_bound": 1e-40, "p_central": 1e-12, "incident_id": "INS-01", "is_certified": True,
        "certified_started_at": utc(2, 6, 40, 12), "certified_ended_at": utc(2, 8, 54, 40),
    }  # fmt: skip
    tests: Rows = [
        {"test_code": f"layer_{name}", "observed": p, "verdict_code": verdict, "sentence": ""}
        for name, p, verdict in (
            ("link", 0.99997, "supports"), ("gateway", 0.00002, "refutes"), ("central", 1e-12, "refutes"),
        )
    ]  # fmt: skip
    tests.append({
        "test_code": "other_regions_alive", "observed": 12340.0, "expected": 12100.0, "log10_bound": -9.0,
        "verdict_code": "refutes", "sentence": "Pada menit-menit itu server provinsi menjawab 12340 permintaan "
        "dari wilayah lain; bila mati, peluang melihat ini di bawah satu banding semiliar.",
    })  # fmt: skip
    tests.append({
        "test_code": "same_region_at_pusat", "observed": 0.0, "expected": 3010.0, "verdict_code": "supports",
        "sentence": "Dari wilayah 3205 hanya 0 permintaan yang sampai, dari harapan 3010.",
    })  # fmt: skip
    return [outage], [{**t, "subject_id": OUTAGE, "outage_id": OUTAGE, "test_no": 1} for t in tests]


def finding(number: int, nip: str, unit: str, kind: tuple[Any, ...], day: dt.date) -> dict[str, Any]:
    """One finding on a check-in; numbers keep ids apart."""
    cause, grade, action, _, _, touched = kind
    missing = cause in ("failed", "blocked")
    return {
        "finding_id": f"{number:016x}", "nip": nip, "unit_id": unit, "duty_date": day, "side_code": "in",
        "due_at": utc(day.day, 7, 30), "recorded_at": None if missing else utc(day.day, 9, 1, 5),
        "state_code": "missing" if missing else "late", "cause_code": cause, "grade_code": grade,
        "outage_id": OUTAGE if touched else None,
        "restored_at": utc(day.day, 7, 21) if action == "restore" else None,
        "minutes_recorded": None if missing else 91,
        "minutes_restored": 0 if action == "restore" else None, "action_code": action,
        "counter_evidence_codes": "signed_by_self" if grade == "X" else "", "finding_hash": sha(str(number)),
        "has_statement": False, "is_certified": touched,
    }  # fmt: skip


def report_tables(people: int = 14, name: Callable[[int], str] = lambda n: f"Pegawai {n:02}") -> Tables:
    """All tables of the report for `people` people, one finding each; totals tie."""
    rows: dict[str, Rows] = {
        key: []
        for key in (
            "employee", "finding", "evidence_edge", "recommendation", "person_month", "assessment", "duty", "duty_side",
        )
    }  # fmt: skip
    punches, log = sha("punches"), sha("log")
    for n in range(people):
        nip, kind = f"19860404199705{n:04}", KINDS[n % len(KINDS)]
        unit = UNITS[n % 5 % 3][0]
        day = DAY if kind[5] else dt.date(2026, 1, 14)
        status, amount = kind[3], kind[4]
        found = finding(n, nip, unit, kind, day)
        rows["employee"].append({"nip": nip, "name": name(n), "unit_id": unit, "valid_from": DAY})
        rows["finding"].append(found)
        rows["recommendation"].append(
            {"finding_id": found["finding_id"], "nip": nip, "status_code": status, "adjustment_idr": amount}
        )
        rows["person_month"].append(
            {"nip": nip, "unit_id": unit, "recorded_idr": 36_000,
             "restored_idr": 36_000 - (amount if status == "approved" else 0),
             "potential_idr": 36_000 - amount}
        )  # fmt: skip
        rows["assessment"].append(
            {"scenario_code": "recorded", "step_no": 0, "nip": nip, "unit_id": unit, "duty_date": day,
             "side_code": "in", "band_code": "TL4", "rate_bps": 150, "deduction_idr": 36_000}
        )  # fmt: skip
        edges = [("supports" if kind[5] else "input", log, 100 + n, "gather_attempts")]
        edges += [("contradicts", punches, 40 + n, "weigh_presence")] if kind[1] == "X" else []
        rows["evidence_edge"] += [
            {"finding_id": found["finding_id"], "role_code": role, "file_sha256": file, "line_no": line,
             "row_sha256": sha(f"{file}{line}"), "rule_id": rule}
            for role, file, line, rule in edges
        ]  # fmt: skip
    outage_rows, test_rows = outages()
    compared = {"measure_code": "restored", "restored_count": 9, "base_count": 10, "rest_restored_count": 3,
                "rest_base_count": 40, "chance": 1e-6, "adjusted_chance": 1e-5}  # fmt: skip
    rows |= {
        "restoration_screen": [
            {**compared, "dimension_code": "unit", "group_code": UNITS[0][0], "is_flagged": True},
            {**compared, "dimension_code": "unit", "group_code": UNITS[1][0], "is_flagged": False},
            {"dimension_code": "window", "group_code": OUTAGE, "measure_code": "people", "restored_count": 5,
             "base_count": 14, "is_flagged": True},
        ],
        "setting": [{"period": "2026-01", "region_code": REGION, "zone": "Asia/Jakarta",
                     "period_from": dt.date(2026, 1, 1), "period_to": dt.date(2026, 2, 1)}],
        "unit": [{"unit_id": u, "name": n, "region_code": REGION, "zone": z} for u, n, z in UNITS],
        "outage": outage_rows,
        "outage_evidence": test_rows,
        "request_minute": requests(),
        "policy_period": [{"valid_from": dt.date(2025, 1, 1), "valid_to": dt.date(9999, 12, 31),
                           "policy_code": "kepmendagri", "reference": "contoh, Pasal 7"}],
        "assessment_rule": [{"variant_code": "umum", "valid_from": dt.date(2025, 1, 1),
                             "valid_to": dt.date(9999, 12, 31), "base_share_bps": 4000,
                             "monthly_cap_bps": 10000, "reference": "contoh, Pasal 7"}],
        "sensitivity": [
            {"alternative_no": number, "words": words, "recorded_idr": 36_000 * people, "potential_idr": potential,
             "ready_idr": 10_000, "needs_statement_idr": 5_000}
            for number, (words, potential) in enumerate(
                (("seperti kebijakan", 400_000), ("mutu C tidak pernah dipulihkan", 412_345))
            )
        ],
        "decision_check": [{"decision_id": "d:2", "status_code": "counts"},
                           {"decision_id": "d:3", "status_code": "refused",
                            "refusal_code": "DECIDED_BY_SELF"}],
        "source_file": [
            {"path": "masukan/2026-01/presensi.csv", "file_id": punches[:16], "sha256": punches,
             "kind_code": "punch"},
            {"path": "masukan/2026-01/log/gerbang.log.gz", "file_id": log[:16], "sha256": log,
             "kind_code": "access_log"},
        ],
        "file_total": [
            {"file_id": punches[:16], "record_count": 1200, "accepted_count": 1199, "quarantined_count": 1,
             "warning_count": 0},
            {"file_id": log[:16], "record_count": 56_000, "accepted_count": 56_000, "quarantined_count": 0,
             "warning_count": 3},
        ],
        "quarantine": [{"file_id": punches[:16], "line_no": 77, "issue_no": 1, "code": "NIP_MALFORMED",
                        "severity_code": "record", "message": "NIP harus 18 angka; perbaiki di sumbernya."}],
        "incident": [{"incident_id": "INS-01", "started_at": utc(2, 6, 30), "ended_at": utc(2, 9, 0),
                      "issuer": "Diskominfo", "minutes_no": "BA/1/2026"}],
        "clock_lag": [{"vantage_code": "pusat", "lag_seconds": -95, "matched_count": 1200}],
        "coverage": [{"vantage_code": v, "started_at": utc(1, 0, 0), "ended_at": utc(31, 23, 59),
                      "source_code": "log"} for v in ("gerbang", "pusat")],
        "measurable_span": [
            {"vantage_code": "gerbang", "group_kind": kind, "group_value": value, "bin_minutes": 5,
             "started_at": utc(day, 6, 0), "ended_at": utc(day, 8, 30)}
            for kind, value in (("region", "3205"), ("unit", "1.01.01")) for day in (2, 3)],
    }  # fmt: skip
    return {key: table(key, value) for key, value in rows.items()}


def without_outage(tables: Tables) -> Tables:
    """The same month in which no outage was found and no finding is tied to one."""
    findings = [f | {"outage_id": None} for f in tables["finding"].to_pylist()]
    empty = {
        name: tables[name].slice(0, 0)
        for name in ("outage", "outage_evidence", "incident", "restoration_screen")
    }
    return {**tables, **empty, "finding": table("finding", findings)}


if __name__ == "__main__":  # look at the pages while the templates change
    import sys
    from pathlib import Path

    from reports.render import render_report

    for path, page in render_report(report_tables(60), META).items():
        target = Path(sys.argv[1]) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page)
