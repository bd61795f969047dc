"""The kinds of tabular records (docs/contract/inputs.md): their headers, and what the cells under a header hold.

Plain data, so that a reader's child process starts without the contracts; a test holds it against the raw tables.
"""

from __future__ import annotations

from typing import Literal

HEADERS: dict[str, tuple[str, ...]] = {
    "employee": (
        "nip",
        "nama",
        "status",
        "kode_opd",
        "unit_kerja",
        "jabatan",
        "kelas_jabatan",
        "kelompok",
        "tpp",
        "pin",
        "nip_atasan",
        "mulai",
        "selesai",
    ),
    "unit": ("kode_opd", "nama_opd", "wilayah", "zona"),
    "network": ("cidr", "kode_opd", "penyedia", "jenis"),
    "punch": (
        "nip",
        "pin",
        "waktu",
        "arah",
        "kanal",
        "perangkat",
        "versi_aplikasi",
        "waktu_terima",
        "tanggal",
        "jam",
        "jam_masuk",
        "jam_pulang",
        "keterangan",
    ),
    "absence": ("nip", "jenis", "mulai", "selesai", "nomor_surat"),
    "roster": ("nip", "tanggal", "shift"),
    "statement": ("nip", "tanggal", "sisi", "jam", "nip_penandatangan", "nomor_surat", "tanggal_surat"),
    "incident": (
        "id_insiden",
        "mulai",
        "selesai",
        "lapisan",
        "wilayah",
        "kode_opd",
        "penetap",
        "nip_penetap",
        "nomor_ba",
        "tanggal_ba",
        "keterangan",
    ),
    "deduction": ("nip", "periode", "potongan"),
    "decision": ("finding_id", "finding_hash", "keputusan", "nip_pemutus", "alasan", "tanggal"),
    "probe": ("waktu", "titik", "asal", "hasil", "latensi_ms", "kode_http"),
    "coverage": ("titik", "mulai", "selesai"),
}
"""Kind -> our headers, in the order of its raw table."""
ORIGIN = ("file_id", "sheet", "line_no", "row_sha256")
Role = Literal["date", "clock", "instant"]
_INSTANT_SPAN: dict[str, Role] = {"mulai": "instant", "selesai": "instant"}
_DATE_SPAN: dict[str, Role] = {"mulai": "date", "selesai": "date"}
ROLES: dict[str, dict[str, Role]] = {
    "employee": _DATE_SPAN,
    "absence": _DATE_SPAN,
    "incident": {**_INSTANT_SPAN, "tanggal_ba": "date"},
    "coverage": _INSTANT_SPAN,
    "punch": {
        "waktu": "instant",
        "waktu_terima": "instant",
        "tanggal": "date",
        "jam": "clock",
        "jam_masuk": "clock",
        "jam_pulang": "clock",
    },
    "roster": {"tanggal": "date"},
    "statement": {"tanggal": "date", "tanggal_surat": "date", "jam": "clock"},
    "decision": {"tanggal": "date"},
    "probe": {"waktu": "instant"},
}
"""Kind -> header -> how a cell that a workbook types as date or time is written in the profile's format."""
CODES: dict[str, dict[str, str]] = {
    "employee": {"status": "status"},
    "network": {"jenis": "network"},
    "punch": {"arah": "direction", "kanal": "channel", "keterangan": "absence"},
    "statement": {"sisi": "side"},
    "incident": {"lapisan": "layer"},
    "decision": {"keputusan": "verdict"},
    "probe": {"hasil": "probe"},
}
"""Kind -> header -> group of the profile's codes that its cells are looked up in."""
CODES_OF: dict[str, tuple[str, ...]] = {
    "absence": (),
    "channel": ("app", "device", "manual"),
    "direction": ("in", "out", "apel"),
    "layer": ("central", "link", "gateway", "network", "site", "device", "client", "log_gap", "undetermined"),
    "network": ("kantor", "seluler", "wifi"),
    "probe": ("up", "down"),
    "side": ("in", "out"),
    "status": ("PNS", "CPNS", "PPPK", "PPPK-PW"),
    "unit": (),
    "verdict": ("approve", "reject", "ask_evidence"),
}
"""Group -> our codes; none where others say which there are: the policy's kinds of absence, the list of OPD."""
