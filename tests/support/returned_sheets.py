"""Verification sheets of a published month, filled in and sent back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter
from click.testing import CliRunner, Result

from pipeline.cli import rekon


def decide(workspace: Path, *files: Path) -> Result:
    return CliRunner().invoke(rekon, ["decide", "-C", str(workspace), *map(str, files)])


def first_revision(workspace: Path) -> Path:
    (folder,) = (workspace / "terbit" / "2026-01").glob("r1-*")
    return folder


def sheet_rows(path: Path) -> list[dict[str, str]]:
    table = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Isian").to_python()
    return [dict(zip(table[0], map(str, row), strict=True)) for row in table[1:]]


def ready_rows(workspace: Path) -> list[dict[str, str]]:
    """Rows of the first revision's sheets that a superior may approve now, and that nobody has decided yet."""
    done = {
        row["finding_id"]
        for path in workspace.glob("keputusan/*/*.csv")
        for row in csv.DictReader(path.open())
    }
    sheets = sorted((first_revision(workspace) / "lembar-verifikasi").glob("*.xlsx"))
    rows = [row for path in sheets for row in sheet_rows(path)]
    return [row for row in rows if row["Keadaan"] == "siap diputus" and row["finding_id"] not in done]


def filled(folder: Path, rows: list[dict[str, Any]], name: str = "OPD-isi.xlsx") -> Path:
    """A workbook as a spreadsheet program saves it; a number is stored as a number."""
    path = folder / name
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Isian")
        for place, header in enumerate(rows[0]):
            sheet.write_string(0, place, header)
            for number, row in enumerate(rows, start=1):
                if isinstance(row[header], str):
                    sheet.write_string(number, place, row[header])
                else:
                    sheet.write_number(number, place, row[header])
    return path


def approved(row: dict[str, str], **other: Any) -> dict[str, Any]:
    return {
        **row, "keputusan": "setuju", "nip_pemutus": row["NIP atasan"], "tanggal": "2026-02-03", **other,
    }  # fmt: skip
