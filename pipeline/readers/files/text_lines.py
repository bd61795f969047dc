"""Physical lines of a text in its declared encoding, for reading and, by another method, for counting.

A line ends at LF, CRLF or CR. Bytes that the encoding does not know become lone surrogates, which no valid text
holds: the record is rejected, not the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipeline.errors import InputRefusedError

BLOCK = 1 << 20
LINE_LIMIT = 64 << 10
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
WHITE = " \t\r\n\v\f"  # ASCII alone, so that a count on bytes agrees
BARE = {"cp1252": "cp1252", "latin-1": "latin-1"}


@contextmanager
def open_text(path: Path, name: str, encoding: str) -> Iterator[TextIO]:
    """The file's lines with their ends. A BOM decides, then valid UTF-8, then the declared encoding."""
    with path.open("rb") as file:
        head = file.read(3)
    is_utf16 = head[:2] in UTF16_MARKS
    if is_utf16 and encoding != "utf-16":
        raise InputRefusedError(
            f'{name}: berkas ini UTF-16. Simpan ulang sebagai UTF-8, atau nyatakan encoding = "utf-16" di profil.'
        )
    if encoding in BARE and _is_utf8(path):
        encoding = "utf-8"
    # The codec `utf-8-sig` swallows a file that ends inside its mark, so it only gets whole marks.
    codec = BARE.get(encoding) or ("utf-8-sig" if encoding == "utf-8" and head == UTF8_MARK else encoding)
    errors = "strict" if codec == "utf-16" else "surrogateescape"
    try:
        with path.open(encoding=codec, errors=errors, newline="") as lines:
            yield lines
    except UnicodeError:
        raise InputRefusedError(
            f"{name}: isi berkas bukan {encoding}. Simpan ulang sebagai UTF-8, atau nyatakan encoding di profil."
        ) from None


def _is_utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as text:
            while text.read(BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def count_records(path: Path, encoding: str, delimiter: str | None, after: int) -> int:
    """Records after physical line `after`, without blank lines, counted without a CSV parser.

    Works on bytes (of UTF-16: on text), so that a fault of the decoder or the parser shows as a difference.
    Without a delimiter quotes mean nothing, and each line is a record.
    """
    count, inside, filled = 0, False, False
    for number, line in enumerate(_physical_lines(path, encoding), start=1):
        if number <= after or (not inside and is_blank(line)):
            continue
        filled = True
        if delimiter is not None and (inside or '"' in line):
            inside = ends_inside(line, delimiter, inside=inside)
        if not inside:
            count += 1
            filled = False
    return count + filled


def _physical_lines(path: Path, encoding: str) -> Iterator[str]:
    if encoding == "utf-16":
        yield from re.split("\r\n|\r|\n", path.read_text("utf-16"))
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines):
            text = (line if number else line.removeprefix(UTF8_MARK)).decode("latin-1")
            body = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
            yield from body.split("\r")


def is_blank(line: str) -> bool:
    """Whether the line is no record: nothing but ASCII white space, as both ways of counting can tell."""
    return not line.strip(WHITE)


def ends_inside(line: str, delimiter: str, *, inside: bool) -> bool:
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
