"""Where restorations stand out: what to look at before anybody approves."""

from __future__ import annotations

from datetime import date

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import chance, long_date, number, percent, span
from reports.models import Screening, ScreenRow
from reports.month import MonthTables

DIMENSIONS = {
    "unit": "OPD",
    "signer": "penandatangan",
    "device": "perangkat",
    "day": "hari",
    "window": "gangguan",
}
MEASURES = {"restored": "akan dipulihkan", "statement": "tanpa jejak sendiri, dengan surat keterangan"}


def build_screening(month: MonthTables) -> Screening:
    """Warnings about single outages, the groups that stand out (least likely first), and how many were compared."""
    rows = month.rows("restoration_screen", "dimension_code", "group_code", "measure_code")
    compared = [row for row in rows if row["dimension_code"] != "window"]
    flagged = sorted((row for row in compared if row["is_flagged"]), key=lambda row: row["adjusted_chance"])
    return Screening(
        tuple(
            _warning(row, month) for row in rows if row["dimension_code"] == "window" and row["is_flagged"]
        ),
        tuple(_row(row, month) for row in flagged),
        len(compared),
    )


def remarks(screening: Screening) -> tuple[str, ...]:
    """The same as sentences, for a sheet or a terminal."""
    return screening.warnings + tuple(
        f"Menonjol: {row.dimension} {row.group}, {row.share} {row.measure}; yang lain {row.rest}."
        for row in screening.rows
    )


def _warning(row: Row, month: MonthTables) -> str:
    outage = next(each for each in month.outages if each["outage_id"] == row["group_code"])
    when = span(outage["started_at"], outage["ended_at"], month.zone)
    share = percent(row["restored_count"] / row["base_count"])
    return (
        f"Gangguan {when} akan memulihkan {number(row['restored_count'])} dari {number(row['base_count'])} pegawai"
        f" ({share}), di atas batas kewaspadaan kebijakan. Periksa penetapannya sebelum ada yang disetujui."
    )


def _row(row: Row, month: MonthTables) -> ScreenRow:
    return ScreenRow(
        DIMENSIONS[row["dimension_code"]],
        _group(row, month),
        MEASURES[row["measure_code"]],
        _share(row["restored_count"], row["base_count"]),
        _share(row["rest_restored_count"], row["rest_base_count"]),
        chance(row["adjusted_chance"]),
    )


def _group(row: Row, month: MonthTables) -> str:
    code: str = row["group_code"]
    if row["dimension_code"] == "unit":
        return month.unit_name(code)
    if row["dimension_code"] == "signer":
        return f"{month.names.get(code, '–')}, NIP {code}"
    return long_date(date.fromisoformat(code)) if row["dimension_code"] == "day" else code


def _share(count: int, base: int) -> str:
    return f"{number(count)} dari {number(base)} sisi ({percent(count / base)})"
