"""Access logs of a month, read in batches by a child process; what cannot be read costs its file only."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.logs.parsing import NOT_REQUEST, LogBatch, LogFile, ReadLog, read_logs

BATCH_BYTES = 128 << 20


@dataclass(frozen=True)
class LogMonth:
    """Files that were read, what became of the lines of each, and the places of those that count for nothing.

    Requests and shapes lie in folder/request-*.parquet and folder/shape-*.parquet.
    """

    folder: Path
    threads: int
    files: tuple[LogFile, ...]
    logs: tuple[ReadLog, ...]
    refused: tuple[int, ...]

    def bad_lines(self) -> Iterator[tuple[str, int, str]]:
        """(file_id, line_no, code) of malformed lines."""
        for file, log in zip(self.files, self.logs, strict=True):
            for line_no, code in log.bad:
                yield file.file_id, line_no, code

    def counts(self, laid: dict[int, dict[str, int]]) -> list[dict[str, Any]]:
        """LogCount rows; `laid` is what `sum_up` found."""
        return [
            {
                "file_id": file.file_id,
                "record_count": log.record_count,
                "accepted_count": log.accepted_count,
                **laid.get(number, {"overlap_count": 0, "own_count": 0}),
            }
            for number, (file, log) in enumerate(zip(self.files, self.logs, strict=True))
        ]


def read_month(
    files: list[LogFile],
    sandbox: Sandbox,
    folder: Path,
    threads: int,
    own_nips: list[str],
    refuse: Callable[[InputRefusedError], None],
) -> LogMonth:
    """Parse files in the sandbox. One that cannot be read, or has too many malformed lines, goes to `refuse`.

    Where that returns, the file counts for nothing; of one that was read, the malformed lines stay known.
    """
    pq.write_table(pa.table({"nip": pa.array(own_nips, pa.string())}), folder / "person.parquet")
    read: list[tuple[LogFile, ReadLog]] = []
    for batch in _batches(files):
        read += _read_batch(sandbox, LogBatch(len(read), batch, folder, threads), refuse)
    refused = []
    for number, (file, log) in enumerate(read):
        if (error := _unusable(file, log)) is not None:
            refuse(error)
            refused.append(number)
    return LogMonth(
        folder, threads, tuple(file for file, _ in read), tuple(log for _, log in read), tuple(refused)
    )


def _read_batch(
    sandbox: Sandbox, batch: LogBatch, refuse: Callable[[InputRefusedError], None]
) -> list[tuple[LogFile, ReadLog]]:
    """Files that could be read, each with what became of its lines."""
    files = batch.files
    name = files[0].name if len(files) == 1 else f"{files[0].name} sampai {files[-1].name}"
    try:
        return list(zip(files, sandbox.run(name, read_logs, batch), strict=True))
    except InputRefusedError as error:
        for path in batch.folder.glob(f"*-{batch.first:06d}-*.parquet"):
            path.unlink()
        if len(files) == 1:
            refuse(error)
            return []
    read: list[tuple[LogFile, ReadLog]] = []
    for file in files:  # which of them was it?
        read += _read_batch(
            sandbox, LogBatch(batch.first + len(read), (file,), batch.folder, batch.threads), refuse
        )
    return read


def _batches(files: list[LogFile]) -> Iterator[tuple[LogFile, ...]]:
    """Neighbours of one profile and zone, up to BATCH_BYTES together."""
    for _, group in itertools.groupby(files, key=lambda file: (file.profile, file.zone)):
        batch: list[LogFile] = []
        size = 0
        for file in group:
            batch.append(file)
            size += file.path.stat().st_size
            if size >= BATCH_BYTES:
                yield tuple(batch)
                batch, size = [], 0
        if batch:
            yield tuple(batch)


def _unusable(file: LogFile, log: ReadLog) -> InputRefusedError | None:
    if not log.record_count:
        return InputRefusedError(
            f"{file.name}: tidak ada baris. Ekspor ulang, atau keluarkan dari folder masukan."
        )
    malformed = [line_no for line_no, code in log.bad if code != NOT_REQUEST]
    total = log.accepted_count + len(malformed)
    if len(malformed) <= file.profile.max_malformed_share * total:
        return None
    return InputRefusedError(
        f"{file.name}: {len(malformed)} dari {total} baris tidak sesuai profil log, yang pertama di baris "
        f"{malformed[0]}. Periksa log_format server atau pilih profil lain."
    )
