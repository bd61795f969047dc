"""Records as read: verbatim text under the headers of docs/contract/inputs.md, with their origin."""

from __future__ import annotations

from typing import Any

from schemas.table import Integer, Table, Text, column


def _cell(header: str) -> Any:
    return column(f"`{header}` as read", nullable=True)


class Raw(Table):
    """Shared columns of every raw table."""

    file_id: Text = column("File")
    sheet: Text = column("Sheet of a workbook", nullable=True)
    line_no: Integer = column("Physical line on which the record starts, or row of the sheet", ge=1)
    row_sha256: Text = column("sha256 of the record as read", str_matches=r"^[0-9a-f]{64}$")

    _key = ("file_id", "sheet", "line_no")


class RawEmployee(Raw):
    """One row per record of an employee export."""

    nip: Text = _cell("nip")
    nama: Text = _cell("nama")
    status: Text = _cell("status")
    kode_opd: Text = _cell("kode_opd")
    unit_kerja: Text = _cell("unit_kerja")
    jabatan: Text = _cell("jabatan")
    kelas_jabatan: Text = _cell("kelas_jabatan")
    kelompok: Text = _cell("kelompok")
    tpp: Text = _cell("tpp")
    pin: Text = _cell("pin")
    nip_atasan: Text = _cell("nip_atasan")
    mulai: Text = _cell("mulai")
    selesai: Text = _cell("selesai")


class RawUnit(Raw):
    """One row per record of a unit list."""

    kode_opd: Text = _cell("kode_opd")
    nama_opd: Text = _cell("nama_opd")
    wilayah: Text = _cell("wilayah")
    zona: Text = _cell("zona")


class RawNetwork(Raw):
    """One row per record of a list of address blocks."""

    cidr: Text = _cell("cidr")
    kode_opd: Text = _cell("kode_opd")
    penyedia: Text = _cell("penyedia")
    jenis: Text = _cell("jenis")


class RawPunch(Raw):
    """One row per record of an attendance export, of one punch or of one employee-day."""

    nip: Text = _cell("nip")
    pin: Text = _cell("pin")
    waktu: Text = _cell("waktu")
    arah: Text = _cell("arah")
    kanal: Text = _cell("kanal")
    perangkat: Text = _cell("perangkat")
    versi_aplikasi: Text = _cell("versi_aplikasi")
    waktu_terima: Text = _cell("waktu_terima")
    tanggal: Text = _cell("tanggal")
    jam: Text = _cell("jam")
    jam_masuk: Text = _cell("jam_masuk")
    jam_pulang: Text = _cell("jam_pulang")
    keterangan: Text = _cell("keterangan")


class RawAbsence(Raw):
    """One row per record of a leave export."""

    nip: Text = _cell("nip")
    jenis: Text = _cell("jenis")
    mulai: Text = _cell("mulai")
    selesai: Text = _cell("selesai")
    nomor_surat: Text = _cell("nomor_surat")


class RawRoster(Raw):
    """One row per record of a roster."""

    nip: Text = _cell("nip")
    tanggal: Text = _cell("tanggal")
    shift: Text = _cell("shift")


class RawStatement(Raw):
    """One row per record of a list of statements."""

    nip: Text = _cell("nip")
    tanggal: Text = _cell("tanggal")
    sisi: Text = _cell("sisi")
    jam: Text = _cell("jam")
    nip_penandatangan: Text = _cell("nip_penandatangan")
    nomor_surat: Text = _cell("nomor_surat")
    tanggal_surat: Text = _cell("tanggal_surat")


class RawIncident(Raw):
    """One row per record of a list of incidents."""

    id_insiden: Text = _cell("id_insiden")
    mulai: Text = _cell("mulai")
    selesai: Text = _cell("selesai")
    lapisan: Text = _cell("lapisan")
    wilayah: Text = _cell("wilayah")
    kode_opd: Text = _cell("kode_opd")
    penetap: Text = _cell("penetap")
    nip_penetap: Text = _cell("nip_penetap")
    nomor_ba: Text = _cell("nomor_ba")
    tanggal_ba: Text = _cell("tanggal_ba")
    keterangan: Text = _cell("keterangan")


class RawDeduction(Raw):
    """One row per record of what payroll deducted."""

    nip: Text = _cell("nip")
    periode: Text = _cell("periode")
    potongan: Text = _cell("potongan")


class RawDecision(Raw):
    """One row per record of a decision list."""

    finding_id: Text = _cell("finding_id")
    finding_hash: Text = _cell("finding_hash")
    keputusan: Text = _cell("keputusan")
    nip_pemutus: Text = _cell("nip_pemutus")
    alasan: Text = _cell("alasan")
    tanggal: Text = _cell("tanggal")


class RawProbe(Raw):
    """One row per record of a probe export."""

    waktu: Text = _cell("waktu")
    titik: Text = _cell("titik")
    asal: Text = _cell("asal")
    hasil: Text = _cell("hasil")
    latensi_ms: Text = _cell("latensi_ms")
    kode_http: Text = _cell("kode_http")


class RawCoverage(Raw):
    """One row per record of declared coverage."""

    titik: Text = _cell("titik")
    mulai: Text = _cell("mulai")
    selesai: Text = _cell("selesai")


RAW_TABLES: dict[str, type[Table]] = {
    "employee": RawEmployee,
    "unit": RawUnit,
    "network": RawNetwork,
    "punch": RawPunch,
    "absence": RawAbsence,
    "roster": RawRoster,
    "statement": RawStatement,
    "incident": RawIncident,
    "deduction": RawDeduction,
    "decision": RawDecision,
    "probe": RawProbe,
    "coverage": RawCoverage,
}
"""Kind of file -> its raw table."""
