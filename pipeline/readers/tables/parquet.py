"""Parquet through pyarrow, a row group at a time; values become the text that the profile would write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputRefusedError
from pipeline.readers.tables.header import Header, find_header, refuse_headless
from pipeline.readers.tables.kinds import ROLES, Role
from pipeline.readers.tables.profiles import TableProfile
from pipeline.readers.tables.records import Records, cell_text, cells_sha256

ROWS = 8192
FAULTS = (pa.ArrowException, OSError, UnicodeDecodeError, ValueError, OverflowError)


def read_parquet(path: Path, name: str, table: TableProfile, kind: str, records: Records) -> None:
    """Read a file of `kind`; row numbers count from 1. Raises InputRefusedError.

    `record_count` is what the footer declares; a file whose pages hold another number of rows is refused.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:  # else all of it at once
            titles = [(0, list(file.schema_arrow.names))]
            header = find_header(titles, name, table, kind, records.wanted, allow_untitled=False)
            if header is None:
                raise refuse_headless(titles, name, table.of(kind), records.wanted)
            records.record_count = file.metadata.num_rows
            used = {titles[0][1][place]: ours for ours, place in header.places.items()}
            records.use(Header({ours: place for place, ours in enumerate(used.values())}, len(used), 0))
            if any(pa.types.is_nested(file.schema_arrow.field(column).type) for column in used):
                raise unreadable(name)
            roles = [ROLES.get(kind, {}).get(ours) for ours in used.values()]
            for batch in file.iter_batches(batch_size=ROWS, columns=list(used)):
                batch.validate(full=True)
                columns = [batch.column(column).to_pylist() for column in used]
                for row in zip(*columns, strict=True):
                    cells = [_text(value, role, table) for value, role in zip(row, roles, strict=True)]
                    records.add(None, records.count + 1, cells_sha256(cells), cells)
            if records.count != records.record_count:
                raise unreadable(name)
    except FAULTS:
        raise unreadable(name) from None


def unreadable(name: str) -> InputRefusedError:
    """What to tell about a file that raises one of FAULTS."""
    return InputRefusedError(
        f"{name}: Parquet rusak atau memakai tipe yang tidak didukung. Ekspor ulang, atau serahkan sebagai CSV."
    )


def _text(value: Any, role: Role | None, table: TableProfile) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    return cell_text(value, role, table)
