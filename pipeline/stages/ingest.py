"""What do the tabular files say, verbatim? One raw row per record, with its file and physical line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.quarantine import CATALOGUE
from pipeline.readers.delimited import count_records, read_records
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.snapshots import plain_copy, shown
from pipeline.stage import Desk, Stage
from schemas import (
    IngestReject,
    RawAbsence,
    RawCoverage,
    RawDecision,
    RawDeduction,
    RawEmployee,
    RawIncident,
    RawNetwork,
    RawProbe,
    RawPunch,
    RawRoster,
    RawStatement,
    RawUnit,
    RecordCount,
    SourceFile,
    Table,
)

if TYPE_CHECKING:
    import pyarrow as pa

RAW_TABLES: dict[str, type[Table]] = {
    "employee": RawEmployee,
    "unit": RawUnit,
    "network": RawNetwork,
    "punch": RawPunch,
    "absence": RawAbsence,
    "roster": RawRoster,
    "statement": RawStatement,
    "incident": RawIncident,
    "deduction": RawDeduction,
    "decision": RawDecision,
    "probe": RawProbe,
    "coverage": RawCoverage,
}
ORIGIN = ("file_id", "line_no", "row_sha256")


def ingest(desk: Desk) -> None:
    """Read every used tabular file; structure that cannot be read becomes an `ingest_reject`."""
    import pyarrow as pa

    files = [row for row in desk.arrow(SourceFile).to_pylist() if row["same_as_path"] is None]
    counts: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    for kind, contract in RAW_TABLES.items():
        parts = [_empty(contract)]
        for file in files:
            if file["kind_code"] != kind:
                continue
            desk.progress(f"{kind}: {shown(file['path'])}")
            profile = load_table_profile(file["profile_code"], desk.workspace)
            path = plain_copy(desk.workspace, file["sha256"])
            headers = tuple(name for name in contract.columns() if name not in ORIGIN)
            records = read_records(path, shown(file["path"]), profile, kind, headers)
            parts.append(
                pa.table(
                    {
                        "file_id": pa.array([file["file_id"]] * len(records.line_no), pa.string()),
                        "line_no": pa.array(records.line_no, pa.int64()),
                        "row_sha256": pa.array(records.row_sha256, pa.string()),
                        **{name: pa.array(values, pa.string()) for name, values in records.columns.items()},
                    }
                )
            )
            rejects += [_reject(file["file_id"], line, code) for line, code in records.rejects]
            counts.append({"file_id": file["file_id"], "record_count": count_records(path, profile)})
        desk.write(contract, pa.concat_tables(parts))
    desk.write(RecordCount, pa.Table.from_pylist(counts, _empty(RecordCount).schema))
    desk.write(IngestReject, pa.Table.from_pylist(rejects, _empty(IngestReject).schema))


def _empty(contract: type[Table]) -> pa.Table:
    from pipeline.warehouse import arrow_schema

    return arrow_schema(contract).empty_table()


def _reject(file_id: str, line_no: int, code: str) -> dict[str, object]:
    problem = CATALOGUE[code]
    return {
        "file_id": file_id,
        "line_no": line_no,
        "issue_no": 1,
        "sheet": None,
        "column_name": None,
        "code": code,
        "severity_code": problem.severity_code,
        "masked_value": None,
        "message": problem.message,
    }


STAGE = Stage(
    __name__,
    reads=(SourceFile,),
    writes=(*RAW_TABLES.values(), RecordCount, IngestReject),
    work=ingest,
)
