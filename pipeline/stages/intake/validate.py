"""Which records can be relied on? Raw records become canonical rows, the others are quarantined with a reason."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.engine.stage import StageContext
from pipeline.errors import InputRefusedError
from pipeline.readers.files.snapshots import shown
from pipeline.readers.profiles import load_table_profile
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
    PunchCoverage,
    Roster,
    ShiftPattern,
    SourceFile,
    Statement,
    Table,
    Unit,
    ValueReject,
)
from schemas.raw import RAW_TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.readers.tables.validation import Validated
    from pipeline.settings import Settings

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


def validate(context: StageContext) -> None:
    """Every raw record is accepted or rejected; a file that is mostly wrong stops the run."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.tables.validation import REJECTS, validate_records

    files = [file for file in context.arrow(SourceFile).to_pylist() if file["same_as_path"] is None]
    raws = {kind: partial(context.batches, contract) for kind, contract in RAW_TABLES.items()}
    targets: dict[str, type[Table]] = {**TABLES, REJECTS: ValueReject}

    def keep(kind: str, rows: pa.RecordBatchReader) -> None:
        if kind in targets:
            context.write(targets[kind], rows)

    profile_of = partial(load_table_profile, workspace=context.workspace)
    shifts = context.arrow(ShiftPattern)
    found = validate_records(
        raws, files, profile_of, context.settings, keep, shifts, context.scratch, context.progress
    )
    _refuse_mostly_wrong(context, files, found)
    accepted = [
        {
            "file_id": file_id,
            "accepted_count": count,
            "silent_count": found.silent[file_id],
            "accepted_idr": found.amounts[file_id],
        }
        for file_id, count in found.accepted.items()
    ]
    context.write(AcceptedCount, pa.Table.from_pylist(accepted, arrow_schema(AcceptedCount)))
    context.write(PunchCoverage, _punch_coverage(files, context.settings))


def _refuse_mostly_wrong(context: StageContext, files: list[dict[str, Any]], found: Validated) -> None:
    broken, codes = Counter(found.broken), found.codes
    for reject in context.arrow(IngestReject).to_pylist():
        if reject["severity_code"] == "record":
            broken[reject["file_id"]] += 1
            codes[reject["file_id"]][reject["code"]] += 1
    # What others point to comes first: people without an OPD are not the cause of a wrong OPD file.
    order = {kind: place for place, kind in enumerate(("unit", *TABLES))}
    for file in sorted(files, key=lambda file: (order.get(file["kind_code"], len(order)), file["path"])):
        bad, good = broken[file["file_id"]], found.accepted.get(file["file_id"], 0)
        limit = context.settings.source[file["source_no"] - 1].max_quarantine_share
        if bad and bad + good >= SMALL_FILE and bad > limit * (bad + good):
            common = max(sorted(codes[file["file_id"]]), key=codes[file["file_id"]].__getitem__)
            error = InputRefusedError(
                f"{shown(file['path'])}: {bad} dari {bad + good} baris tidak dapat dipakai, paling sering {common}. "
                "Perbaiki berkas atau profilnya, atau naikkan max_quarantine_share sumber itu."
            )
            context.refuse(error, file["kind_code"])


def _punch_coverage(files: list[dict[str, Any]], settings: Settings) -> pa.Table:
    """What each punch source vouches for: its period, or up to its `covers_until`."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema

    rows = []
    for number in sorted({file["source_no"] for file in files if file["kind_code"] == "punch"}):
        source = settings.source[number - 1]
        zone = zoneinfo.ZoneInfo(source.zone or settings.zone)
        first, last = (
            dt.datetime.combine(day, dt.time()) for day in (settings.period_from, settings.period_to)
        )
        rows.append(
            {
                "source_no": number,
                "covered_from": _utc(first, zone),
                "covered_to": _utc(source.covers_until or last, zone),
            }
        )
    return pa.Table.from_pylist(rows, arrow_schema(PunchCoverage))


def _utc(at: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    aware = at if at.tzinfo else at.replace(tzinfo=zone)
    return aware.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
