"""Files of public corpora, taken the way of a user's file: copied, unpacked, read in a child process."""

from __future__ import annotations

import csv
import re
import resource
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from pipeline.errors import InputRefusedError
from pipeline.readers.files.sandbox import Sandbox
from pipeline.readers.files.snapshots import plain_copy, take_snapshot
from pipeline.readers.files.text_lines import WHITE
from pipeline.readers.logs.parsing import LogFile
from pipeline.readers.logs.profiles import LogProfile
from pipeline.readers.logs.reading import read_month
from pipeline.readers.tables.header import plain
from pipeline.readers.tables.kinds import HEADERS
from pipeline.readers.tables.profiles import DELIMITERS, TableProfile
from pipeline.readers.tables.records import cell_text
from pipeline.readers.tables.tabular import store_table
from pipeline.readers.tables.workbook_scan import scan_workbook
from tests.support import SHARED

TOP = 64 << 10
LOGS = SHARED / "logformats"
TORTURE = SHARED / "torture"
KIND = "employee"
"""Tables of the corpora are read as this kind: it has the most headers, and what a cell means is not looked at here."""
BESIDE = ("README", "LICENSE", "expected.json")


@dataclass(frozen=True)
class Outcome:
    """What became of a file: refused with a sentence, or its records with the code of each that was not accepted."""

    records: int = 0
    accepted: int = 0
    rejects: tuple[tuple[int, str], ...] = ()
    refusal: str | None = None

    @property
    def codes(self) -> dict[str, int]:
        """Code -> how many records were quarantined for it."""
        return dict(Counter(code for _line, code in self.rejects))


def torture_files(folder: str = "") -> list[Path]:
    """The corpus's files in the order of their paths, without those that speak of it."""
    found = [path for path in (TORTURE / folder).rglob("*") if path.is_file()]
    return sorted(path for path in found if not path.name.startswith(BESIDE))


class Tables:
    """A workspace into which tables are put one by one, and the child process that reads them."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.rows: list[dict[str, Any]] = []
        self.headers: tuple[str, ...] = ()

    def read(self, path: Path, **changed: Any) -> Outcome:
        """Take a file and read it by a profile that names its own columns, with some keys `changed`; fills `rows`, `headers`."""
        shutil.copyfile(path, self.folder / path.name)
        target = self.folder / "rows.parquet"
        self.rows = []
        try:
            shot = take_snapshot(self.folder, path.name, is_log=False)
            copy = plain_copy(self.folder, shot.sha256)
            table = own_profile(self.sandbox.run(path.name, titles, copy, path.name), **changed)
            rejects, count = self.sandbox.run(
                path.name, store_table, copy, path.name, table, KIND, "0", {}, target
            )
        except InputRefusedError as error:
            return Outcome(refusal=str(error))
        finally:
            (self.folder / path.name).unlink()
        self.rows, self.headers = pq.read_table(target).to_pylist(), tuple(table.of(KIND).aliases)
        return Outcome(count, len(self.rows), tuple((reject.line_no, reject.code) for reject in rejects))

    def cells(self) -> list[list[str | None]]:
        """The texts of each row, in the order of the file's columns."""
        return [[row[header] for header in self.headers] for row in self.rows]


def own_profile(names: list[str], **changed: Any) -> TableProfile:
    """What a vendor's profile says of a file with these titles: the first stand for headers of ours, all required."""
    named = {plain(name) for name in names}
    free = [header for header in HEADERS[KIND] if plain(header) not in named]
    own = {plain(header): header for header in HEADERS[KIND]}
    aliases: dict[str, tuple[str, ...]] = {}
    for name in names:
        if (key := plain(name)) in own:
            aliases[own[key]] = (name,)
        elif key and free:
            aliases[free.pop(0)] = (name,)
    kind = {KIND: {"required": tuple(aliases) or ("nip",), "aliases": aliases}}
    formats = {"dates": ("%Y-%m-%d",), "clocks": ("%H:%M:%S",), "instants": ("%Y-%m-%d %H:%M:%S",)}
    return TableProfile.model_validate({"kind": kind, **formats, **changed})


def titles(path: Path, name: str) -> list[str]:
    """The titles that a person sees in the first row of a file; read in the child, for it may be anything."""
    with path.open("rb") as file:
        head = file.read(TOP).removeprefix(b"\xef\xbb\xbf")
    try:
        if head.startswith(b"PAR1"):
            return list(pq.read_schema(path).names)
        if head.startswith(b"PK\x03\x04"):
            return _sheet_titles(path, name)
    except (pa.ArrowException, OSError, python_calamine.CalamineError):
        return []
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    lines = [line for line in re.split("(?<=\n)|(?<=\r)(?!\n)", text) if line.strip(WHITE)]
    cut = [next(csv.reader(lines, delimiter=mark), []) for mark in DELIMITERS]
    return max(cut, key=len)


def _sheet_titles(path: Path, name: str) -> list[str]:
    scans = scan_workbook(path, name)
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        for sheet, scan in scans.items():
            for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows(), start=1):
                if number in scan.filled:
                    return [cell_text(cell, None, own_profile([])) for cell in row]
    return []


def peak_bytes() -> int:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def read_logs(
    files: list[Path], profile: LogProfile, folder: Path, sandbox: Sandbox, zone: str = "Asia/Jakarta"
) -> dict[str, Outcome]:
    """The outcome by name of each of a month's logs."""
    folder.mkdir()
    refused: list[str] = []
    taken: list[LogFile] = []
    for path in files:
        shutil.copyfile(path, folder / path.name)
        try:
            shot = take_snapshot(folder, path.name, is_log=True)
        except InputRefusedError as error:
            refused.append(str(error))
        else:
            taken.append(
                LogFile(shot.sha256[:16], path.name, plain_copy(folder, shot.sha256), "pusat", zone, profile)
            )
    month = read_month(taken, sandbox, folder, 2, [], lambda error: refused.append(str(error)))
    outcomes = {words.split(":")[0]: Outcome(refusal=words) for words in refused}
    for file, log in zip(month.files, month.logs, strict=True):
        said = outcomes.get(file.name, Outcome()).refusal
        outcomes[file.name] = Outcome(log.record_count, log.accepted_count, log.bad, said)
    return outcomes
