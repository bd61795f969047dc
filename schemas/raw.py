"""Records as read: verbatim text under the headers of docs/contract/inputs.md, with their origin."""

from __future__ import annotations

from schemas.table import Integer, Table, Text, column


class Raw(Table):
    """Shared columns of every raw table."""

    file_id: Text = column("File")
    sheet: Text = column("Sheet of a workbook", nullable=True)
    line_no: Integer = column("Physical line on which the record starts, or row of the sheet", ge=1)
    row_sha256: Text = column("sha256 of the record as read", str_matches=r"^[0-9a-f]{64}$")

    _key = ("file_id", "sheet", "line_no")


def _raw(kind: str, record: str, headers: str) -> type[Table]:
    """The contract Raw<Kind>: a text column for each of the `headers`, which blanks part."""
    cells = {header: column(f"`{header}` as read", nullable=True) for header in headers.split()}
    body = {
        "__doc__": f"One row per record of {record}.",
        "__module__": __name__,
        "__annotations__": dict.fromkeys(cells, Text),
    }
    return type(f"Raw{kind.capitalize()}", (Raw,), {**body, **cells})


_RECORDS = {
    "employee": (
        "an employee export",
        "nip nama status kode_opd unit_kerja jabatan kelas_jabatan kelompok tpp pin nip_atasan mulai selesai",
    ),
    "unit": ("a unit list", "kode_opd nama_opd wilayah zona"),
    "network": ("a list of address blocks", "cidr kode_opd penyedia jenis"),
    "punch": (
        "an attendance export, of one punch or of one employee-day",
        "nip pin waktu arah kanal perangkat versi_aplikasi waktu_terima tanggal jam jam_masuk jam_pulang "
        "keterangan",
    ),
    "absence": ("a leave export", "nip jenis mulai selesai nomor_surat"),
    "roster": ("a roster", "nip tanggal shift"),
    "statement": ("a list of statements", "nip tanggal sisi jam nip_penandatangan nomor_surat tanggal_surat"),
    "incident": (
        "a list of incidents",
        "id_insiden mulai selesai lapisan wilayah kode_opd penetap nip_penetap nomor_ba tanggal_ba "
        "keterangan",
    ),
    "deduction": ("what payroll deducted", "nip periode potongan"),
    "decision": ("a decision list", "finding_id finding_hash keputusan nip_pemutus alasan tanggal"),
    "probe": ("a probe export", "waktu titik asal hasil latensi_ms kode_http"),
    "coverage": ("declared coverage", "titik mulai selesai"),
}
RAW_TABLES = {kind: _raw(kind, record, headers) for kind, (record, headers) in _RECORDS.items()}
"""Kind of file -> its raw table."""
RawCoverage = RAW_TABLES["coverage"]
