"""Read one tabular file by what its first bytes say it is: XLSX, Parquet, or text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.readers.tables.attlog import read_attlog
from pipeline.readers.tables.delimited import read_delimited
from pipeline.readers.tables.kinds import HEADERS
from pipeline.readers.tables.parquet import read_parquet
from pipeline.readers.tables.profiles import TableProfile
from pipeline.readers.tables.records import BATCH, Records, Reject
from pipeline.readers.tables.workbook import read_workbook


def read_table(path: Path, name: str, table: TableProfile, kind: str, records: Records) -> None:
    """Read a file of `kind` into `records`; `name` is what messages call it. Raises InputRefusedError."""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PK\x03\x04":
        read = read_workbook
    elif magic == b"PAR1":
        read = read_parquet
    else:
        read = read_attlog if table.of(kind).columns else read_delimited
    read(path, name, table, kind, records)
    records.flush()


def read_rows(path: Path, name: str, table: TableProfile, kind: str) -> tuple[pa.Table, list[Reject]]:
    """The raw rows of a small file, and the records that could not be cut into cells. Raises InputRefusedError."""
    batches: list[pa.RecordBatch] = []
    records = Records(HEADERS[kind], sink=batches.append)
    read_table(path, name, table, kind, records)
    return pa.Table.from_batches(batches, records.schema), records.rejects


def store_table(
    path: Path,
    name: str,
    table: TableProfile,
    kind: str,
    file_id: str,
    constants: dict[str, str],
    target: Path,
) -> tuple[list[Reject], int]:
    """Read a file, in a child process: rows of the kind's raw table go to the Parquet file `target`.

    Returns the records that could not be cut into cells, and the independent count of all.
    """
    records = Records(HEADERS[kind], file_id, constants)
    with pq.ParquetWriter(target, records.schema, compression="zstd") as writer:
        records.sink = writer.write_batch
        read_table(path, name, table, kind, records)
    return records.rejects, records.record_count


def stored_rows(files: list[Path], schema: pa.Schema) -> pa.RecordBatchReader:
    """What lies in these Parquet files, one after another, a few rows at a time, as the columns of `schema`."""

    def batches() -> Iterator[pa.RecordBatch]:
        for path in files:
            with pq.ParquetFile(path, pre_buffer=False) as file:  # else all of it at once
                yield from (batch.cast(schema) for batch in file.iter_batches(BATCH))

    return pa.RecordBatchReader.from_batches(schema, batches())


def constants_of(name: str, table: TableProfile, kind: str, vantage: str | None) -> dict[str, str]:
    """What stands in columns that the file has not: the profile's constants, the probed vantage, the file's device."""
    constants = dict(table.of(kind).constants)
    if kind == "probe" and vantage is not None:
        constants["titik"] = vantage
    if kind == "punch" and table.device_pattern is not None:
        found = re.search(table.device_pattern, PurePosixPath(name).name)
        if found:
            constants["perangkat"] = found[1]
    return constants
