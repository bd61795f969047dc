"""Parquet through pyarrow, a row group at a time; values become the text that the profile would write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import InputRefusedError
from pipeline.readers.header import find_header, refuse_headless
from pipeline.readers.kinds import ROLES, Role
from pipeline.readers.records import Records, cell_text, cells_sha256, places_of
from pipeline.readers.table_profiles import TableProfile

ROWS = 8192


def read_parquet(path: Path, name: str, table: TableProfile, kind: str, wanted: tuple[str, ...]) -> Records:
    """Read a file of `kind`; row numbers count from 1. Raises InputRefusedError.

    `record_count` is what the footer declares, the records are those that the pages hold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            titles = [(0, list(file.schema_arrow.names))]
            header = find_header(titles, name, table, kind, wanted, allow_untitled=False)
            if header is None:
                raise refuse_headless(titles, name, table.of(kind), wanted)
            records = Records(wanted, record_count=file.metadata.num_rows)
            used = {titles[0][1][place]: ours for ours, place in header.places.items()}
            roles = ROLES.get(kind, {})
            places = places_of(header, wanted)
            row_no = 0
            for batch in file.iter_batches(batch_size=ROWS, columns=list(used)):
                batch.validate(full=True)
                at = {ours: batch.schema.get_field_index(column) for column, ours in used.items()}
                columns = [batch.column(place).to_pylist() for place in range(batch.num_columns)]
                order = [at[ours] if place >= 0 else -1 for ours, place in zip(wanted, places, strict=True)]
                role_at = {place: roles.get(ours) for ours, place in at.items()}
                for row in zip(*columns, strict=True):
                    row_no += 1
                    cells = [_text(value, role_at[place], table) for place, value in enumerate(row)]
                    records.add(None, row_no, cells_sha256(cells), cells, order)
            return records
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError, NotImplementedError, OverflowError):
        raise InputRefusedError(
            f"{name}: Parquet rusak atau memakai tipe yang tidak didukung. Ekspor ulang, atau serahkan sebagai CSV."
        ) from None


def _text(value: Any, role: Role | None, table: TableProfile) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8")
    if isinstance(value, list | dict):
        raise NotImplementedError("nested columns")
    return cell_text(value, role, table)
