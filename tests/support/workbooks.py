"""Workbooks as spreadsheet programs write them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

FORMATS = {dt.datetime: "dd/mm/yyyy hh:mm:ss", dt.date: "dd/mm/yyyy", dt.time: "hh:mm:ss"}

HEAD = ["NIP", "Tanggal", "Jam Masuk", "Jam Pulang", "Keterangan"]


def workbook(*sheets: tuple[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook whose cells are written by the type of each value."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for row_no, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith("#"):
                    sheet.write_formula(row_no, column, "=1/0", None, value)
                elif isinstance(value, str):
                    sheet.write_string(row_no, column, value)
                elif value is not None:
                    sheet.write(row_no, column, value, formats.get(type(value)))
        if name in hidden:
            sheet.hide()
    book.close()
    return target.getvalue()
