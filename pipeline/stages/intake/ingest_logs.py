"""What did the servers see? Requests per minute and group, own attempts, and the spans in which the logs are complete.

All by the export's clock: how far a log's own is from it is measured first (`clock_lag`), and corrected here, once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.engine.stage import StageContext
from pipeline.readers.files.snapshots import plain_copy, shown
from pipeline.readers.profiles import load_log_profile, load_table_profile
from schemas import (
    Attempt,
    ClockLag,
    Coverage,
    LogCount,
    LogReject,
    Punch,
    RawCoverage,
    RequestMinute,
    SourceFile,
    Table,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.readers.logs.parsing import LogFile
    from pipeline.readers.logs.profiles import LogProfile
    from pipeline.readers.logs.reading import LogMonth

WHOLE_MONTH = 4 * 3600
"""Seconds that the sums of a month's logs may take: tens of gigabytes."""


def ingest_logs(context: StageContext) -> None:
    """Read every used log, align it, then sum it up; malformed lines are counted, and cost the file where they are many."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.files.sandbox import Limits, Sandbox
    from pipeline.readers.logs.reading import read_month
    from pipeline.readers.logs.summaries import sum_up

    own = context.query(
        f"""select distinct employee.nip from employee inner join unit on unit.unit_id = employee.unit_id
        where unit.region_code = '{context.settings.region}' order by employee.nip"""  # noqa: S608 - a checked setting
    )
    blocks = context.query(
        """select network.cidr, network.unit_id, network.provider, unit.region_code
        from network left join unit on unit.unit_id = network.unit_id order by network.cidr"""
    )
    with Sandbox() as sandbox:
        month = read_month(
            _files(context), sandbox, context.scratch, context.settings.engine.threads, own["nip"].to_pylist(),
            lambda error: context.refuse(error, "access_log"),
        )  # fmt: skip
    laid: dict[int, dict[str, int]] = {}
    lags: list[dict[str, Any]] = []
    if month.files:
        _store_punches(context)
        with Sandbox(Limits(cpu_seconds=WHOLE_MONTH, seconds=WHOLE_MONTH)) as sandbox:
            laid, lags = sandbox.run("log akses", sum_up, month, blocks.to_pylist())
    context.write(ClockLag, pa.Table.from_pylist(lags, arrow_schema(ClockLag)))
    for contract in (RequestMinute, Attempt):
        context.write(contract, _summed(context, contract))
    context.write(Coverage, _with_declared(context, _summed(context, Coverage).read_all()))
    _write_counts(context, month, laid)


def _store_punches(context: StageContext) -> None:
    """What the export holds, by whose clock the logs are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = context.batches(Punch)
    names = ["nip", "punched_at"]
    schema = pa.schema([rows.schema.field(name) for name in names])
    with pq.ParquetWriter(context.scratch / "punch.parquet", schema) as writer:
        for batch in rows:
            writer.write_batch(batch.select(names))


def _summed(context: StageContext, contract: type[Table]) -> pa.RecordBatchReader:
    """What the sums of the logs hold; nothing where there was no log."""
    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.tables.tabular import stored_rows

    return stored_rows([*context.scratch.glob(f"{contract.table_name()}.parquet")], arrow_schema(contract))


def _files(context: StageContext) -> list[LogFile]:
    from pipeline.readers.logs.parsing import LogFile

    profiles: dict[str, LogProfile] = {}
    files = []
    for row in context.arrow(SourceFile).to_pylist():
        if row["kind_code"] != "access_log" or row["same_as_path"] is not None:
            continue
        code, name = row["profile_code"], shown(row["path"])
        if code not in profiles:
            profiles[code] = load_log_profile(code, context.workspace)
        path, zone = plain_copy(context.workspace, row["sha256"]), row["zone"] or context.settings.zone
        files.append(LogFile(row["file_id"], name, path, row["vantage_code"], zone, profiles[code]))
    return files


def _with_declared(context: StageContext, derived: pa.Table) -> pa.Table:
    """Adds the spans that a source vouches for; validate has already reported those that cannot be read."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.tables.validation import validate_records

    raw = context.arrow(RawCoverage)
    if not raw.num_rows:
        return derived

    profile_of = partial(load_table_profile, workspace=context.workspace)
    files = [row for row in context.arrow(SourceFile).to_pylist() if row["kind_code"] == "coverage"]
    kept: dict[str, pa.Table] = {}
    validate_records(
        {"coverage": raw.to_reader}, files, profile_of, context.settings,
        lambda kind, rows: kept.setdefault(kind, rows.read_all()),
    )  # fmt: skip
    declared = [
        {name: row.get(name, "declared") for name in Coverage.columns()}
        for row in kept["coverage"].to_pylist()
    ]
    return pa.concat_tables([derived, pa.Table.from_pylist(declared, arrow_schema(Coverage))])


def _write_counts(context: StageContext, month: LogMonth, laid: dict[int, dict[str, int]]) -> None:
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema
    from pipeline.readers.tables.rejects import reject_row, reject_rows

    context.write(LogReject, reject_rows(LogReject, (reject_row(*line) for line in month.bad_lines())))
    context.write(LogCount, pa.Table.from_pylist(month.counts(laid), arrow_schema(LogCount)))
