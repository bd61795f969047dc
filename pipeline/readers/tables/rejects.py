"""What became of the records that were not accepted: rows of the reject tables, a few at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from pipeline.engine.warehouse import BATCH_ROWS, arrow_schema
from pipeline.readers.catalogue import CATALOGUE, masked
from schemas import Table


def reject_row(
    file_id: str,
    line_no: int,
    code: str,
    sheet: str | None = None,
    issue_no: int = 1,
    column: str | None = None,
    value: str | None = None,
) -> dict[str, Any]:
    """One row; `value` is what the cell held, and is masked."""
    problem = CATALOGUE[code]
    return {
        "file_id": file_id,
        "line_no": line_no,
        "issue_no": issue_no,
        "sheet": sheet,
        "column_name": column,
        "code": code,
        "severity_code": problem.severity_code,
        "masked_value": masked(value),
        "message": problem.message,
    }


def reject_rows(contract: type[Table], rows: Iterable[dict[str, Any]]) -> pa.RecordBatchReader:
    """The rows as a stream of the contract's columns."""
    schema = arrow_schema(contract)

    def batches() -> Iterator[pa.RecordBatch]:
        left = iter(rows)
        while taken := list(itertools.islice(left, BATCH_ROWS)):
            yield pa.RecordBatch.from_pylist(taken, schema)

    return pa.RecordBatchReader.from_batches(schema, batches())
