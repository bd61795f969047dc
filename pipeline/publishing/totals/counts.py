"""Records, people, sides, lines, events and decisions that stages hand on to each other: none may be lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.compute as pc

from pipeline.publishing.totals.sums import Tables, distinct, sum_of
from schemas import (
    ActTotal,
    AssessmentTotal,
    BaseTotal,
    ChargeTotal,
    CutTotal,
    DayTotal,
    DecisionTotal,
    Duty,
    DutyTotal,
    EventTotal,
    ExposureTotal,
    Finding,
    LeaveTotal,
    MonthTotal,
    ProofTotal,
    RequestMinute,
    RequestTotal,
    SideTotal,
    Table,
)


@dataclass(frozen=True)
class Counted:
    """A table of counts: its level, who is counted, of which table everybody must be there.

    Of each total: its name, what differs, the column that is due and the column found.
    """

    contract: type[Table]
    level: str
    key: str
    whom: str
    everybody: type[Table]
    pairs: tuple[tuple[str, str, str, str], ...]


COUNTED = (
    Counted(RequestTotal, "titik log", "vantage_code", "titik", RequestMinute, (
        ("permintaan", "baris log yang tidak dihitung per menit", "line_count", "request_count"),
        ("permintaan", "permintaan yang hasilnya tidak terhitung", "line_count", "answered_count"),
        ("percobaan", "baris log pegawai yang tidak menjadi percobaan", "own_count", "attempt_count"),
        ("cakupan", "percobaan di luar rentang lognya", "own_count", "covered_count"),
        ("penyimpanan", "jawaban ok yang tidak dicari rekamannya", "accepted_count", "storage_count"),
    )),
    Counted(ActTotal, "orang", "nip", "orang", Duty, (
        ("rekaman", "rekaman yang tidak ditempatkan", "punch_count", "placed_count"),
        ("rekaman", "sisi yang tidak memakai rekamannya", "met_side_count", "recorded_side_count"),
        ("rekaman", "rekaman mesin yang mesinnya tidak diamati", "read_count", "observed_count"),
        ("percobaan", "percobaan yang tidak terkumpul dalam sesi", "request_count", "gathered_count"),
        ("percobaan", "percobaan yang hasilnya tidak terhitung", "request_count", "answered_count"),
    )),
    Counted(DutyTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("hari kepegawaian", "hari kepegawaian yang tidak terdaftar", "employed_day_count", "listed_day_count"),
        ("hari kepegawaian", "hari kepegawaian yang cutinya tidak ditanyakan", "employed_day_count", "asked_day_count"),
        ("rupiah TPP harian", "TPP yang bukan TPP pegawai", "employed_tpp_idr", "listed_tpp_idr"),
        ("kewajiban", "hari kerja tanpa kewajiban atau sebaliknya", "due_day_count", "duty_count"),
        ("rupiah TPP harian", "TPP yang bukan TPP pegawai", "due_tpp_idr", "duty_tpp_idr"),
        ("rupiah TPP bulanan", "TPP yang bukan TPP pegawai", "last_tpp_idr", "month_tpp_idr"),
    )),
    Counted(SideTotal, "orang", "nip", "orang", Duty, (
        ("sisi", "sisi kewajiban tanpa keadaan", "duty_side_count", "judged_side_count"),
        ("sisi", "sisi yang menyimpang tanpa temuan", "off_side_count", "finding_count"),
        ("sisi", "sisi yang hilang dari skenario", "due_scenario_count", "scenario_side_count"),
        ("hari alpa", "hari tanpa rekaman yang tidak dihitung", "absent_day_count", "absence_count"),
        ("hari alpa", "hari bulan-bulan sebelumnya yang tidak dihitung", "earlier_day_count", "year_day_count"),
    )),
    Counted(ExposureTotal, "orang", "nip", "orang", Duty, (
        ("paparan", "gangguan dalam cakupannya yang tidak dinilai", "touched_count", "exposed_count"),
        ("paparan", "jalur permintaan yang tidak diurutkan", "line_count", "used_count"),
    )),
    Counted(ProofTotal, "orang", "nip", "orang", Duty, (
        ("kehadiran", "surat atau rekaman lain yang tidak ditimbang", "witness_count", "presence_count"),
        ("bukti", "baris masukan temuan yang tidak dilacak", "line_count", "edge_count"),
    )),
    Counted(EventTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("kejadian", "hari menyimpang tanpa potongan atau sebaliknya", "off_day_count", "charged_day_count"),
    )),
    Counted(LeaveTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("cuti", "hari cuti yang aturannya tidak diterapkan", "ruled_count", "applied_count"),
        ("kejadian", "cuti atau izin yang dipotong tanpa potongan atau sebaliknya", "leave_count", "charged_leave_count"),
    )),
    Counted(CutTotal, "orang", "nip", "orang", Duty, (
        ("kejadian", "potongan hukuman yang hilang atau berlebih", "cut_count", "charged_cut_count"),
    )),
    Counted(BaseTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("dasar potongan", "dasar yang bukan dari TPP", "duty_count", "valued_count"),
        ("batas sebulan", "batas yang bukan dari TPP", "duty_count", "limited_count"),
    )),
    Counted(ChargeTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("potongan", "kejadian tanpa harga", "charge_count", "priced_count"),
        ("rupiah potongan harian", "harga yang berubah", "priced_idr", "assessed_idr"),
    )),
    Counted(AssessmentTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("dasar potongan", "baris yang dasarnya bukan dasar hari atau bulannya", "shown_count", "based_count"),
    )),
    Counted(DayTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("batas sehari", "hari yang melebihi batasnya", "capped_count", "within_count"),
    )),
    Counted(MonthTotal, "orang dan OPD", "nip", "orang", Duty, (
        ("batas sebulan", "bulan yang melebihi batasnya", "month_count", "within_count"),
        ("hari alpa", "hari tanpa rekaman yang tidak masuk bulannya", "absent_count", "capped_absent_count"),
        ("rupiah potongan bulanan", "sisa di bawah batas yang berubah", "kept_idr", "assessed_idr"),
        ("kehadiran", "bulan kurang hadir tanpa potongan atau sebaliknya", "due_floor_count", "floor_count"),
    )),
    Counted(DecisionTotal, "orang", "nip", "orang", Finding, (
        ("temuan", "temuan yang dapat dipulihkan tetapi tidak diurutkan", "movable_count", "candidate_count"),
        ("keputusan", "persetujuan yang tidak diterapkan atau sebaliknya", "approving_count", "applied_count"),
        ("keputusan", "persetujuan yang tidak direkomendasikan atau sebaliknya", "approving_count", "recommended_count"),
        ("keputusan", "penolakan yang tidak direkomendasikan atau sebaliknya", "rejecting_count", "rejected_count"),
    )),
)  # fmt: skip


def records(tables: Tables) -> Iterator[str]:
    """Per file, records = accepted + quarantined, and each accepted one is stored; every used file is counted."""
    sources = tables["source_file"].to_pylist()
    paths = {row["file_id"]: row["path"] for row in sources if row["same_as_path"] is None}
    counts = {row["file_id"]: row for row in tables["file_total"].to_pylist()}
    for file_id in sorted(paths.keys() - counts.keys()):
        yield f"rekaman, tingkat berkas: {paths[file_id]!r} tidak dihitung"
    for file_id, row in counts.items():
        used = row["accepted_count"] + row["quarantined_count"]
        if row["record_count"] != used:
            yield (
                f"rekaman, tingkat berkas: {paths.get(file_id, file_id)!r} berisi {row['record_count']} "
                f"rekaman, tetapi {row['accepted_count']} diterima + {row['quarantined_count']} dikarantina "
                f"= {used}"
            )
        if row["telling_count"] != row["stored_count"]:
            yield (
                f"rekaman, tingkat berkas: {paths.get(file_id, file_id)!r} memberi {row['telling_count']} "
                f"rekaman yang diterima, tetapi {row['stored_count']} tersimpan"
            )
        if row["accepted_idr"] != row["stored_idr"]:
            yield (
                f"rupiah masukan, tingkat berkas: {paths.get(file_id, file_id)!r} memberi {row['accepted_idr']}, "
                f"tersimpan {row['stored_idr']}"
            )


def people(tables: Tables) -> Iterator[str]:
    """Everyone with a duty has a month, and a month, finding or recommendation belongs to such a person."""
    owing = distinct(tables["duty"], "nip")
    having = distinct(tables["person_month"], "nip")
    if lost := len(owing - having):
        yield f"orang, tingkat daerah: {lost} orang berkewajiban hadir tidak punya hasil bulanan"
    if strange := len(having - owing):
        yield f"orang, tingkat daerah: {strange} orang punya hasil bulanan tanpa kewajiban hadir"
    for name in ("finding", "recommendation"):
        if strange := len(distinct(tables[name], "nip") - owing):
            yield f"orang, tingkat daerah: {strange} orang di tabel {name} tanpa kewajiban hadir"


def counted(tables: Tables) -> Iterator[str]:
    """Everybody is counted, and each count or sum is what its source gives."""
    for each in COUNTED:
        table = tables[each.contract.table_name()]
        everybody = distinct(tables[each.everybody.table_name()], each.key)
        if without := len(everybody - distinct(table, each.key)):
            yield f"{each.contract.table_name()}, tingkat daerah: {without} {each.whom} tidak dihitung"
        for total, what, due, found in each.pairs:
            differing = table.filter(pc.not_equal(table[due], table[found]))
            if differing.num_rows:
                yield (
                    f"{total}, tingkat {each.level}: {len(distinct(differing, each.key))} {each.whom} dengan {what}; "
                    f"seluruhnya {sum_of(table, found)}, seharusnya {sum_of(table, due)}"
                )


def partners(tables: Tables) -> Iterator[str]:
    """Every decision is judged, every finding has a recommendation, every outage and incident its evidence."""
    for one, other, key, said in (
        ("decision", "decision_check", "decision_id", "keputusan, tingkat baris: {} keputusan tidak diperiksa atau sebaliknya"),
        ("finding", "recommendation", "finding_id", "temuan, tingkat baris: {} temuan tanpa rekomendasi atau sebaliknya"),
    ):  # fmt: skip
        if differing := len(distinct(tables[one], key) ^ distinct(tables[other], key)):
            yield said.format(differing)
    tested = distinct(tables["outage_evidence"], "subject_id")
    for name, key in (("outage", "outage_id"), ("incident", "incident_id")):
        if untested := len(distinct(tables[name], key) - tested):
            yield f"gangguan, tingkat baris: {untested} baris {name} tanpa uji"
    if unknown := len(
        distinct(tables["outage_evidence"], "outage_id") - {(None,)} - distinct(tables["outage"], "outage_id")
    ):
        yield f"gangguan, tingkat baris: {unknown} gangguan yang diuji tetapi tidak tercatat"
    touching = distinct(tables["finding"], "outage_id") - {(None,)}
    if unknown := len(touching - distinct(tables["outage"], "outage_id")):
        yield f"gangguan, tingkat baris: {unknown} gangguan pada temuan yang tidak tercatat"
    if unasked := len(touching - distinct(tables["restoration_screen"], "group_code")):
        yield f"gangguan, tingkat baris: {unasked} gangguan pada temuan yang tidak disaring"
