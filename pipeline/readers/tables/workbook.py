"""XLSX through calamine, cell by cell as typed: a NIP stored as a number is seen as one, a date is the cell's date.

Every visible sheet that has the required headers is read; the others are listed. Row numbers are those of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import python_calamine

from pipeline.errors import InputRefusedError
from pipeline.readers.files.snapshots import shown
from pipeline.readers.tables.header import find_header, refuse_headless
from pipeline.readers.tables.kinds import ROLES
from pipeline.readers.tables.profiles import TableProfile
from pipeline.readers.tables.records import Records, cell_text, cells_sha256
from pipeline.readers.tables.workbook_scan import SheetScan, scan_workbook

FAULTS = (python_calamine.CalamineError, OSError, ValueError)
Top = list[tuple[int, list[str]]]


def read_workbook(path: Path, name: str, table: TableProfile, kind: str, records: Records) -> None:
    """Read the sheets of a workbook that hold `kind`; raises InputRefusedError.

    A sheet without the headers is a reject of row 0. `record_count` is what the XML says lies below the headers.
    """
    scans = scan_workbook(path, name)
    tops: Top = []
    is_read = False
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            for sheet in _chosen(book, table, name):
                if sheet not in scans:
                    raise _unlike(f"{name}, lembar `{shown(sheet)}`")
                scan = scans[sheet]
                if scan.filled:
                    is_read |= _read_sheet(
                        records, book.get_sheet_by_name(sheet), scan, name, table, kind, tops
                    )
    except FAULTS:
        raise unreadable(name) from None
    if not is_read:
        raise refuse_headless(tops, name, table.of(kind), records.wanted)


def unreadable(name: str) -> InputRefusedError:
    """What to tell about a file that raises one of FAULTS."""
    return InputRefusedError(f"{name}: XLSX tidak terbaca. Simpan ulang, atau serahkan sebagai CSV.")


def _chosen(book: Any, table: TableProfile, name: str) -> list[str]:
    if table.sheet is not None:
        if table.sheet not in book.sheet_names:
            raise InputRefusedError(f"{name}: lembar `{table.sheet}` yang disebut profil tidak ada.")
        return [table.sheet]
    return [
        str(sheet.name)
        for sheet in book.sheets_metadata
        if str(sheet.visible).endswith("Visible") and str(sheet.typ).endswith("WorkSheet")
    ]


def _read_sheet(
    records: Records, sheet: Any, scan: SheetScan, name: str, table: TableProfile, kind: str, tops: Top
) -> bool:
    """Whether the sheet had the headers; the first rows of one that had not join `tops`."""
    place_name = f"{name}, lembar `{shown(sheet.name)}`"
    rows = _filled_rows(sheet, scan, place_name)
    top = list(islice(rows, table.header_within))
    texts = [(row_no, [cell_text(cell, None, table) for cell in row]) for row_no, row in top]
    header = find_header(texts, place_name, table, kind, records.wanted, allow_untitled=True)
    if header is None:
        tops.extend(texts)
        records.reject(0, "SHEET_SKIPPED", sheet.name)
        return False
    roles = ROLES.get(kind, {})
    role_at = {place: roles.get(ours) for ours, place in header.places.items()}
    records.use(header)
    below = ((row_no, row) for row_no, row in chain(top, rows) if row_no > header.last_line)
    for row_no, row in islice(below, table.skip_after_header, None):
        if row_no in scan.errors:
            records.reject(row_no, "CELL_ERROR", sheet.name)
        else:
            cells = [cell_text(cell, role_at.get(place), table) for place, cell in enumerate(row)]
            records.add(sheet.name, row_no, cells_sha256(cells), cells)
    filled = sorted(row_no for row_no in scan.filled if row_no > header.last_line)
    records.record_count += len(filled[table.skip_after_header :])
    return True


def _filled_rows(sheet: Any, scan: SheetScan, place_name: str) -> Iterator[tuple[int, list[Any]]]:
    """Row number and cells of the rows in which the XML shows a value; both ways of reading must agree on them."""
    seen = 0
    for row_no, row in enumerate(sheet.iter_rows(), start=1):
        if row_no in scan.filled:
            seen += 1
            yield row_no, row
        elif any(cell.strip() if isinstance(cell, str) else cell is not None for cell in row):
            raise _unlike(f"{place_name}: baris {row_no}")
    if seen < len(scan.filled):
        raise _unlike(place_name)


def _unlike(place: str) -> InputRefusedError:
    return InputRefusedError(f"{place} terbaca berbeda oleh dua cara baca. Simpan ulang berkasnya.")
