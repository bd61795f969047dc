"""Check an XLSX before it is parsed: integrity, size, forbidden XML; and find which rows are filled.

The parser allocates the rectangle between a sheet's corner cells, and a crafted file of 5 kB makes it abort the
process (docs/decisions/0023); zip bombs and entity bombs are refused here, before they cost memory. The count of
filled rows comes from the XML alone, so that it can be compared with what the parser gave.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from pathlib import Path
from posixpath import join, normpath

from pipeline.errors import InputRefusedError
from pipeline.readers.files.snapshots import BLOCK, TABLE_LIMIT, swells

MEMBERS = 2000
CELL_LIMIT = 12_000_000
ROW_LIMIT = 64 << 20  # bytes of one <row>

_TAG = rb"<(?:[\w.-]+:)?"
ROW = re.compile(_TAG + rb"row[\s>/]")
ROW_NO = re.compile(rb'^[^>]*?\sr\s*=\s*["\'](\d+)["\']')
CELL_AT = re.compile(_TAG + rb'c\s[^>]*?\br\s*=\s*["\']([A-Za-z]*)(\d+)["\']')
VALUE = re.compile(_TAG + rb"(?:v|t)(?:\s[^>]*)?>\s*(?:<!\[CDATA\[\s*)?[^<\s]")
ERROR = re.compile(_TAG + rb'c\s[^>]*?\bt\s*=\s*["\']e["\']')
SHARED = re.compile(
    _TAG
    + rb'c\s[^>]*?\bt\s*=\s*["\']s["\'][^>]*>(?:'
    + _TAG
    + rb"f[^<]*</[^>]*>)?"
    + _TAG
    + rb"v[^>]*>\s*(\d+)"
)
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass
class SheetScan:
    """One worksheet part: rows with a value, rows with an error value, and the lowest right corner."""

    filled: set[int] = field(default_factory=set)
    errors: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0


def scan_workbook(path: Path, name: str) -> dict[str, SheetScan]:
    """Sheet name -> what its XML holds; raises InputRefusedError."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "[Content_Types].xml" not in archive.namelist():
                raise InputRefusedError(
                    f"{name}: isi berkas ini arsip ZIP, bukan XLSX. Serahkan berkas di dalamnya satu per satu."
                )
            _refuse_bombs(archive, path.stat().st_size, name)
            return _scan(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError, RuntimeError):
        raise InputRefusedError(
            f"{name}: XLSX rusak, tidak lengkap, atau terkunci kata sandi. Minta salinan baru, atau simpan ulang."
        ) from None


def _refuse_bombs(archive: zipfile.ZipFile, packed: int, name: str) -> None:
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MEMBERS or swells(size, packed, TABLE_LIMIT):
        raise InputRefusedError(
            f"{name}: isi XLSX mengembang di luar batas ({size >> 20} MiB dari {packed >> 10} KiB). "
            "Simpan ulang, atau serahkan sebagai CSV."
        )


def _scan(archive: zipfile.ZipFile, name: str) -> dict[str, SheetScan]:
    sheets = _sheet_parts(archive, name)
    blank: set[int] = set()
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels")) and member.filename not in sheets:
            text = b"".join(_blocks(archive, member.filename, name))
            if member.filename.endswith("sharedStrings.xml"):
                blank = _blank_strings(text)
    return {sheet: _scan_sheet(archive, part, name, blank) for part, sheet in sheets.items()}


def _blocks(archive: zipfile.ZipFile, member: str, name: str) -> Iterator[bytes]:
    """A part's bytes; refuses entities and other encodings on the way. Reading to the end checks the CRC."""
    before = b""
    with archive.open(member) as part:
        while block := part.read(BLOCK):
            seen = before + block
            if any(mark in seen for mark in FORBIDDEN) or seen.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputRefusedError(
                    f"{name}: XLSX memuat entitas XML atau pengodean yang tidak lazim. Simpan ulang dengan aplikasi "
                    "lembar kerja, atau serahkan sebagai CSV."
                )
            before = block[-16:]
            yield block


def _sheet_parts(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Worksheet part -> sheet name, through the workbook's relationships."""
    rels = b"".join(_blocks(archive, "_rels/.rels", name))
    book = next(
        (_attribute(tag, b"Target") for tag in re.findall(rb"<[^>]*officeDocument\"[^>]*>", rels)),
        "xl/workbook.xml",
    )
    book = normpath(book.lstrip("/"))
    folder, _, file = book.rpartition("/")
    links = b"".join(
        _blocks(archive, f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels", name)
    )
    targets = {
        _attribute(tag, b"Id"): _attribute(tag, b"Target")
        for tag in re.findall(_TAG + rb"Relationship\s[^>]*>", links)
        if _attribute(tag, b"Type").endswith("/worksheet")
    }
    parts: dict[str, str] = {}
    for tag in re.findall(_TAG + rb"sheet\s[^>]*>", b"".join(_blocks(archive, book, name))):
        target = targets.get(_attribute(tag, rb"\w+:id"))
        if target is not None:
            part = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            parts[part] = unescape(_attribute(tag, b"name"))
    return parts


def _attribute(tag: bytes, key: bytes) -> str:
    found = re.search(rb"\s" + key + rb'\s*=\s*(?:"([^"]*)"|\'([^\']*)\')', tag)
    return (found[1] or found[2] or b"").decode("utf-8", "replace") if found else ""


def _blank_strings(text: bytes) -> set[int]:
    items = re.split(_TAG + rb"si(?:\s[^>]*)?/?>", text)[1:]
    return {number for number, item in enumerate(items) if not VALUE.search(item)}


def _scan_sheet(archive: zipfile.ZipFile, part: str, name: str, blank: set[int]) -> SheetScan:
    found = SheetScan()
    for piece in _row_pieces(archive, part, name):
        number = ROW_NO.match(piece)
        row_no = int(number[1]) if number else found.rows + 1
        cells = CELL_AT.findall(piece)
        if any(int(digits) != row_no for _letters, digits in cells):
            raise InputRefusedError(
                f"{name}: XLSX rusak: alamat sel tidak cocok dengan barisnya. Simpan ulang."
            )
        width = max((_column(letters) for letters in {letters for letters, _digits in cells}), default=0)
        found.rows = max(found.rows, row_no)
        found.columns = max(found.columns, width, 1)
        if found.rows * found.columns > CELL_LIMIT or found.rows > 1 << 20 or found.columns > 1 << 14:
            raise InputRefusedError(
                f"{name}: lembar XLSX membentang {found.rows} baris x {found.columns} kolom. Hapus sel terpencil "
                "di tepi lembar, lalu simpan ulang."
            )
        has_error = ERROR.search(piece) is not None
        if has_error:
            found.errors.add(row_no)
        if has_error or _has_value(piece, blank):
            found.filled.add(row_no)
    return found


def _has_value(piece: bytes, blank: set[int]) -> bool:
    values = sum(1 for _ in VALUE.finditer(piece)) if blank else int(VALUE.search(piece) is not None)
    if values and blank:
        values -= sum(int(index) in blank for index in SHARED.findall(piece))
    return values > 0


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _row_pieces(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[bytes]:
    """The bytes from each <row> to the next."""
    rest = b""
    for block in _blocks(archive, part, name):
        rest += block
        starts = [match.start() for match in ROW.finditer(rest)]
        for begin, end in pairwise(starts):
            yield rest[begin:end]
        rest = rest[starts[-1] :] if starts else rest[-64:]
        if len(rest) > ROW_LIMIT:
            raise InputRefusedError(f"{name}: satu baris lembar XLSX melebihi 64 MiB. Simpan ulang.")
    if ROW.match(rest):
        yield rest
