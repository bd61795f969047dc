"""What did the servers see? Requests per minute and group, own attempts, and the spans in which the logs are complete.

All by the export's clock: how far a log's own is from it is measured first (`clock_lag`), and corrected here, once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.readers.profiles import load_log_profile, load_table_profile
from pipeline.readers.snapshots import plain_copy, shown
from pipeline.stage import Desk, Stage
from schemas import (
    Attempt,
    ClockLag,
    Coverage,
    Employee,
    LogCount,
    LogReject,
    Network,
    Punch,
    RawCoverage,
    RequestMinute,
    SourceFile,
    Table,
    Unit,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.readers.log_lines import LogFile
    from pipeline.readers.log_profiles import LogProfile
    from pipeline.readers.logs import LogMonth

WHOLE_MONTH = 4 * 3600
"""Seconds that the sums of a month's logs may take: tens of gigabytes."""


def ingest_logs(desk: Desk) -> None:
    """Read every used log, align it, then sum it up; malformed lines are counted, and cost the file where they are many."""
    import pyarrow as pa

    from pipeline.readers.jail import Jail, Limits
    from pipeline.readers.log_summaries import sum_up
    from pipeline.readers.logs import read_month
    from pipeline.warehouse import arrow_schema

    own = desk.query(
        f"""select distinct employee.nip from employee inner join unit on unit.unit_id = employee.unit_id
        where unit.region_code = '{desk.settings.region}' order by employee.nip"""  # noqa: S608 - a checked setting
    )
    blocks = desk.query(
        """select network.cidr, network.unit_id, network.provider, unit.region_code
        from network left join unit on unit.unit_id = network.unit_id order by network.cidr"""
    )
    with Jail() as jail:
        month = read_month(
            _files(desk), jail, desk.scratch, desk.settings.engine.threads, own["nip"].to_pylist(),
            lambda error: desk.refuse(error, "access_log"),
        )  # fmt: skip
    laid: dict[int, dict[str, int]] = {}
    lags: list[dict[str, Any]] = []
    if month.files:
        _store_punches(desk)
        with Jail(Limits(cpu_seconds=WHOLE_MONTH, seconds=WHOLE_MONTH)) as jail:
            laid, lags = jail.run("log akses", sum_up, month, blocks.to_pylist())
    desk.write(ClockLag, pa.Table.from_pylist(lags, arrow_schema(ClockLag)))
    for contract in (RequestMinute, Attempt):
        desk.write(contract, _summed(desk, contract))
    desk.write(Coverage, _with_declared(desk, _summed(desk, Coverage).read_all()))
    _write_counts(desk, month, laid)


def _store_punches(desk: Desk) -> None:
    """What the export holds, by whose clock the logs are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = desk.batches(Punch)
    names = ["nip", "punched_at"]
    schema = pa.schema([rows.schema.field(name) for name in names])
    with pq.ParquetWriter(desk.scratch / "punch.parquet", schema) as writer:
        for batch in rows:
            writer.write_batch(batch.select(names))


def _summed(desk: Desk, contract: type[Table]) -> pa.RecordBatchReader:
    """What the sums of the logs hold; nothing where there was no log."""
    from pipeline.readers.tabular import stored_rows
    from pipeline.warehouse import arrow_schema

    return stored_rows([*desk.scratch.glob(f"{contract.table_name()}.parquet")], arrow_schema(contract))


def _files(desk: Desk) -> list[LogFile]:
    from pipeline.readers.log_lines import LogFile

    profiles: dict[str, LogProfile] = {}
    files = []
    for row in desk.arrow(SourceFile).to_pylist():
        if row["kind_code"] != "access_log" or row["same_as_path"] is not None:
            continue
        code, name = row["profile_code"], shown(row["path"])
        if code not in profiles:
            profiles[code] = load_log_profile(code, desk.workspace)
        path, zone = plain_copy(desk.workspace, row["sha256"]), row["zone"] or desk.settings.zone
        files.append(LogFile(row["file_id"], name, path, row["vantage_code"], zone, profiles[code]))
    return files


def _with_declared(desk: Desk, derived: pa.Table) -> pa.Table:
    """Adds the spans that a source vouches for; validate has already reported those that cannot be read."""
    import pyarrow as pa

    from pipeline.readers.values import validate_records
    from pipeline.warehouse import arrow_schema

    raw = desk.arrow(RawCoverage)
    if not raw.num_rows:
        return derived

    profile_of = partial(load_table_profile, workspace=desk.workspace)
    files = [row for row in desk.arrow(SourceFile).to_pylist() if row["kind_code"] == "coverage"]
    kept: dict[str, pa.Table] = {}
    validate_records(
        {"coverage": raw.to_reader}, files, profile_of, desk.settings,
        lambda kind, rows: kept.setdefault(kind, rows.read_all()),
    )  # fmt: skip
    declared = [
        {name: row.get(name, "declared") for name in Coverage.columns()}
        for row in kept["coverage"].to_pylist()
    ]
    return pa.concat_tables([derived, pa.Table.from_pylist(declared, arrow_schema(Coverage))])


def _write_counts(desk: Desk, month: LogMonth, laid: dict[int, dict[str, int]]) -> None:
    import pyarrow as pa

    from pipeline.readers.rejects import reject_row, reject_rows
    from pipeline.warehouse import arrow_schema

    desk.write(LogReject, reject_rows(LogReject, (reject_row(*line) for line in month.bad_lines())))
    desk.write(LogCount, pa.Table.from_pylist(month.counts(laid), arrow_schema(LogCount)))


STAGE = Stage(
    __name__,
    reads=(SourceFile, Network, Unit, Employee, Punch, RawCoverage),
    writes=(ClockLag, RequestMinute, Attempt, Coverage, LogReject, LogCount),
    work=ingest_logs,
    is_reading=True,
)
