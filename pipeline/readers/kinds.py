"""The kinds of tabular records (inputs.md section 3): their raw tables, headers, and what a header's cells hold."""

from __future__ import annotations

from typing import Literal

from schemas import (
    RawAbsence,
    RawCoverage,
    RawDecision,
    RawDeduction,
    RawEmployee,
    RawIncident,
    RawNetwork,
    RawProbe,
    RawPunch,
    RawRoster,
    RawStatement,
    RawUnit,
    Table,
)

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
ORIGIN = ("file_id", "sheet", "line_no", "row_sha256")
Role = Literal["date", "clock", "instant"]
_INSTANT_SPAN: dict[str, Role] = {"mulai": "instant", "selesai": "instant"}
_DATE_SPAN: dict[str, Role] = {"mulai": "date", "selesai": "date"}
ROLES: dict[str, dict[str, Role]] = {
    "employee": _DATE_SPAN,
    "absence": _DATE_SPAN,
    "incident": _INSTANT_SPAN,
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


def headers_of(kind: str) -> tuple[str, ...]:
    """Our headers of a kind, in the order of its raw table."""
    return tuple(name for name in RAW_TABLES[kind].columns() if name not in ORIGIN)
