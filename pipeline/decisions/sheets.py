"""What people send back: read a filled sheet, and check its decisions as the run will.

A decision is an input file like any other (docs/method/evidence.md, "Decisions"): here it only gets there. Whether it counts is
decided by the rule `check_decisions`, once, in every run; `decide` asks the same rule so that people hear at once.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.engine.rows import Row
from pipeline.errors import InputRefusedError
from pipeline.readers.tables.kinds import HEADERS
from schemas.codes import REASON_LENGTH, VERDICTS

SIZE_LIMIT = 20 << 20
REQUIRED = {
    "decision": ("finding_id", "finding_hash", "keputusan", "nip_pemutus"),
    "incident": ("id_insiden", "mulai", "selesai", "penetap", "nip_penetap", "nomor_ba", "tanggal_ba"),
}
FILLED_BY = {"decision": "keputusan", "incident": "nip_penetap"}
NIP_HEADER = {"decision": "nip_pemutus", "incident": "nip_penetap"}
SUBJECT = {"decision": "finding_id", "incident": "id_insiden"}
BOUND_FACTS = {
    "recorded_at": "waktu tercatat",
    "cause_code": "sebab",
    "grade_code": "mutu bukti",
    "restored_at": "waktu dipulihkan",
    "minutes_recorded": "menit tercatat",
    "minutes_restored": "menit sesudah dipulihkan",
}
"""Facts of a finding that a decision binds to, as people read them."""


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken, or is taken and does not count (yet). `row_no` is the line or sheet row."""

    row_no: int
    subject: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class FilledSheet:
    """What a filled file holds: usable rows by line or sheet row, the rows refused, how many are blank."""

    kind: str
    rows: Mapping[int, dict[str, str]]
    refused: tuple[RefusedRow, ...]
    blank_count: int

    def csv_bytes(self) -> bytes:
        """The usable rows as the `baku` file that a run reads."""
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, HEADERS[self.kind], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows.values())
        return stream.getvalue().encode("utf-8")


def read_sheet(path: Path, workspace: Path) -> FilledSheet:
    """Read a filled CSV or XLSX; raises InputRefusedError where it is no sheet of ours."""
    from pipeline.readers.files.sandbox import ReaderDiedError, Sandbox
    from pipeline.readers.profiles import load_table_profile
    from pipeline.readers.tables.tabular import read_rows

    if path.stat().st_size > SIZE_LIMIT:
        raise InputRefusedError(f"{path.name}: lebih besar dari {SIZE_LIMIT >> 20} MiB.")
    profile = load_table_profile("baku", workspace)
    with Sandbox() as sandbox:
        for kind in REQUIRED:
            try:
                table, rejects = sandbox.run(path.name, read_rows, path, path.name, profile, kind)
            except ReaderDiedError:
                raise  # no other kind would fare better
            except InputRefusedError:
                continue
            broken = [RefusedRow(each.line_no, "-", each.code) for each in rejects if each.line_no]
            return _sort_rows(kind, table.to_pylist(), broken)
    raise InputRefusedError(
        f"{path.name}: bukan lembar verifikasi atau penetapan yang utuh. Kepala tabelnya harus memuat "
        f"{', '.join(REQUIRED['decision'])} (keputusan) atau {', '.join(REQUIRED['incident'])} (penetapan)."
    )


def _sort_rows(kind: str, table: Sequence[Row], broken: Sequence[RefusedRow]) -> FilledSheet:
    """Usable rows, refused ones after those that could not be read, and the number of blank ones."""
    from pipeline.readers.tables.nips import check_nips

    filled = [values for values in table if values[FILLED_BY[kind]]]
    nips = check_nips([values[NIP_HEADER[kind]] or "" for values in filled])
    rows: dict[int, dict[str, str]] = {}
    refused = [*broken]
    for values, (nip, nip_problem) in zip(filled, nips, strict=True):
        # A bare CR ends a line for readers, and writers of CSV do not quote it.
        row = {name: re.sub("\r\n?", "\n", values[name] or "") for name in HEADERS[kind]}
        row[NIP_HEADER[kind]] = nip
        if kind == "decision":
            row["keputusan"] = row["keputusan"].lower().replace(" ", "_")
        problems = _incident_problems(row) if kind == "incident" else _decision_problems(row)
        code = nip_problem or ("" if nip else "NIP_FORMAT") or next(problems, None)
        if code:
            refused.append(RefusedRow(values["line_no"], row[SUBJECT[kind]], code))
        else:
            rows[values["line_no"]] = row
    return FilledSheet(kind, rows, tuple(refused), len(table) - len(filled))


def _incident_problems(row: Mapping[str, str]) -> Iterator[str]:
    """Codes of what is wrong with a certified outage, the first to say first."""
    if not all(row[name] for name in REQUIRED["incident"]):
        yield "VALUE_MISSING"
    if not _is_date(row["tanggal_ba"]):
        yield "DATE_FORMAT"


def _decision_problems(row: Mapping[str, str]) -> Iterator[str]:
    """Codes of what is wrong with a decision, the first to say first."""
    if row["keputusan"] not in VERDICTS:
        yield "VERDICT_UNKNOWN"
    if row["keputusan"] == "tolak" and len(row["alasan"]) < REASON_LENGTH:
        yield "REASON_MISSING"
    if row["tanggal"] and not _is_date(row["tanggal"]):
        yield "DATE_FORMAT"


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_decisions(
    sheet: FilledSheet, tables: Mapping[str, Any], older_findings: Iterable[Row]
) -> tuple[RefusedRow, ...]:
    """The usable decisions of a sheet that would not count in a run now, by the rule `check_decisions` itself.

    `tables` are the Arrow tables that the rule reads, of the last run, by name; `older_findings` are findings of earlier
    revisions, to say what changed since.
    """
    decisions = [_decision(number, row) for number, row in sheet.rows.items()]
    checks = _checks(decisions, tables)
    current = {row["finding_id"]: row for row in tables["finding"].to_pylist()}
    before = {row["finding_hash"]: row for row in older_findings}
    return tuple(
        RefusedRow(
            row["line_no"],
            row["finding_id"],
            checks[row["decision_id"]]["refusal_code"],
            _changes(before.get(row["finding_hash"]), current.get(row["finding_id"])),
        )
        for row in decisions
        if checks[row["decision_id"]]["status_code"] == "refused"
    )


def _decision(number: int, row: Mapping[str, str]) -> Row:
    """A row of Decision, ordered after what was decided before where the date is the same."""
    return {
        "decision_id": f"~{number:09d}",
        "finding_id": row["finding_id"],
        "finding_hash": row["finding_hash"],
        "verdict_code": VERDICTS[row["keputusan"]],
        "decider_nip": row["nip_pemutus"],
        "decided_on": dt.date.fromisoformat(row["tanggal"]) if row["tanggal"] else None,
        "row_sha256": "",
        "file_id": "",
        "line_no": number,
    }


def _checks(decisions: Sequence[Row], tables: Mapping[str, Any]) -> dict[str, Row]:
    """Rows of DecisionCheck by decision, with these decisions beside those of the last run."""
    import pyarrow as pa

    from pipeline.engine.warehouse import Warehouse, arrow_schema
    from pipeline.stages import RULES
    from schemas import Decision, DecisionCheck

    rule, warehouse = RULES["check_decisions"], Warehouse(None)
    new = pa.Table.from_pylist(decisions, schema=arrow_schema(Decision))
    try:
        for contract in rule.reads:
            known = tables[contract.table_name()]
            warehouse.write(contract, pa.concat_tables([known, new]) if contract is Decision else known)
        rule.create(warehouse)
        return {row["decision_id"]: row for row in warehouse.arrow(DecisionCheck).to_pylist()}
    finally:
        warehouse.close()


def _changes(before: Row | None, after: Row | None) -> str:
    """What of the facts that a decision binds to is different now; empty where nothing is known."""
    if before is None or after is None:
        return ""
    return "; ".join(
        f"{name} {_shown(before[column])} menjadi {_shown(after[column])}"
        for column, name in BOUND_FACTS.items()
        if before[column] != after[column]
    )


def _shown(value: Any) -> str:
    return "tidak ada" if value is None else str(value)
