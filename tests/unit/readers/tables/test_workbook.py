"""XLSX and Parquet: cells keep their type, rows keep their number, and hostile files are refused before they are parsed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.tables.tabular import store_table
from tests.support.exports import NIP_A, NIP_B, Month, issues, punches
from tests.support.workbooks import HEAD, workbook


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return Month(tmp_path)


def test_typed_dates_times_and_texts_of_a_workbook_are_read_alike(month: Month) -> None:
    """The header lies below a title; dates may be cells or text, times cells, text or spans."""
    rows: list[list[Any]] = [
        ["REKAP PRESENSI"],
        [],
        HEAD,
        [NIP_A, dt.date(2026, 1, 2), dt.time(7, 30, 15), "16.05", None],
        [f"'{NIP_B}", "05/01/2026", "-", dt.time(16, 0), "TK"],
        [],
        [NIP_A, "06/01/2026", None, None, "DL"],
    ]
    month.put("punch", "rekap.xlsx", workbook(("Januari", rows)), "rekap-harian")
    found = month.validated()
    assert issues(found) == []
    assert punches(found) == [
        (NIP_A, "2026-01-02 00:30:15", "in"),
        (NIP_A, "2026-01-02 09:05:00", "out"),
        (NIP_B, "2026-01-05 08:00:00", "out"),
    ]
    assert [(row["line_no"], row["sheet"]) for row in month.cells("rekap.xlsx")] == [
        (4, "Januari"),
        (5, "Januari"),
        (7, "Januari"),
    ]


def test_faulty_cells_are_quarantined_with_sheet_and_row(month: Month) -> None:
    """A NIP stored as a number is never repaired; an error value costs its row; a bare serial number is no date."""
    good = [NIP_A, dt.date(2026, 1, 2), dt.time(7, 30), dt.time(16, 0), None]
    first = [
        HEAD,
        good,
        [int(NIP_A), *good[1:]],
        [NIP_A, 46024, *good[2:]],
        [*good[:2], "#DIV/0!", None, None],
    ]
    second = [
        HEAD,
        [None, "JUMLAH", None, None, None],
        [NIP_A, dt.date(2026, 1, 5), 0.3125, dt.time(16, 0), None],
    ]
    month.put("punch", "rekap.xlsx", workbook(("A", first), ("B", second)), "rekap-harian")
    found = month.validated()
    assert [
        (reject.sheet, reject.line_no, reject.code) for reject in month.records["rekap.xlsx"].rejects
    ] == [("A", 5, "CELL_ERROR")]
    assert [(row["sheet"], row["line_no"], row["code"]) for row in found.rejects] == [
        ("A", 3, "NIP_PRECISION"),
        ("A", 4, "DATE_FORMAT"),
        ("B", 2, "VALUE_MISSING"),
        ("B", 2, "DATE_FORMAT"),
        ("B", 3, "TIME_FORMAT"),
    ]
    assert found.accepted["rekap.xlsx"] == 1


def test_every_visible_sheet_with_the_header_is_read_and_the_others_are_named(month: Month) -> None:
    """The same row number on two sheets is two records."""
    rows = [HEAD, [NIP_A, "02/01/2026", "07:30", "16:00", None]]
    other = [HEAD, [NIP_B, "02/01/2026", "07:30", "16:00", None]]
    content = workbook(
        ("Dinas A", rows),
        ("Petunjuk", [["Isi dengan benar"]]),
        ("Dinas B", other),
        ("Lama", other),
        hidden=("Lama",),
    )
    month.put("punch", "rekap.xlsx", content, "rekap-harian")
    found = month.validated()
    assert len({row["punch_id"] for row in found.tables["punch"].to_pylist()}) == 4
    assert [
        (reject.sheet, reject.line_no, reject.code) for reject in month.records["rekap.xlsx"].rejects
    ] == [("Petunjuk", 0, "SHEET_SKIPPED")]


def test_a_workbook_without_the_header_is_refused_with_the_nearest_title(month: Month) -> None:
    with pytest.raises(InputRefusedError, match="Maksudnya `Tangal`"):
        month.put(
            "punch",
            "rekap.xlsx",
            workbook(("A", [["NIP", "Tangal", "Jam Masuk", "Jam Pulang"]])),
            "rekap-harian",
        )


def repacked(content: bytes, change: dict[str, bytes], **extra: bytes) -> bytes:
    """The workbook with text of its parts replaced, and parts added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            text = old.read(member)
            for before, after in change.items():
                text = text.replace(before.encode(), after)
            new.writestr(member, text)
        for name, text in extra.items():
            new.writestr(name, text)
    return target.getvalue()


SOUND = workbook(("A", [HEAD, [NIP_A, "02/01/2026", "07:30", "16:00", "x"]]))
HOSTILE = {
    "entities": (repacked(SOUND, {"<worksheet": b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'}), "entitas"),
    "far corner": (repacked(SOUND, {'r="D2"': b'r="XFD1048576"'}), "alamat sel"),
    "wide": (repacked(SOUND, {'r="D2"': b'r="ZZZZ2"'}), "membentang"),
    "deep": (
        repacked(
            SOUND,
            {
                '<row r="2"': b'<row r="1048577"',
                'r="A2"': b'r="A1048577"',
                'r="B2"': b'r="B1048577"',
                'r="C2"': b'r="C1048577"',
                'r="D2"': b'r="D1048577"',
                'r="E2"': b'r="E1048577"',
            },
        ),
        "membentang",
    ),
    "bomb": (repacked(SOUND, {}, **{"xl/worksheets/sheet9.xml": b" " * (64 << 20)}), "mengembang"),
    "cut": (SOUND[:-40], "rusak"),
    "not a workbook": (b"PK\x03\x04nothing", "rusak"),
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_workbook_is_refused_before_it_is_parsed(month: Month, trick: str) -> None:
    content, said = HOSTILE[trick]
    with pytest.raises(InputRefusedError, match=said):
        month.put("punch", "rekap.xlsx", content, "rekap-harian")


def test_a_sheet_whose_name_is_written_with_a_character_reference_is_read(month: Month) -> None:
    content = repacked(SOUND, {'name="A"': b'name="J&#233;&amp;"'})
    assert month.put("punch", "rekap.xlsx", content, "rekap-harian").count == 1


def test_a_sheet_that_is_a_chart_is_no_table(month: Month) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("A").write_row(0, 0, HEAD)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=A!$A$1:$A$2"})
        book.add_chartsheet("Grafik").set_chart(chart)
    assert month.put("punch", "rekap.xlsx", target.getvalue(), "rekap-harian").rejects == []


@pytest.mark.parametrize("short", [1, 5])
def test_a_list_of_sheets_that_two_readers_understand_differently_is_refused(
    month: Month, short: int
) -> None:
    rows = [[NIP_A, "02/01/2026"]] * 3
    two = workbook(("A", [HEAD, *rows]), ("B", [HEAD, *rows[:1] * short]))
    content = repacked(two, {'r:id="rId1"/><sheet': b'r:id="rId1"/ s="9"<sheet'})
    with pytest.raises(InputRefusedError, match="dua cara baca"):
        month.put("punch", "rekap.xlsx", content, "rekap-harian")


def test_a_false_dimension_is_not_believed(month: Month) -> None:
    content = repacked(SOUND, {'<dimension ref="A1:E2"': b'<dimension ref="A1:XFD1048576"'})
    assert month.put("punch", "rekap.xlsx", content, "rekap-harian").count == 1


def test_a_workbook_that_slips_through_and_kills_its_reader_costs_only_its_file(tmp_path: Path) -> None:
    """Errors of the reader come back from the child with their words."""
    path = tmp_path / "rekap.xlsx"
    path.write_bytes(SOUND[:-40])
    profile = load_table_profile("rekap-harian", tmp_path)
    with Sandbox() as sandbox, pytest.raises(InputRefusedError, match=r"rekap\.xlsx"):
        sandbox.run(
            "rekap.xlsx", store_table, path, "rekap.xlsx", profile, "punch", "f", {}, tmp_path / "x.parquet"
        )


def parquet(columns: dict[str, pa.Array]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_parquet_is_read_by_type_and_a_numeric_nip_is_not_trusted(month: Month) -> None:
    content = parquet(
        {
            "NIP": pa.array([NIP_A, NIP_B]),
            "waktu": pa.array(
                [dt.datetime(2026, 1, 2, 7, 30, 15), dt.datetime(2026, 1, 2, 8)], pa.timestamp("us")
            ),
        }
    )
    month.put("punch", "a.parquet", content)
    numeric = {"nip": pa.array([int(NIP_A)]), "waktu": pa.array([dt.datetime(2026, 1, 3, 8, tzinfo=dt.UTC)])}
    month.put("punch", "b.parquet", parquet(numeric))
    found = month.validated()
    assert (
        punches(found) == [(NIP_B, "2026-01-02 00:00:00", None), (NIP_A, "2026-01-02 00:30:15", None)][::-1]
    )
    assert [(row["file_id"], row["line_no"], row["code"]) for row in found.rejects] == [
        ("b.parquet", 1, "NIP_PRECISION")
    ]


@pytest.mark.parametrize("harm", ["cut", "nested", "headless", "fewer rows than declared"])
def test_a_damaged_or_foreign_parquet_is_refused(month: Month, harm: str) -> None:
    sound = parquet({"nip": pa.array([NIP_A]), "waktu": pa.array(["2026-01-02 07:30:00"])})
    many = parquet({"nip": pa.array([NIP_A] * 70), "waktu": pa.array(["2026-01-02 07:30:00"] * 70)})
    footer = len(many) - 8 - int.from_bytes(many[-8:-4], "little")
    content = {
        "cut": sound[:-20],
        "nested": parquet({"nip": pa.array([[NIP_A]]), "waktu": pa.array(["2026-01-02 07:30:00"])}),
        "headless": parquet({"nip": pa.array([NIP_A])}),
        "fewer rows than declared": many[:footer]
        + many[footer:].replace(b"\x16\x8c\x01", b"\x16\x8e\x01", 1),
    }[harm]
    with pytest.raises(InputRefusedError, match=r"a\.parquet"):
        month.put("punch", "a.parquet", content)
