"""Python's strict csv and our reader on every rectangular text file of the corpora: the same records, cell for cell."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from pipeline.readers.files.text_lines import LINE_LIMIT, UTF16_MARKS, WHITE, count_records, open_text
from pipeline.readers.tables.delimited import cut_records
from pipeline.readers.tables.profiles import DELIMITERS
from tests.support import needs_data
from tests.support.corpora import TORTURE, torture_files

pytestmark = [pytest.mark.campaign, needs_data(TORTURE)]

OTHER_TYPES = (b"PK\x03\x04", b"PAR1", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0")
Rows = list[tuple[int, list[str]]]


def text_files(folder: Path) -> list[tuple[str, Path, str]]:
    """Name, plain file and encoding of what is text, unpacked where it came as gz."""
    found = []
    for number, path in enumerate(torture_files()):
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            try:
                content = gzip.decompress(content)
            except (OSError, EOFError):
                continue
        if content and not content.startswith(OTHER_TYPES):
            plain = folder / f"{number}.csv"
            plain.write_bytes(content)
            encoding = "utf-16" if content.startswith(UTF16_MARKS) else "utf-8"
            found.append((path.relative_to(TORTURE).as_posix(), plain, encoding))
    return found


def by_python(path: Path, encoding: str, mark: str) -> Rows | None:
    """First line and cells of each record that is no blank line; None where the file is not rectangular."""
    codec = "utf-16" if encoding == "utf-16" else "utf-8-sig"
    rows: Rows = []
    try:
        with path.open(encoding=codec, errors="surrogateescape", newline="") as lines:
            reader = csv.reader(lines, delimiter=mark, strict=True)
            first = 1
            for cells in reader:
                if cells and not (len(cells) == 1 and cells[0] and not cells[0].strip(WHITE)):
                    rows.append((first, cells))
                first = reader.line_num + 1
    except (csv.Error, UnicodeError):
        return None
    return rows if rows and len({len(cells) for _line, cells in rows}) == 1 else None


def differences(name: str, path: Path, encoding: str, mark: str, rows: Rows) -> int:
    """Records that we quarantine and Python reads; every other record must be the same, at the same line."""
    with open_text(path, name, encoding) as lines:
        ours = [(first, cells) for first, _last, _text, cells in cut_records(lines, mark)]
    assert len(ours) == len(rows) == count_records(path, encoding, mark, 0), (name, mark)
    differing = 0
    for (line, cells), (their_line, theirs) in zip(ours, rows, strict=True):
        assert line == their_line, name
        if cells == "ROW_QUOTE":
            assert any('"' in cell for cell in theirs), (name, line)
        elif cells == "ROW_TOO_LONG":
            assert sum(map(len, theirs)) > LINE_LIMIT - len(theirs), (name, line)
        else:
            assert cells == theirs, (name, line)
        differing += isinstance(cells, str)
    return differing


def test_both_readers_cut_every_rectangular_file_alike(tmp_path: Path) -> None:
    """By every delimiter under which a file is rectangular, its own (of most columns) and wrong ones.

    Two differences are allowed: a quote inside a bare cell, which Python keeps and RFC 4180 forbids, and a line above 64 KiB.
    """
    files = records = differing = 0
    for name, path, encoding in text_files(tmp_path):
        cut = {mark: rows for mark in DELIMITERS if (rows := by_python(path, encoding, mark))}
        found = {mark: differences(name, path, encoding, mark, rows) for mark, rows in cut.items()}
        if cut:
            own = max(cut, key=lambda mark: len(cut[mark][0][1]))
            files, records, differing = files + 1, records + len(cut[own]), differing + found[own]
    assert files > 500
    assert records > 100_000
    assert differing < records // 100
