"""What did the servers see? Requests per minute and group, own attempts, and the spans in which the logs are complete.

All by the export's clock: how far a log's own is from it is measured first (`clock_lag`), and corrected here, once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.quarantine import CATALOGUE
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
    Unit,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.readers.log_lines import LogFile
    from pipeline.readers.log_profiles import LogProfile
    from pipeline.readers.logs import LogReader


def ingest_logs(desk: Desk) -> None:
    """Read every used log, align it, then sum it up; malformed lines are counted, and cost the file where they are many."""
    from pipeline.readers.jail import Jail
    from pipeline.readers.log_clocks import clock_lags
    from pipeline.readers.log_summaries import attempts, coverage, request_minutes
    from pipeline.readers.logs import LogReader

    own = desk.query(
        f"""select distinct employee.nip from employee inner join unit on unit.unit_id = employee.unit_id
        where unit.region_code = '{desk.settings.region}' order by employee.nip"""  # noqa: S608 - a checked setting
    )
    reader = LogReader(desk.settings.engine, desk.scratch, own["nip"].to_pylist())
    try:
        with Jail() as jail:
            reader.read(_files(desk), jail, lambda error: desk.refuse(error, "access_log"))
        blocks = desk.query(
            """select network.cidr, network.unit_id, network.provider, unit.region_code
            from network left join unit on unit.unit_id = network.unit_id order by network.cidr"""
        )
        reader.place(blocks.to_pylist())
        lags = clock_lags(reader, desk.query("select nip, punched_at from punch"))
        desk.write(ClockLag, lags)
        reader.align({row["vantage_code"]: row["lag_seconds"] for row in lags.to_pylist()})
        desk.write(RequestMinute, request_minutes(reader))
        desk.write(Attempt, attempts(reader))
        desk.write(Coverage, _with_declared(desk, coverage(reader)))
        _write_counts(desk, reader)
    finally:
        reader.close()


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

    from pipeline.readers.tables import arrow_schema
    from pipeline.readers.values import validate_records

    raw = desk.arrow(RawCoverage)
    if not raw.num_rows:
        return derived

    profile_of = partial(load_table_profile, workspace=desk.workspace)
    files = [row for row in desk.arrow(SourceFile).to_pylist() if row["kind_code"] == "coverage"]
    rows = (
        validate_records({"coverage": raw}, files, profile_of, desk.settings).tables["coverage"].to_pylist()
    )
    declared = [{name: row.get(name, "declared") for name in Coverage.columns()} for row in rows]
    return pa.concat_tables([derived, pa.Table.from_pylist(declared, arrow_schema(Coverage))])


def _write_counts(desk: Desk, reader: LogReader) -> None:
    import pyarrow as pa

    from pipeline.readers.tables import arrow_schema

    rejects: list[dict[str, Any]] = [
        {
            "file_id": file_id,
            "line_no": line_no,
            "issue_no": 1,
            "sheet": None,
            "column_name": None,
            "code": code,
            "severity_code": CATALOGUE[code].severity_code,
            "masked_value": None,
            "message": CATALOGUE[code].message,
        }
        for file_id, line_no, code in reader.bad_lines()
    ]
    desk.write(LogReject, pa.Table.from_pylist(rejects, arrow_schema(LogReject)))
    desk.write(LogCount, pa.Table.from_pylist(reader.counts(), arrow_schema(LogCount)))


STAGE = Stage(
    __name__,
    reads=(SourceFile, Network, Unit, Employee, Punch, RawCoverage),
    writes=(ClockLag, RequestMinute, Attempt, Coverage, LogReject, LogCount),
    work=ingest_logs,
)
