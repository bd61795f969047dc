"""What do the tabular files say, verbatim? One raw row per record, with its file and physical line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InputRefusedError
from pipeline.quarantine import CATALOGUE
from pipeline.readers.jail import Jail
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.records import Reject
from pipeline.readers.snapshots import plain_copy, shown
from pipeline.readers.tabular import constants_of, store_table
from pipeline.settings import REQUIRED
from pipeline.stage import Desk, Stage
from schemas import IngestReject, RecordCount, SourceFile, Table
from schemas.raw import RAW_TABLES

if TYPE_CHECKING:
    import pyarrow as pa


def ingest(desk: Desk) -> None:
    """Read every used tabular file; structure that cannot be read becomes an `ingest_reject`.

    A required kind of which no file holds a record is refused: a month in which nobody was ever present is no finding.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [row for row in desk.arrow(SourceFile).to_pylist() if row["same_as_path"] is None]
    counts: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    target = desk.scratch / "raw.parquet"
    with Jail() as jail:
        for kind, contract in RAW_TABLES.items():
            parts = [_empty(contract)]
            empty: list[str] = []
            used = [file for file in files if file["kind_code"] == kind]
            for file in used:
                name, file_id = shown(file["path"]), file["file_id"]
                desk.progress(f"{kind}: {name}")
                profile = load_table_profile(file["profile_code"], desk.workspace)
                constants = constants_of(file["path"], profile, kind, file["vantage_code"])
                path = plain_copy(desk.workspace, file["sha256"])
                try:
                    wrong, count = jail.run(
                        name, store_table, path, name, profile, kind, file_id, constants, target
                    )
                except InputRefusedError as error:
                    desk.refuse(error, kind)
                    continue
                if count == 0:
                    empty.append(name)
                    rejects.append(_reject(file_id, Reject(0, "FILE_HEADER_ONLY")))
                parts.append(pq.read_table(target))
                rejects += [_reject(file_id, reject) for reject in wrong]
                counts.append({"file_id": file_id, "record_count": count})
            if kind in REQUIRED and used and len(empty) == len(used):
                message = (
                    f"{empty[0]}: hanya berisi kepala tabel, begitu pula berkas {kind} lainnya. Ekspor ulang."
                )
                desk.refuse(InputRefusedError(message), kind)
            desk.write(contract, pa.concat_tables(parts))
    desk.write(RecordCount, pa.Table.from_pylist(counts, _empty(RecordCount).schema))
    desk.write(IngestReject, pa.Table.from_pylist(rejects, _empty(IngestReject).schema))


def _empty(contract: type[Table]) -> pa.Table:
    from pipeline.warehouse import arrow_schema

    return arrow_schema(contract).empty_table()


def _reject(file_id: str, reject: Reject) -> dict[str, object]:
    problem = CATALOGUE[reject.code]
    return {
        "file_id": file_id,
        "line_no": reject.line_no,
        "issue_no": 1,
        "sheet": reject.sheet,
        "column_name": None,
        "code": reject.code,
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
