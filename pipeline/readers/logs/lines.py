"""Physical lines of a large text file as Arrow columns, with their numbers: blank lines count, but are not returned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputRefusedError

BLOCK = 32 << 20
BOM = b"\xef\xbb\xbf"
BATCH = 8192  # lines that one thread parses at a time


def read_lines(path: Path, name: str) -> Iterator[pa.Table]:
    """Tables (line_no int64 from 1, line string without its end, is_utf8 bool) of about 32 MiB each."""
    number = 1
    with path.open("rb") as file:
        rest = b""
        if file.read(len(BOM)) != BOM:
            file.seek(0)
        while True:
            block = file.read(BLOCK)
            text = rest + block
            if block:
                cut = text.rfind(b"\n") + 1
                if cut == 0:
                    if len(text) > 2 * BLOCK:
                        raise InputRefusedError(
                            f"{name}: baris {number} lebih panjang dari 64 MiB. Periksa berkasnya."
                        )
                    rest = text
                    continue
                text, rest = text[:cut], text[cut:]
            elif not text:
                return
            else:
                text, rest = text + b"\n", b""
            table, count = _split(text, number)
            number += count
            yield table


def _split(text: bytes, first: int) -> tuple[pa.Table, int]:
    letters = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(letters == 10)
    offsets = np.concatenate([[0], ends + 1]).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    lines = pa.Array.from_buffers(pa.string(), len(ends), buffers)
    is_utf8 = pa.array(np.ones(len(ends), dtype=np.bool_))
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        raw = pa.Array.from_buffers(pa.binary(), len(ends), buffers).to_pylist()
        is_utf8 = pa.array([_decodes(line) for line in raw])
        lines = pa.array([line.decode("utf-8", "replace") for line in raw], pa.string())
    lines = pc.ascii_rtrim(lines, "\r\n")
    table = pa.table(
        {"line_no": np.arange(first, first + len(ends), dtype=np.int64), "line": lines, "is_utf8": is_utf8}
    )
    if (letters[offsets[:-1]] <= 32).any():  # only a line that begins with white space can be blank
        table = table.filter(pc.not_equal(pc.ascii_trim_whitespace(lines), "")).combine_chunks()
    return pa.Table.from_batches(table.to_batches(max_chunksize=BATCH), table.schema), len(ends)


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def count_lines(path: Path) -> int:
    """Lines that are not blank, counted without `read_lines`."""
    with path.open("rb") as file:
        first = file.readline().removeprefix(BOM)
        return bool(first.strip()) + sum(map(bool, map(bytes.strip, file)))
