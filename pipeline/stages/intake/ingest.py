"""What do the tabular files say, verbatim? One raw row per record, with its file and physical line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.engine.stage import StageContext
from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.files.snapshots import plain_copy, shown
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.tables.records import Reject
from pipeline.readers.tables.tabular import constants_of, store_table, stored_rows
from pipeline.settings import REQUIRED
from schemas import IngestReject, RecordCount, SourceFile
from schemas.raw import RAW_TABLES

if TYPE_CHECKING:
    from pathlib import Path


def ingest(context: StageContext) -> None:
    """Read every used tabular file; structure that cannot be read becomes an `ingest_reject`.

    A required kind of which no file holds a record is refused: a month in which nobody was ever present is no finding.
    """
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.tables.rejects import reject_row, reject_rows

    files = [row for row in context.arrow(SourceFile).to_pylist() if row["same_as_path"] is None]
    counts: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    with Sandbox() as sandbox:
        for kind, contract in RAW_TABLES.items():
            stored: list[Path] = []
            empty: list[str] = []
            used = [file for file in files if file["kind_code"] == kind]
            for file in used:
                name, file_id = shown(file["path"]), file["file_id"]
                context.progress(f"{kind}: {name}")
                profile = load_table_profile(file["profile_code"], context.workspace)
                constants = constants_of(file["path"], profile, kind, file["vantage_code"])
                path = plain_copy(context.workspace, file["sha256"])
                target = context.scratch / f"{kind}-{file_id}.parquet"
                try:
                    wrong, count = sandbox.run(
                        name, store_table, path, name, profile, kind, file_id, constants, target
                    )
                except InputRefusedError as error:
                    context.refuse(error, kind)
                    continue
                if count == 0:
                    empty.append(name)
                    wrong = [*wrong, Reject(0, "FILE_HEADER_ONLY")]
                stored.append(target)
                rejects += [
                    reject_row(file_id, reject.line_no, reject.code, reject.sheet) for reject in wrong
                ]
                counts.append({"file_id": file_id, "record_count": count})
            if kind in REQUIRED and used and len(empty) == len(used):
                message = (
                    f"{empty[0]}: hanya berisi kepala tabel, begitu pula berkas {kind} lainnya. Ekspor ulang."
                )
                context.refuse(InputRefusedError(message), kind)
            context.write(contract, stored_rows(stored, arrow_schema(contract)))
    context.write(RecordCount, pa.Table.from_pylist(counts, arrow_schema(RecordCount)))
    context.write(IngestReject, reject_rows(IngestReject, rejects))
