"""Which records can be relied on? Raw records become canonical rows, the others are quarantined with a reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputRefusedError
from pipeline.readers.profiles import load_table_profile
from pipeline.readers.snapshots import shown
from pipeline.stage import Desk, Stage
from pipeline.stages.ingest import RAW_TABLES
from schemas import (
    Absence,
    AcceptedCount,
    Decision,
    Deduction,
    Employee,
    Incident,
    IngestReject,
    Network,
    Probe,
    Punch,
    Roster,
    SourceFile,
    Statement,
    Table,
    Unit,
    ValueReject,
)

if TYPE_CHECKING:
    from pipeline.readers.values import Validated

TABLES: dict[str, type[Table]] = {
    "employee": Employee,
    "unit": Unit,
    "network": Network,
    "punch": Punch,
    "absence": Absence,
    "roster": Roster,
    "statement": Statement,
    "incident": Incident,
    "probe": Probe,
    "deduction": Deduction,
    "decision": Decision,
}
SMALL_FILE = 20


def validate(desk: Desk) -> None:
    """Every raw record is accepted or rejected; a file that is mostly wrong stops the run."""
    from pipeline.readers.values import validate_records

    files = [file for file in desk.arrow(SourceFile).to_pylist() if file["same_as_path"] is None]
    raws = {kind: desk.arrow(contract) for kind, contract in RAW_TABLES.items()}

    profile_of = partial(load_table_profile, workspace=desk.workspace)
    found = validate_records(raws, files, profile_of, desk.settings, desk.scratch, desk.progress)
    _refuse_mostly_wrong(desk, files, found)
    for kind, contract in TABLES.items():
        desk.write(contract, found.tables[kind])
    desk.write(ValueReject, found.reject_table())
    desk.write(AcceptedCount, found.accepted_table())


def _refuse_mostly_wrong(desk: Desk, files: list[dict[str, Any]], found: Validated) -> None:
    broken: dict[str, set[int]] = {}
    for reject in [*found.rejects, *desk.arrow(IngestReject).to_pylist()]:
        if reject["severity_code"] == "record":
            broken.setdefault(reject["file_id"], set()).add(reject["line_no"])
    for file in files:
        bad, good = len(broken.get(file["file_id"], ())), found.accepted.get(file["file_id"], 0)
        shares = [
            source.max_quarantine_share for source in desk.settings.source
            if (source.kind, source.profile) == (file["kind_code"], file["profile_code"])
        ]  # fmt: skip
        if bad and bad + good >= SMALL_FILE and bad > max(shares, default=1.0) * (bad + good):
            codes = [reject["code"] for reject in found.rejects if reject["file_id"] == file["file_id"]]
            common = max(sorted(set(codes)), key=codes.count) if codes else "struktur baris"
            raise InputRefusedError(
                f"{shown(file['path'])}: {bad} dari {bad + good} baris tidak dapat dipakai, paling sering {common}. "
                "Perbaiki berkas atau profilnya, atau naikkan max_quarantine_share sumber itu."
            )


STAGE = Stage(
    __name__,
    reads=(SourceFile, IngestReject, *RAW_TABLES.values()),
    writes=(*TABLES.values(), ValueReject, AcceptedCount),
    work=validate,
)
