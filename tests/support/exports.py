"""Small exports, read and validated without a workspace: what each record became."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.engine.warehouse import arrow_schema
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.tables.kinds import HEADERS
from pipeline.readers.tables.records import Records
from pipeline.readers.tables.tabular import constants_of, read_table
from pipeline.readers.tables.validation import REJECTS, validate_records
from pipeline.settings import Settings
from schemas.raw import RAW_TABLES

NIP_A, NIP_B = "198001012006041001", "199002022020122002"
UNITS = "kode_opd,nama_opd,wilayah,zona\nA,Dinas A,3205,\nB,Dinas B,3205,Asia/Makassar\n"
PEOPLE = (
    "nip,nama,status,kode_opd,kelompok,tpp,pin\n"
    f"{NIP_A},Orang A,PNS,A,kantor-5,4000000,7\n{NIP_B},Orang B,PPPK,B,kantor-5,3000000,M01:8 M02:9\n"
)
SETTINGS = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())


@dataclass(frozen=True)
class Validated:
    """Accepted rows by kind, problems, and accepted records by file."""

    tables: dict[str, pa.Table]
    rejects: list[dict[str, Any]]
    accepted: dict[str, int]


@dataclass
class Month:
    """Files of a month: the units and people of every test, and what the test adds."""

    folder: Path
    files: list[dict[str, Any]] = field(default_factory=list)
    shifts: pa.Table | None = None
    records: dict[str, Records] = field(default_factory=dict)
    batches: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)

    def put(
        self, kind: str, name: str, content: str | bytes, profile: str = "baku", vantage: str | None = None
    ) -> Records:
        """Write a file and read it; what was read and rejected must be what another count finds."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        table = load_table_profile(profile, self.folder)
        records = Records(HEADERS[kind], name, constants_of(name, table, kind, vantage))
        batches: list[pa.RecordBatch] = []
        records.sink = batches.append
        read_table(path, name, table, kind, records)
        assert records.record_count == records.count + sum(1 for reject in records.rejects if reject.line_no)
        self.records[name], self.batches[name] = records, batches
        self.files.append(
            {"file_id": name, "path": name, "kind_code": kind, "profile_code": profile, "zone": None}
            | {"same_as_path": None}
        )
        return records

    def cells(self, name: str) -> list[dict[str, Any]]:
        """The raw rows of a file."""
        rows: list[dict[str, Any]] = pa.Table.from_batches(
            self.batches[name], self.records[name].schema
        ).to_pylist()
        return rows

    def validated(self) -> Validated:
        """Every file so far, with the usual units and people where the test gave none."""
        kinds = {file["kind_code"] for file in self.files}
        for kind, name, content in (("unit", "opd.csv", UNITS), ("employee", "pegawai.csv", PEOPLE)):
            if kind not in kinds:
                self.put(kind, name, content)
        raws: dict[str, Callable[[], pa.RecordBatchReader]] = {}
        for kind in ("unit", "employee", *sorted(kinds - {"unit", "employee"}), "absence"):
            names = [file["path"] for file in self.files if file["kind_code"] == kind]
            batches = [batch for name in names for batch in self.batches[name]]
            raws[kind] = pa.Table.from_batches(batches, arrow_schema(RAW_TABLES[kind])).to_reader
        tables: dict[str, pa.Table] = {}

        def keep(kind: str, rows: pa.RecordBatchReader) -> None:
            tables[kind] = rows.read_all()

        found = validate_records(
            raws, self.files, lambda code: load_table_profile(code, self.folder), SETTINGS, keep, self.shifts
        )
        return Validated(tables, tables.pop(REJECTS).to_pylist(), found.accepted)


def issues(found: Validated) -> list[tuple[int, str | None, str]]:
    """Line, column and code of each problem, in order."""
    return [(row["line_no"], row["column_name"], row["code"]) for row in found.rejects]


def punches(found: Validated) -> list[tuple[str, str, str | None]]:
    """Who, when (UTC), which direction, in order of time."""
    rows = found.tables["punch"].to_pylist()
    return sorted((row["nip"], str(row["punched_at"]), row["direction_code"]) for row in rows)
