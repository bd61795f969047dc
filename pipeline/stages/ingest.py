"""What do the tabular files say, verbatim? One raw row per record, with its file and physical line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InputRefusedError
from pipeline.readers.jail import Jail
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.records import Reject
from pipeline.readers.snapshots import plain_copy, shown
from pipeline.readers.tabular import constants_of, store_table, stored_rows
from pipeline.settings import REQUIRED
from pipeline.stage import Desk, Stage
from schemas import IngestReject, RecordCount, SourceFile
from schemas.raw import RAW_TABLES

if TYPE_CHECKING:
    from pathlib import Path


def ingest(desk: Desk) -> None:
    """Read every used tabular file; structure that cannot be read becomes an `ingest_reject`.

    A required kind of which no file holds a record is refused: a month in which nobody was ever present is no finding.
    """
    import pyarrow as pa

    from pipeline.readers.rejects import reject_row, reject_rows
    from pipeline.warehouse import arrow_schema

    files = [row for row in desk.arrow(SourceFile).to_pylist() if row["same_as_path"] is None]
    counts: list[dict[str, object]] = []
    rejects: list[dict[str, object]] = []
    with Jail() as jail:
        for kind, contract in RAW_TABLES.items():
            stored: list[Path] = []
            empty: list[str] = []
            used = [file for file in files if file["kind_code"] == kind]
            for file in used:
                name, file_id = shown(file["path"]), file["file_id"]
                desk.progress(f"{kind}: {name}")
                profile = load_table_profile(file["profile_code"], desk.workspace)
                constants = constants_of(file["path"], profile, kind, file["vantage_code"])
                path = plain_copy(desk.workspace, file["sha256"])
                target = desk.scratch / f"{kind}-{file_id}.parquet"
                try:
                    wrong, count = jail.run(
                        name, store_table, path, name, profile, kind, file_id, constants, target
                    )
                except InputRefusedError as error:
                    desk.refuse(error, kind)
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
                desk.refuse(InputRefusedError(message), kind)
            desk.write(contract, stored_rows(stored, arrow_schema(contract)))
    desk.write(RecordCount, pa.Table.from_pylist(counts, arrow_schema(RecordCount)))
    desk.write(IngestReject, reject_rows(IngestReject, rejects))


STAGE = Stage(
    __name__,
    reads=(SourceFile,),
    writes=(*RAW_TABLES.values(), RecordCount, IngestReject),
    work=ingest,
    is_reading=True,
)
