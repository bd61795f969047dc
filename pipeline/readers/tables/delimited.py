"""Delimited text, read strictly (RFC 4180): every record becomes cells with its physical line, or a named problem.

Nothing is guessed from the data: the delimiter and the encoding are the profile's, or the delimiter is the one under
which the header shows the required columns.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from pipeline.errors import InputRefusedError
from pipeline.readers.files.text_lines import LINE_LIMIT, count_records, ends_inside, is_blank, open_text
from pipeline.readers.tables.header import Header, find_header, refuse_headless
from pipeline.readers.tables.profiles import DELIMITERS, TableProfile
from pipeline.readers.tables.records import Records

HEADER_LINES = 200  # physical lines in which the first rows must lie
NAMES = {",": "koma", ";": "titik koma", "\t": "TAB"}


def read_delimited(path: Path, name: str, table: TableProfile, kind: str, records: Records) -> None:
    """Read a file of `kind`. `name` is what messages call it; raises InputRefusedError."""
    delimiter, header = _dialect(path, name, table, kind, records.wanted)
    records.use(header)
    after = header.last_line
    with open_text(path, name, table.encoding) as lines:
        to_skip = table.skip_after_header
        for first, last, text, cells in cut_records(lines, delimiter):
            if last <= header.last_line:
                continue
            if to_skip:
                to_skip, after = to_skip - 1, last
                continue
            _keep(records, first, text, cells, header.width, name)
    records.record_count = count_records(path, table.encoding, delimiter, after)


def cut_records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, int, str, list[str] | str]]:
    """First and last physical line, text, and cells or the code of what is wrong; blank lines are left out."""
    number = 0
    whole = _well_formed(delimiter)
    for line in lines:
        number += 1
        if '"' not in line:
            body = line.rstrip("\r\n")
            if not is_blank(body):
                yield (
                    number,
                    number,
                    line,
                    body.split(delimiter) if len(line) <= LINE_LIMIT else "ROW_TOO_LONG",
                )
            continue
        taken: list[str] = []
        source = _taking(chain((line,), lines), taken)
        try:
            cells: list[str] | str = next(
                csv.reader(source, delimiter=delimiter, quotechar='"', doublequote=True, strict=True)
            )
        except csv.Error as error:
            cells = "ROW_TOO_LONG" if "field larger" in str(error) else "ROW_QUOTE"
            if not _closes(source, taken, delimiter):
                cells = "ROW_OPEN_QUOTE"
        first, text = number, "".join(taken)
        number += len(taken) - 1
        if len(text) > LINE_LIMIT:
            cells = cells if cells == "ROW_OPEN_QUOTE" else "ROW_TOO_LONG"
        elif not isinstance(cells, str) and not whole.fullmatch(text.rstrip("\r\n")):
            cells = "ROW_QUOTE"  # a quote inside a bare field: not repaired by guess
        yield first, number, text, cells


def _taking(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _closes(source: Iterator[str], taken: list[str], delimiter: str) -> bool:
    """Take the rest of a record that the parser gave up; False where its quote is never closed."""
    inside = False
    for line in taken:
        inside = ends_inside(line.rstrip("\r\n"), delimiter, inside=inside)
    while inside:
        line = next(source, "")
        if not line:
            return False
        inside = ends_inside(line.rstrip("\r\n"), delimiter, inside=inside)
    return True


def _well_formed(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    cell = rf'(?:[^"{mark}\r\n]*|"(?:[^"]|"")*")'
    return re.compile(rf"{cell}(?:{mark}{cell})*")


def _keep(records: Records, first: int, text: str, cells: list[str] | str, width: int, name: str) -> None:
    if cells == "ROW_OPEN_QUOTE":
        raise InputRefusedError(
            f"{name}: tanda kutip yang dibuka di baris {first} tidak pernah ditutup. Perbaiki, lalu serahkan lagi."
        )
    if isinstance(cells, str):
        records.reject(first, cells)
    elif "\0" in text:
        records.reject(first, "ROW_NUL")
    elif len(cells) != width:
        records.reject(first, "ROW_RAGGED")
    else:
        try:
            digest = hashlib.sha256(text.rstrip("\r\n").encode()).hexdigest()
        except UnicodeEncodeError:
            records.reject(first, "ROW_ENCODING")
        else:
            records.add(None, first, digest, cells)


def _dialect(
    path: Path, name: str, table: TableProfile, kind: str, wanted: tuple[str, ...]
) -> tuple[str, Header]:
    """The delimiter and the header. A declared delimiter that shows no header is refused with the one that would."""
    declared = (table.delimiter,) if table.delimiter else DELIMITERS
    if found := _first_header(path, name, table, kind, wanted, declared):
        return found
    for other in DELIMITERS:
        if other not in declared and _first_header(path, name, table, kind, wanted, (other,)):
            raise InputRefusedError(
                f"{name}: kolomnya dipisah {NAMES[other]}, sedangkan profil menyatakan {NAMES[declared[0]]}. "
                "Sesuaikan delimiter di profil, atau ekspor ulang."
            )
    likely = max(
        declared, key=lambda mark: max((len(row[1]) for row in _top(path, name, table, mark)), default=0)
    )
    raise refuse_headless(_top(path, name, table, likely), name, table.of(kind), wanted)


def _first_header(
    path: Path,
    name: str,
    table: TableProfile,
    kind: str,
    wanted: tuple[str, ...],
    delimiters: tuple[str, ...],
) -> tuple[str, Header] | None:
    for mark in delimiters:
        rows = _top(path, name, table, mark)
        header = find_header(rows, name, table, kind, wanted, allow_untitled=table.untitled_columns)
        if header is not None:
            return mark, header
    return None


def _top(path: Path, name: str, table: TableProfile, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows that can be cut: last physical line and cells."""
    with open_text(path, name, table.encoding) as lines:
        rows = islice(cut_records(islice(lines, HEADER_LINES), delimiter), table.header_within)
        return [(last, cells) for _first, last, _text, cells in rows if not isinstance(cells, str)]
