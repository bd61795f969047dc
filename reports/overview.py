"""The landing page: the answer, then money, data and method."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import duration, long_date, number, percent, rupiah, span
from pipeline.wording.labels import (
    ACTIONS,
    CAUSE_MEANINGS,
    CAUSES,
    DECISIONS,
    GRADES,
    REACHES,
    REFUSALS,
    VANTAGES,
    label,
)
from pipeline.wording.slugs import slug
from reports.models import (
    CauseRow,
    Check,
    CoverageRow,
    Figure,
    FileRow,
    Headline,
    HeatRow,
    Overview,
    ProblemRow,
    Provenance,
    SensitivityRow,
    UnitRow,
)
from reports.month import MonthTables
from reports.outage_sections import declared_incidents, fault, opposite, outage_sections, sentence_case
from reports.screening import build_screening

HEAT_STEPS = (1, 5, 20, 100)
GRADE_ORDER = "ABCDX-"


def unit_rows(month: MonthTables) -> dict[str, UnitRow]:
    """One row per OPD that has people or findings, by code."""
    money: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in month.person_months:
        sums = money[row["unit_id"]]
        for i, amount in enumerate((1, row["recorded_idr"], row["restored_idr"], row["potential_idr"])):
            sums[i] += int(amount)
    found: dict[str, list[Row]] = defaultdict(list)
    for finding in month.findings:
        found[finding["unit_id"]].append(finding)
    rows = {}
    for unit_id in sorted(money.keys() | found.keys()):
        people, before, after, potential = money[unit_id]
        touched = [f for f in found[unit_id] if f["outage_id"] is not None]
        rows[unit_id] = UnitRow(
            month.unit_name(unit_id),
            f"opd/{slug(unit_id)}.html" if found[unit_id] else None,
            people,
            len({f["nip"] for f in touched}),
            len(found[unit_id]),
            len(touched),
            before,
            before - after,
            after,
            before - potential,
        )
    return rows


def _unit_total(month: MonthTables, rows: list[UnitRow]) -> UnitRow:
    """The sums; people are distinct, so that a move between OPD counts once."""
    return UnitRow(
        "Jumlah",
        None,
        len({row["nip"] for row in month.person_months}),
        len({f["nip"] for f in month.findings if f["outage_id"] is not None}),
        sum(r.sides for r in rows),
        sum(r.touched_sides for r in rows),
        sum(r.before_idr for r in rows),
        sum(r.approved_idr for r in rows),
        sum(r.after_idr for r in rows),
        sum(r.potential_idr for r in rows),
    )


def _sensitivity(month: MonthTables) -> tuple[SensitivityRow, ...]:
    """The policy as it stands first, then each alternative."""
    rows = month.rows("sensitivity", "alternative_no")
    return tuple(
        SensitivityRow(
            row["words"],
            row["recorded_idr"],
            row["potential_idr"],
            row["potential_idr"] - rows[0]["potential_idr"],
            row["ready_idr"],
            row["needs_statement_idr"],
        )
        for row in rows
    )


def _amounts(findings: list[Row], month: MonthTables) -> dict[str, int]:
    """Rupiah of the findings by status."""
    sums = {"approved": 0, "proposed": 0}
    for finding in findings:
        move = month.recommendations.get(finding["finding_id"])
        if move is not None and move["status_code"] in sums:
            sums[move["status_code"]] += int(move["adjustment_idr"])
    return sums


def cause_rows(month: MonthTables) -> tuple[tuple[CauseRow, ...], CauseRow]:
    """Findings by cause, grade and action, strongest first, and their total."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for f in month.findings:
        groups[f["cause_code"], f["grade_code"], f["action_code"]].append(f)
    causes, actions = list(CAUSES), list(ACTIONS)

    def rank(key: tuple[str, str, str]) -> tuple[int, int, int]:
        return actions.index(key[2]), GRADE_ORDER.index(key[1]), causes.index(key[0])

    def row(key: tuple[str, str, str], findings: list[Row]) -> CauseRow:
        cause, grade, action = key
        sums = _amounts(findings, month)
        return CauseRow(
            label(CAUSES, cause) if cause else "Jumlah",
            CAUSE_MEANINGS.get(cause, ""),
            grade,
            GRADES.get(grade, ""),
            label(ACTIONS, action) if action else "",
            len(findings),
            len({f["nip"] for f in findings}),
            sums["approved"],
            sums["proposed"],
        )

    return tuple(row(key, groups[key]) for key in sorted(groups, key=rank)), row(("", "", ""), month.findings)


def _headline(month: MonthTables, total: UnitRow) -> Headline:
    region = month.meta.region_code
    sentences: list[str] = []
    outages = [row for row in month.outages if row["layer_code"] != "log_gap"]
    if not outages:
        title = f"Tidak ditemukan gangguan presensi pada {month.name}"
        sentences.append(
            f"Log yang ada tidak menunjukkan gangguan yang menyentuh wilayah {region}. Saat yang tidak "
            "diliputi log tidak dapat dinilai dan ditandai demikian."
        )
    else:
        main = outages[0]
        when = span(main["started_at"], main["ended_at"], month.zone)
        title = f"Ada gangguan pada {when}: {fault(main, month)}"
        sentences.append(opposite(main, month))
        if len(outages) > 1:
            sentences.append(
                f"Seluruhnya ditemukan {number(len(outages))} gangguan pada {month.name}; "
                "yang di atas menyentuh presensi paling banyak."
            )
    share = total.touched_sides / total.sides if total.sides else 0.0
    sentences.append(
        f"Dari {number(total.sides)} presensi yang terlambat, pulang cepat, atau tidak tercatat, "
        f"{number(total.touched_sides)} ({percent(share)}) tersentuh gangguan."
    )
    figures = (
        Figure("Presensi tersentuh", number(total.touched_sides), "sisi masuk atau pulang"),
        Figure(
            "Orang tersentuh gangguan", number(total.touched_people), f"dari {number(total.people)} orang"
        ),
        Figure("Potongan menurut catatan", rupiah(total.before_idr), "dihitung ulang, bukan potongan nyata"),
        Figure("Potensi dikembalikan", rupiah(total.potential_idr), "bila semua usulan diterima"),
        Figure("Sudah disetujui", rupiah(total.approved_idr), "dengan dua kunci: penetapan dan atasan"),
    )
    return Headline(sentence_case(title), tuple(sentences), figures)


def _checks(
    month: MonthTables, total: UnitRow, causes: CauseRow, files: tuple[FileRow, ...]
) -> tuple[Check, ...]:
    def money(statement: str, left: int, right: int) -> Check:
        return Check(statement, rupiah(left), rupiah(right), left == right)

    records = sum(f.records or 0 for f in files)
    sorted_out = sum((f.accepted or 0) + (f.quarantined or 0) for f in files)
    return (
        money(
            "Sebelum − penyesuaian disetujui = sesudah",
            total.before_idr - total.approved_idr,
            total.after_idr,
        ),
        money("Jumlah setiap kejadian potongan = sebelum", month.recorded_idr, total.before_idr),
        money("Jumlah temuan disetujui = penyesuaian disetujui", causes.approved_idr, total.approved_idr),
        money(
            "Jumlah temuan disetujui dan diusulkan = potensi",
            causes.approved_idr + causes.proposed_idr,
            total.potential_idr,
        ),
        Check(
            "Catatan dibaca = diterima + dikarantina",
            number(records),
            number(sorted_out),
            records == sorted_out,
        ),
    )


def _files(month: MonthTables) -> tuple[FileRow, ...]:
    totals = {row["file_id"]: row for row in month.rows("file_total", "file_id")}
    rows = []
    for source in month.rows("source_file", "path"):
        total = totals.get(source["file_id"]) if source["same_as_path"] is None else None
        names = ("record_count", "accepted_count", "quarantined_count", "warning_count")
        records, accepted, quarantined, warnings = (total[n] if total else None for n in names)
        rows.append(
            FileRow(
                path=source["path"],
                kind=source["kind_code"],
                sha=source["sha256"],
                records=records,
                accepted=accepted,
                quarantined=quarantined,
                warnings=warnings,
                same_as=source["same_as_path"],
            )
        )
    return tuple(rows)


def _problems(month: MonthTables) -> tuple[ProblemRow, ...]:
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in month.rows("quarantine", "file_id", "line_no", "issue_no"):
        groups[row["code"], row["severity_code"]].append(row)
    return tuple(
        ProblemRow(code, label(REACHES, reach), len(rows), rows[0]["message"])
        for (code, reach), rows in sorted(groups.items())
    )


def _heat(month: MonthTables, units: dict[str, UnitRow]) -> tuple[tuple[str, ...], tuple[HeatRow, ...]]:
    """Findings per OPD and day of the period."""
    first, end = month.setting["period_from"], month.setting["period_to"]
    days: list[date] = [first + timedelta(days=n) for n in range((end - first).days)]
    counts: dict[tuple[str, date], int] = defaultdict(int)
    for f in month.findings:
        counts[f["unit_id"], f["duty_date"]] += 1

    def cell(unit_id: str, day: date) -> tuple[int, int]:
        count = counts.get((unit_id, day), 0)
        return count, sum(count >= step for step in HEAT_STEPS)

    rows = tuple(HeatRow(row.name, tuple(cell(u, d) for d in days)) for u, row in units.items())
    return tuple(str(day.day) for day in days), rows


def _coverage(month: MonthTables) -> tuple[CoverageRow, ...]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in month.rows("coverage", "vantage_code", "started_at", "source_code"):
        groups[row["vantage_code"]].append(row)
    measured: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in month.rows("measurable_span"):
        group = row["vantage_code"], row["group_kind"], row["group_value"]
        measured[group] += (row["ended_at"] - row["started_at"]).total_seconds() / 3600
    lags = {row["vantage_code"]: row for row in month.rows("clock_lag", "vantage_code")}
    rows = []
    for vantage, spans in sorted(groups.items()):
        logged = [s for s in spans if s["source_code"] == "log"] or spans
        hours = sum((s["ended_at"] - s["started_at"]).total_seconds() for s in logged) / 3600
        first, last = min(s["started_at"] for s in logged), max(s["ended_at"] for s in logged)
        when = span(first, last, month.zone).split(" sampai ")
        rows.append(CoverageRow(label(VANTAGES, vantage), when[0], when[-1], _gaps(logged, month), hours,
                                _clock(lags.get(vantage)), measured[vantage, "region", month.meta.region_code],
                                tuple(month.unit_name(unit) for unit in month.units
                                      if not measured[vantage, "unit", unit])))  # fmt: skip
    return tuple(rows)


def _gaps(spans: list[Row], month: MonthTables) -> tuple[str, ...]:
    """The minutes that a log does not cover, between its first and its last; `spans` in order of their start."""
    return tuple(
        f"{span(a['ended_at'], b['started_at'], month.zone)} "
        f"({duration(round((b['started_at'] - a['ended_at']).total_seconds() / 60))})"
        for a, b in pairwise(spans) if b["started_at"] > a["ended_at"]
    )  # fmt: skip


def _clock(lag: Row | None) -> str:
    """How far a log's clock was off, which is corrected before anything is counted."""
    if lag is None:
        return "tidak dapat dibandingkan"
    if not lag["lag_seconds"]:
        return "sama"
    way = "lebih cepat" if lag["lag_seconds"] < 0 else "lebih lambat"
    return f"{number(abs(lag['lag_seconds']))} detik {way} ({number(lag['matched_count'])} permintaan); sudah dikoreksi"


def _provenance(month: MonthTables) -> Provenance:
    meta = month.meta
    rows = [
        ("Id run", meta.run_id),
        ("Revisi", number(meta.revision)),
        ("Kepala buku terbit sebelumnya", meta.previous_head),
        ("Kebijakan", meta.policy_code),
        *((f"Versi {name}", meta.versions[name]) for name in sorted(meta.versions)),
    ]
    policies = tuple(
        (
            f"{long_date(p['valid_from'])} sampai {long_date(p['valid_to'] - timedelta(days=1))}"
            + ("" if p["variant_code"] == "umum" else f" ({p['variant_code']})"),
            f"{percent(p['base_share_bps'] / 10000, 0)} dari TPP, batas sebulan "
            f"{percent(p['monthly_cap_bps'] / 10000, 0)} dari bagian itu",
            p["reference"],
        )
        for p in sorted(
            month.rows("assessment_rule", "valid_from"),
            key=lambda p: (p["variant_code"] != "umum", p["variant_code"], p["valid_from"]),
        )
    )
    return Provenance(tuple(rows), policies)


def build_overview(month: MonthTables) -> Overview:
    """Everything on `laporan/index.html`."""
    units = unit_rows(month)
    total = _unit_total(month, list(units.values()))
    causes, cause_total = cause_rows(month)
    files = _files(month)
    decisions: dict[str, int] = defaultdict(int)
    for row in month.rows("decision_check", "decision_id"):
        reason = f" ({label(REFUSALS, row['refusal_code'])})" if row["refusal_code"] else ""
        decisions[label(DECISIONS, row["status_code"]) + reason] += 1
    days, heat = _heat(month, units)
    return Overview(
        month.meta,
        month.name,
        _headline(month, total),
        build_screening(month),
        outage_sections(month),
        declared_incidents(month),
        causes,
        cause_total,
        tuple(sorted(decisions.items())),
        tuple(units.values()),
        total,
        _sensitivity(month),
        _checks(month, total, cause_total, files),
        days,
        heat,
        files,
        _problems(month),
        _coverage(month),
        _provenance(month),
    )
