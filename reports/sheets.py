"""lembar-verifikasi/<kode_opd>.xlsx and berita-acara/penetapan.xlsx: filled in by people, taken back by `rekon decide`.

One row per finding that needs a decision, in the order of person, day and side. Every cell is locked but those to
fill in. The machine's columns (finding_id, finding_hash) are hidden; they bind the decision to the facts shown.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import xlsxwriter

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import clock_on, local, long_date, rupiah
from pipeline.wording.labels import CAUSES, GRADES, LAYERS, SIDES, label
from pipeline.wording.slugs import slug
from reports.models import ReportMeta
from reports.month import MonthTables
from reports.outage_sections import scope, sentence_case
from reports.screening import build_screening, remarks
from schemas.codes import REASON_LENGTH, VERDICTS

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# A fixed date keeps the workbook's bytes free of the clock.
CREATED = dt.datetime(2000, 1, 1)
HELP = (
    "Isi hanya kolom berlatar kuning: keputusan, alasan, nip_pemutus, tanggal. Kolom lain terkunci.",
    "setuju: presensi dipulihkan seperti yang diusulkan. tolak: tetap menurut catatan; alasan wajib diisi.",
    "minta_bukti: belum dapat diputuskan; sebutkan bukti yang diperlukan.",
    "nip_pemutus adalah atasan langsung pegawai itu: bukan pegawainya sendiri, bukan penetap gangguan.",
    "Tulis NIP sebagai teks 18 angka dan tanggal sebagai 2026-02-05.",
    "Baris sudah terurut menurut NIP, hari, dan sisi; jangan menambah, menghapus, atau menyalin baris.",
    "Simpan, lalu kirim ke BKD: rekon decide -C RUANG BERKAS.xlsx",
)


@dataclass(frozen=True)
class Column:
    """One column: its header, width, what it shows of a row; `is_open` where people write, `is_hidden` the machine's."""

    header: str
    width: int
    value: Callable[[Row], str | int]
    is_open: bool = False
    is_hidden: bool = False


def _blank(_row: Row) -> str:
    return ""


def render_sheets(tables: Mapping[str, pa.Table], meta: ReportMeta) -> dict[str, bytes]:
    """Path -> bytes of every workbook of a revision; same input, same bytes."""
    month_ = MonthTables(tables, meta)
    return verification_sheets(month_) | certification_sheet(month_)


def verification_sheets(month_: MonthTables) -> dict[str, bytes]:
    """Path -> workbook per OPD with open findings."""
    proposed: dict[str, list[Row]] = defaultdict(list)
    superiors = {(row["nip"], row["duty_date"]): row["superior_nip"] for row in month_.rows("duty", "nip")}
    for finding in month_.findings:
        recommendation = month_.recommendations[finding["finding_id"]]
        if recommendation["status_code"] == "proposed":
            superior = superiors.get((finding["nip"], finding["duty_date"]))
            proposed[finding["unit_id"]].append(
                {**finding, "adjustment_idr": recommendation["adjustment_idr"], "superior_nip": superior}
            )
    notes = remarks(build_screening(month_))
    return {
        f"lembar-verifikasi/{slug(unit_id)}.xlsx": _workbook(
            f"Lembar verifikasi {month_.unit_name(unit_id)}, {month_.name}",
            _finding_columns(month_),
            rows,
            notes,
        )
        for unit_id, rows in sorted(proposed.items())
    }


def certification_sheet(month_: MonthTables) -> dict[str, bytes]:
    """Path -> workbook with one row per outage that no competent office has certified; nothing where all are."""
    rows = [row for row in month_.rows("outage", "started_at", "outage_id") if not row["is_certified"]]
    rows = [row for row in rows if row["layer_code"] != "log_gap"]
    title = f"Penetapan gangguan, {month_.name}"
    columns = _outage_columns(month_)
    return {"berita-acara/penetapan.xlsx": _workbook(title, columns, rows)} if rows else {}


def _finding_columns(month_: MonthTables) -> tuple[Column, ...]:
    def at(name: str) -> Callable[[Row], str]:
        return lambda row: (
            "–"
            if row[name] is None
            else clock_on(row[name], month_.unit_zone(row["unit_id"]), row["duty_date"])
        )

    def readiness(row: Row) -> str:
        if row["action_code"] == "needs_statement":
            return "perlu surat keterangan dahulu"
        return "siap diputus" if row["is_certified"] else "menunggu penetapan gangguan"

    return (
        Column("finding_id", 18, lambda row: row["finding_id"], is_hidden=True),
        Column("finding_hash", 66, lambda row: row["finding_hash"], is_hidden=True),
        Column("NIP", 21, lambda row: row["nip"]),
        Column("Nama", 26, lambda row: month_.names.get(row["nip"], "–")),
        Column("Hari", 17, lambda row: long_date(row["duty_date"])),
        Column("Sisi", 8, lambda row: label(SIDES, row["side_code"])),
        Column("Wajib", 11, at("due_at")),
        Column("Tercatat", 11, at("recorded_at")),
        Column("Dipulihkan ke", 13, at("restored_at")),
        Column("Sebab", 22, lambda row: label(CAUSES, row["cause_code"])),
        Column("Bukti", 30, lambda row: f"{row['grade_code']}: {label(GRADES, row['grade_code'])}"),
        Column("Pengaruh", 13, lambda row: rupiah(row["adjustment_idr"])),
        Column("Keadaan", 24, readiness),
        Column("NIP atasan", 21, lambda row: row["superior_nip"] or "–"),
        Column("keputusan", 13, _blank, is_open=True),
        Column("alasan", 34, _blank, is_open=True),
        Column("nip_pemutus", 21, _blank, is_open=True),
        Column("tanggal", 12, _blank, is_open=True),
    )


def _outage_columns(month_: MonthTables) -> tuple[Column, ...]:
    def at(name: str) -> Callable[[Row], str]:
        return lambda row: f"{local(row[name], month_.zone):%Y-%m-%d %H:%M:%S}"

    return (
        Column("id_insiden", 24, lambda row: f"INS-{row['outage_id']}"),
        Column("Yang terkena", 26, lambda row: sentence_case(scope(row, month_))),
        Column("mulai", 20, at("started_at")),
        Column("selesai", 20, at("ended_at")),
        Column("lapisan", 14, lambda row: row["layer_code"]),
        Column("Letak", 34, lambda row: label(LAYERS, row["layer_code"])),
        Column("wilayah", 9, lambda row: row["scope_region"] or month_.meta.region_code),
        Column("kode_opd", 12, lambda row: row["scope_unit_id"] or ""),
        Column("penetap", 28, _blank, is_open=True),
        Column("nip_penetap", 21, _blank, is_open=True),
        Column("nomor_ba", 22, _blank, is_open=True),
        Column("tanggal_ba", 12, _blank, is_open=True),
        Column("keterangan", 34, _blank, is_open=True),
    )


def _workbook(title: str, columns: tuple[Column, ...], rows: list[Row], notes: tuple[str, ...] = ()) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": title, "created": CREATED})
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
            "text": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
            "open": book.add_format(
                {
                    "num_format": "@",
                    "valign": "top",
                    "text_wrap": True,
                    "locked": False,
                    "bg_color": "#FFF6CC",
                }
            ),
        }
        sheet = book.add_worksheet("Isian")
        _write_rows(sheet, formats, columns, rows)
        _validate(book, sheet, columns, len(rows))
        _lay_out(sheet, title, columns, len(rows))
        note = book.add_worksheet("Petunjuk")
        note.set_column(0, 0, 110)
        for number, sentence in enumerate((title, *notes, *HELP)):
            note.write_string(number, 0, sentence, formats["head"] if number == 0 else formats["text"])
        note.protect()
    return stream.getvalue()


def _write_rows(sheet: Any, formats: dict[str, Any], columns: tuple[Column, ...], rows: list[Row]) -> None:
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, None, {"hidden": column.is_hidden})
        sheet.write_string(0, place, column.header, formats["head"])
        written = formats["open" if column.is_open else "text"]
        for number, row in enumerate(rows, start=1):
            value = str(column.value(row))
            if value:
                sheet.write_string(number, place, value, written)
            else:
                sheet.write_blank(number, place, None, written)
    if rows:
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_letter(len(columns) - 1)}{len(rows) + 1}"})


def _validate(book: Any, sheet: Any, columns: tuple[Column, ...], count: int) -> None:
    """A list for the decision; a reason wherever it is no."""
    places = {column.header: place for place, column in enumerate(columns)}
    if "keputusan" not in places or count == 0:
        return
    choices = book.add_worksheet("daftar")
    for number, choice in enumerate(VERDICTS):
        choices.write_string(number, 0, choice)
    choices.very_hidden()
    book.define_name("pilihan_keputusan", f"=daftar!$A$1:$A${len(VERDICTS)}")
    verdict, reason = places["keputusan"], places["alasan"]
    sheet.data_validation(
        1, verdict, count, verdict,
        {"validate": "list", "source": "=pilihan_keputusan", "error_message": "Pilih dari daftar."},
    )  # fmt: skip
    sheet.data_validation(
        1, reason, count, reason,
        {
            "validate": "custom",
            "value": f'=OR(${_letter(verdict)}2<>"tolak",LEN(TRIM(${_letter(reason)}2))>={REASON_LENGTH})',
            "error_message": f"Penolakan perlu alasan, paling sedikit {REASON_LENGTH} huruf.",
        },
    )  # fmt: skip
    sheet.data_validation(
        1, places["nip_pemutus"], count, places["nip_pemutus"],
        {"validate": "length", "criteria": "==", "value": 18, "error_message": "NIP harus 18 angka."},
    )  # fmt: skip


def _lay_out(sheet: Any, title: str, columns: tuple[Column, ...], count: int) -> None:
    first_shown = sum(column.is_hidden for column in columns)
    sheet.freeze_panes(1, first_shown + 2)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title.replace('&', '&&')}&RTERBATAS")
    sheet.set_footer("&RHalaman &P dari &N")


def _letter(place: int) -> str:
    name: str = xlsxwriter.utility.xl_col_to_name(place)
    return name
