"""A finding's amount step by step, as the lines that `rekon verify --finding` prints; names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import local, long_date, number, rate, rupiah, span, zone_name
from pipeline.wording.labels import (
    ACTIONS,
    CAUSES,
    GRADES,
    LAYERS,
    ROLES,
    SIDES,
    STATES,
    STATUSES,
    TAKEN,
    label,
)
from reports.month import Facts

if TYPE_CHECKING:
    from pipeline.audit.derivation import Derivation
    from pipeline.audit.reference_calculation import DeductionLine

PLACES = {"counts": "dihitung", "duplicate": "ganda", "extra": "tidak dipakai", "outside": "di luar jendela"}
"""The part that a punch plays -> as shown."""
EVENTS = {
    "late": "terlambat",
    "early": "pulang cepat",
    "missing_in": "tidak ada masuk",
    "missing_out": "tidak ada pulang",
    "missing_apel": "tidak ikut apel",
    "late_apel": "terlambat ikut apel",
    "absent": "kosong sehari",
    "leave": "izin atau cuti",
    "day_cap": "batas sehari",
    "cap": "batas sebulan",
    "floor": "batas kehadiran sebulan",
}


def steps(derivation: Derivation) -> list[tuple[str, list[str]]]:
    """Heading and lines of each step, from the duty to the amount."""
    facts = derivation.facts
    finding, duty = facts["finding"][0], facts["duty"][0]
    day = finding["duty_date"]
    return [
        ("Kewajiban", list(_duty(finding, duty, facts))),
        ("Rekaman", list(_records(finding, duty, facts["punch"]))),
        ("Sebab dan bukti", list(_cause(finding, duty, facts))),
        ("Pemulihan", list(_restoring(finding, duty, facts))),
        (f"Potongan sebulan sebelum temuan ini {_place(facts)}", list(_month(derivation.before, derivation.after, day))),
        ("Potongan sebulan sesudahnya", list(_month(derivation.after, derivation.before, day))),
        ("Selisih", list(_difference(derivation))),
    ]  # fmt: skip


def _at(instant: datetime | None, zone: str) -> str:
    return f"{local(instant, zone):%H.%M.%S} {zone_name(zone)}" if instant else "tidak ada"


def _off(minutes: int | None) -> str:
    return "tidak tercatat" if minutes is None else f"{minutes} menit"


def _duty(finding: Row, duty: Row, facts: Facts) -> Iterator[str]:
    zone, day = duty["zone"], long_date(finding["duty_date"])
    side = next(row for row in facts["duty_side"] if row["side_code"] == finding["side_code"])
    yield (
        f"{day}, sisi {SIDES[finding['side_code']]}, kelompok {duty['group_code']}: wajib {_at(side['due_at'], zone)}"
    )
    yield f"rekaman dihitung dari {_at(side['accept_from'], zone)} sampai sebelum {_at(side['accept_to'], zone)}"
    for row in facts["employee"]:
        yield f"TPP kotor {rupiah(row['tpp_idr'])} sebulan ({row['path']} baris {row['line_no']})"
    for row in facts["duty_base"]:
        spread = f", dibagi {row['divisor']} hari" if row["divisor"] > 1 else ""
        yield f"dasar potongan {rate(row['base_share_bps'])} = {rupiah(row['base_idr'])}{spread} [{row['reference']}]"


def _records(finding: Row, duty: Row, punches: Sequence[Row]) -> Iterator[str]:
    for row in punches:
        yield (
            f"{_at(row['punched_at'], duty['zone'])} sisi {label(SIDES, row['side_code'])}, {PLACES[row['role_code']]}"
            f" ({row['path']} baris {row['line_no']}, sidik {row['row_sha256'][:12]})"
        )
    state = label(STATES, finding["state_code"])
    if finding["recorded_at"] is None:
        yield f"keadaan: {state}"
    else:
        at = _at(finding["recorded_at"], duty["zone"])
        yield f"keadaan: {state}, tercatat {at}, selisih dari wajib {_off(finding['minutes_recorded'])}"


def _cause(finding: Row, duty: Row, facts: Facts) -> Iterator[str]:
    for row in facts["outage"]:
        yield (
            f"gangguan {row['outage_id']}, {label(LAYERS, row['layer_code'])},"
            f" {span(row['started_at'], row['ended_at'], duty['zone'])},"
            f" {'ditetapkan' if finding['is_certified'] else 'belum ditetapkan untuk sisi ini'}"
        )
    for row in facts["evidence_edge"]:
        yield (
            f"{label(ROLES, row['role_code']).lower()}: {row['path']} baris {row['line_no']}"
            f" ({row['rule_id']}, sidik {row['row_sha256'][:12]})"
        )
    yield (
        f"sebab: {label(CAUSES, finding['cause_code'])}; mutu {finding['grade_code']},"
        f" {label(GRADES, finding['grade_code'])}"
    )


def _restoring(finding: Row, duty: Row, facts: Facts) -> Iterator[str]:
    yield f"tindakan kebijakan: {label(ACTIONS, finding['action_code'])}"
    for row in facts["decision"]:
        counts = "berlaku" if row["status_code"] == "counts" else "tidak berlaku"
        yield f"keputusan {label(TAKEN, row['verdict_code'])}, {counts} ({row['path']} baris {row['line_no']})"
    yield f"status: {label(STATUSES, facts['recommendation'][0]['status_code'])}"
    if facts["candidate"]:
        yield f"dipulihkan ke {_at(finding['restored_at'], duty['zone'])}: {_off(finding['minutes_restored'])}"
    else:
        yield "tidak ada yang dipulihkan: temuan ini tidak memindahkan uang"


def _place(facts: Facts) -> str:
    if not facts["candidate"]:
        return "(menurut catatan)"
    return f"(temuan ke-{facts['candidate'][0]['apply_no']} orang ini)"


def _month(lines: Sequence[DeductionLine], other: Sequence[DeductionLine], day: date) -> Iterator[str]:
    """The finding's day and what differs between the two months line by line; the rest as one sum."""
    shared = {line.identity for line in lines if line.duty_date != day} & {line.identity for line in other}
    for line in lines:
        if line.identity not in shared:
            yield _line(line)
    same = [line.deduction_idr for line in lines if line.identity in shared]
    if same:
        yield f"{number(len(same))} potongan lain yang sama sebelum dan sesudahnya: {rupiah(sum(same))}"
    yield f"jumlah: {rupiah(sum(line.deduction_idr for line in lines))}"


def _line(line: DeductionLine) -> str:
    when = long_date(line.duty_date) if line.duty_date else f"OPD {line.unit_id}"
    side = f" {SIDES[line.side_code]}" if line.side_code else ""
    product = "" if line.rate_bps is None else f"{rupiah(line.base_idr)} x {rate(line.rate_bps)} = "
    shown = number(float(line.exact), 2)
    name = line.band_code if line.band_code in EVENTS else f"{line.band_code} ({EVENTS[line.event_code]})"
    return f"{when}{side}, {EVENTS.get(name, name)}: {product}{shown} -> {rupiah(line.deduction_idr)} [{line.reference}]"


def _difference(derivation: Derivation) -> Iterator[str]:
    before, after = (
        sum(line.deduction_idr for line in each) for each in (derivation.before, derivation.after)
    )
    yield f"{rupiah(before)} - {rupiah(after)} = {rupiah(derivation.adjustment_idr)}"
    yield f"diterbitkan dalam {derivation.entry.path}: {rupiah(derivation.published_idr)}"
