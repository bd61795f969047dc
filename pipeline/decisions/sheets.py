"""What people send back: read a filled sheet, judge it as the run will, keep it as an input.

A decision is an input file like any other (docs/method/evidence.md, "Decisions"): here it only gets there. Whether it counts is
decided by the rule `check_decisions`, once, in every run; `decide` asks the same rule so that people hear at once.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputRefusedError
from pipeline.readers.tables.kinds import HEADERS
from schemas.codes import REASON_LENGTH, VERDICTS

SIZE_LIMIT = 20 << 20
REQUIRED = {
    "decision": ("finding_id", "finding_hash", "keputusan", "nip_pemutus"),
    "incident": ("id_insiden", "mulai", "selesai", "penetap", "nip_penetap", "nomor_ba", "tanggal_ba"),
}
FILLED_BY = {"decision": "keputusan", "incident": "nip_penetap"}
NIP = re.compile(r"[0-9]{18}")

Row = dict[str, str]


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken, or is taken and does not count (yet). `row_no` is the line or sheet row."""

    row_no: int
    subject: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class Returned:
    """What a filled file holds: usable rows by line or sheet row, what is wrong with others, how many are blank."""

    kind: str
    rows: Mapping[int, Row]
    refusals: tuple[Refusal, ...]
    blank_count: int

    def csv_bytes(self) -> bytes:
        """The usable rows as the `baku` file that a run reads."""
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, HEADERS[self.kind], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows.values())
        return stream.getvalue().encode("utf-8")


def read_returned(path: Path, workspace: Path) -> Returned:
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
                rows, rejects = sandbox.run(path.name, read_rows, path, path.name, profile, kind)
            except ReaderDiedError:
                raise  # no other kind would fare better
            except InputRefusedError:
                continue
            broken = [Refusal(each.line_no, "-", each.code) for each in rejects if each.line_no]
            return _sorted_out(kind, rows.to_pylist(), broken)
    raise InputRefusedError(
        f"{path.name}: bukan lembar verifikasi atau penetapan yang utuh. Kepala tabelnya harus memuat "
        f"{', '.join(REQUIRED['decision'])} (keputusan) atau {', '.join(REQUIRED['incident'])} (penetapan)."
    )


def _sorted_out(kind: str, table: list[dict[str, Any]], broken: list[Refusal]) -> Returned:
    rows: dict[int, Row] = {}
    refusals = broken
    blank = 0
    for values in table:
        # A bare CR ends a line for readers, and writers of CSV do not quote it.
        row = {name: re.sub("\r\n?", "\n", values[name] or "") for name in HEADERS[kind]}
        if not row[FILLED_BY[kind]]:
            blank += 1
            continue
        subject = row["finding_id" if kind == "decision" else "id_insiden"]
        code = next((code for code, is_wrong in _problems(kind, row) if is_wrong), None)
        if code:
            refusals.append(Refusal(values["line_no"], subject, code))
        else:
            rows[values["line_no"]] = row
    return Returned(kind, rows, tuple(refusals), blank)


def _problems(kind: str, row: Row) -> Iterator[tuple[str, bool]]:
    """Codes in the order in which they are said, each with whether it is so; cleans the row's NIP and verdict."""
    nip = "nip_pemutus" if kind == "decision" else "nip_penetap"
    row[nip] = re.sub(r"[\s'`]", "", row[nip])
    yield "NIP_PRECISION", bool(re.search(r"[eE.]", row[nip]))
    yield "NIP_FORMAT", not NIP.fullmatch(row[nip])
    if kind == "incident":
        yield "VALUE_MISSING", not all(row[name] for name in REQUIRED["incident"])
        yield "DATE_FORMAT", not _is_date(row["tanggal_ba"])
        return
    row["keputusan"] = row["keputusan"].lower().replace(" ", "_")
    yield "VERDICT_UNKNOWN", row["keputusan"] not in VERDICTS
    yield "REASON_MISSING", row["keputusan"] == "tolak" and len(row["alasan"]) < REASON_LENGTH
    yield "DATE_FORMAT", bool(row["tanggal"]) and not _is_date(row["tanggal"])


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def judge(
    returned: Returned, tables: Mapping[str, Any], older_findings: Iterable[Mapping[str, Any]]
) -> tuple[Refusal, ...]:
    """Which usable decisions would not count in a run now, by the rule `check_decisions` itself.

    `tables` are the tables that the rule reads, of the last run, by name; `older_findings` are findings of earlier
    revisions, to say what changed since.
    """
    import pyarrow as pa

    from pipeline.engine.warehouse import Warehouse, arrow_schema
    from pipeline.stages import RULES
    from schemas import Decision, DecisionCheck

    new: list[dict[str, Any]] = [
        {
            "decision_id": f"~{number:09d}",  # after what was decided before, where the date is the same
            "finding_id": row["finding_id"],
            "finding_hash": row["finding_hash"],
            "verdict_code": VERDICTS[row["keputusan"]],
            "decider_nip": row["nip_pemutus"],
            "decided_on": dt.date.fromisoformat(row["tanggal"]) if row["tanggal"] else None,
            "row_sha256": "",
            "file_id": "",
            "line_no": number,
        }
        for number, row in returned.rows.items()
    ]
    rule, warehouse = RULES["check_decisions"], Warehouse(None)
    try:
        for contract in rule.reads:
            held = tables[contract.table_name()]
            if contract is Decision:
                held = pa.concat_tables([held, pa.Table.from_pylist(new, schema=arrow_schema(Decision))])
            warehouse.write(contract, held)
        rule.create(warehouse)
        checks = {row["decision_id"]: row for row in warehouse.arrow(DecisionCheck).to_pylist()}
    finally:
        warehouse.close()
    current = {row["finding_id"]: row for row in tables["finding"].to_pylist()}
    before = {row["finding_hash"]: row for row in older_findings}
    return tuple(
        Refusal(
            row["line_no"],
            row["finding_id"],
            checks[row["decision_id"]]["refusal_code"],
            _changes(before.get(row["finding_hash"]), current.get(row["finding_id"])),
        )
        for row in new
        if checks[row["decision_id"]]["status_code"] == "refused"
    )


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What of the facts that a decision binds to is different now; empty where nothing is known."""
    if before is None or after is None:
        return ""
    names = {
        "recorded_at": "waktu tercatat",
        "cause_code": "sebab",
        "grade_code": "mutu bukti",
        "restored_at": "waktu dipulihkan",
        "minutes_recorded": "menit tercatat",
        "minutes_restored": "menit sesudah dipulihkan",
    }
    changed = [
        f"{said} {_shown(before[name])} menjadi {_shown(after[name])}"
        for name, said in names.items()
        if before[name] != after[name]
    ]
    return "; ".join(changed)


def _shown(value: Any) -> str:
    return "tidak ada" if value is None else str(value)
