"""Dumps of attendance machines: a record per line, no header, no quotes, fields in the order that the profile gives.

Fields are parted by TAB, comma or semicolon, or by any run of blanks (`delimiter = "spaces"`).
Source: attlog dumps of ZKTeco and its rebrands, as public parsers read them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.errors import InputRefusedError
from pipeline.readers.files.text_lines import LINE_LIMIT, count_records, is_blank, open_text
from pipeline.readers.tables.header import Header
from pipeline.readers.tables.profiles import BLANKS, TableProfile
from pipeline.readers.tables.records import Records


def read_attlog(path: Path, name: str, table: TableProfile, kind: str, records: Records) -> None:
    """Read a headless file of `kind`; raises InputRefusedError where the profile names no delimiter."""
    if table.delimiter is None:
        raise InputRefusedError(f"{name}: profil berkas tanpa kepala tabel harus menyatakan delimiter.")
    profile = table.of(kind)
    width = len(profile.columns)
    named = {header: place for place, header in enumerate(profile.columns) if header}
    records.use(Header(named, width, 0))
    with open_text(path, name, table.encoding) as lines:
        for number, line in enumerate(lines, start=1):
            if is_blank(line):
                continue
            code = _wrong(line)
            body = line.rstrip("\r\n")
            cells = body.split() if table.delimiter == BLANKS else body.split(table.delimiter)
            if code is None and (len(cells) < width or (len(cells) > width and not profile.more_columns)):
                code = "ROW_RAGGED"
            if code is not None:
                records.reject(number, code)
            else:
                records.add(None, number, hashlib.sha256(body.encode()).hexdigest(), cells)
    records.record_count = count_records(path, table.encoding, None, 0)


def _wrong(line: str) -> str | None:
    if len(line) > LINE_LIMIT:
        return "ROW_TOO_LONG"
    if "\0" in line:
        return "ROW_NUL"
    return (
        None
        if line.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in line)
        else "ROW_ENCODING"
    )
