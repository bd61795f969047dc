"""Delimited text, read strictly: every record becomes cells with its physical line, or a named problem.

Nothing is guessed: the delimiter and the encoding are the profile's, the header must hold the required columns.
`count_records` counts records by another method than the parser, so that the two can be held against each other.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import InputRefusedError
from pipeline.readers.profiles import KindProfile, TableProfile
from pipeline.settings import nearest

LINE_LIMIT = 64 << 10
ENCODINGS = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "utf-16": "utf-16"}


@dataclass
class Records:
    """What one file held. `columns` are parallel lists, one per header that we know, in our order."""

    columns: dict[str, list[str | None]]
    line_no: list[int] = field(default_factory=list)
    row_sha256: list[str] = field(default_factory=list)
    rejects: list[tuple[int, str]] = field(default_factory=list)  # (physical line, code)


def read_records(path: Path, name: str, table: TableProfile, kind: str, wanted: tuple[str, ...]) -> Records:
    """Read a file of `kind`. `name` is what messages call it, `wanted` our headers; raises InputRefusedError."""
    try:
        with path.open(encoding=ENCODINGS[table.encoding], newline="") as lines:
            return _read(_Lines(lines), name, table, kind, wanted)
    except UnicodeError:
        raise InputRefusedError(
            f"{name}: baris {_first_undecodable(path, table.encoding)} bukan {table.encoding}. "
            "Simpan ulang sebagai UTF-8, atau nyatakan encoding di profil."
        ) from None


class _Lines:
    """Physical lines, remembering those of the record under way."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        return line


def _read(lines: _Lines, name: str, table: TableProfile, kind: str, wanted: tuple[str, ...]) -> Records:
    reader = csv.reader(lines, delimiter=table.delimiter, quotechar='"', doublequote=True, strict=True)
    places, width = _header(reader, name, table, kind, wanted)
    records = Records({header: [] for header in wanted})
    cells: list[list[str]] = []
    while True:
        lines.taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            first = reader.line_num - len(lines.taken) + 1
            if "unexpected end of data" in str(error):
                raise InputRefusedError(
                    f"{name}: tanda kutip yang dibuka di baris {first} tidak pernah ditutup. Perbaiki, lalu serahkan lagi."
                ) from None
            records.rejects.append((first, "ROW_TOO_LONG" if "field larger" in str(error) else "ROW_QUOTE"))
            continue
        if not row:
            continue
        first = reader.line_num - len(lines.taken) + 1
        text = "".join(lines.taken)
        if not text.strip():
            continue
        if len(text) > LINE_LIMIT:
            records.rejects.append((first, "ROW_TOO_LONG"))
        elif "\0" in text:
            records.rejects.append((first, "ROW_NUL"))
        elif len(row) != width:
            records.rejects.append((first, "ROW_RAGGED"))
        else:
            records.line_no.append(first)
            records.row_sha256.append(hashlib.sha256(text.rstrip("\r\n").encode()).hexdigest())
            cells.append(row)
    _fill(records, cells, places)
    return records


def _fill(records: Records, cells: list[list[str]], places: dict[str, int]) -> None:
    for header, values in records.columns.items():
        place = places.get(header)
        if place is None:
            values.extend([None] * len(cells))
        else:
            values.extend([row[place].strip() or None for row in cells])


def _plain(header: str) -> str:
    """Headers match case-insensitively, ignoring spaces, `_` and `.`."""
    return re.sub(r"[\s_.]", "", header).casefold()


def _header(
    reader: Iterator[list[str]], name: str, table: TableProfile, kind: str, wanted: tuple[str, ...]
) -> tuple[dict[str, int], int]:
    """Our header -> place in the row, and the width of a row."""
    profile = table.kind.get(kind, KindProfile(required=()))
    try:
        seen = next((row for row in reader if any(cell.strip() for cell in row)), None)
    except csv.Error:
        raise InputRefusedError(f"{name}: kepala tabel tidak terbaca; periksa tanda kutipnya.") from None
    if seen is None:
        raise InputRefusedError(f"{name}: tidak ada kepala tabel. Ekspor ulang dengan baris judul kolom.")
    at: dict[str, int] = {}
    for place, header in enumerate(seen):
        plain = _plain(header)
        if plain and plain in at:
            raise InputRefusedError(
                f"{name}: kolom `{header.strip()}` ada dua kali, di kolom {at[plain] + 1} dan {place + 1}. Hapus salah satu."
            )
        at[plain] = place
    places: dict[str, int] = {}
    for header in wanted:
        matches = [
            at[plain]
            for plain in dict.fromkeys(map(_plain, (header, *profile.aliases.get(header, ()))))
            if plain in at
        ]
        if len(matches) > 1:
            raise InputRefusedError(
                f"{name}: kolom {matches[0] + 1} dan {matches[1] + 1} sama-sama berarti `{header}`. Hapus salah satu."
            )
        if matches:
            places[header] = matches[0]
    missing = [header for header in profile.required if header not in places]
    if missing:
        columns = tuple(header.strip() for header in seen)
        hint = nearest(missing[0], columns)
        raise InputRefusedError(
            f"{name}: kolom wajib {', '.join(missing)} tidak ada. Diharapkan: {', '.join(profile.required)}. "
            f"Terlihat: {', '.join(columns)}.{hint} Sesuaikan ekspor, profil, atau pemisah kolomnya."
        )
    return places, len(seen)


def count_records(path: Path, table: TableProfile) -> int:
    """Records without header and blank lines, counted on bytes (of utf-16: on text) without the parser above."""
    delimiter = table.delimiter
    count, inside, filled = 0, False, False
    for line in _physical_lines(path, table.encoding):
        if not inside and not line.strip():
            continue
        filled = True
        if inside or '"' in line:
            inside = _ends_inside(line, inside, delimiter)
        if not inside:
            count += 1
            filled = False
    return count + filled - 1


def _physical_lines(path: Path, encoding: str) -> Iterator[str]:
    if encoding == "utf-16":
        yield from path.read_text("utf-16").splitlines()
        return
    with path.open("rb") as lines:
        first = True
        for line in lines:
            text = (line.removeprefix(b"\xef\xbb\xbf") if first else line).decode("latin-1")
            first = False
            body = text.rstrip("\r\n")
            if "\r" in body:
                yield from re.split("\r", body)
            else:
                yield body


def _ends_inside(line: str, inside: bool, delimiter: str) -> bool:
    """Whether a quoted field is still open after the line. A quote opens a field only at its start."""
    at_start = not inside
    position = 0
    while position < len(line):
        letter = line[position]
        if inside:
            if letter == '"':
                if line[position + 1 : position + 2] == '"':
                    position += 1
                else:
                    inside = False
        elif letter == '"' and at_start:
            inside = True
        at_start = not inside and letter == delimiter
        position += 1
    return inside


def _first_undecodable(path: Path, encoding: str) -> int:
    if encoding == "utf-16":
        return 1
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number
    return 1
