"""What the stages need from parsed logs: counts by minute and group, own attempts, spans of coverage."""

from __future__ import annotations

from typing import Any

from pipeline.readers.logs.clocks import clock_lags
from pipeline.readers.logs.reading import LogMonth
from pipeline.readers.logs.tables import LogTables
from pipeline.readers.tables.records import BATCH

CHECKED_GAP_SECONDS = 180  # a log with health checks is silent for three minutes only when it is not written
CHECKED_INTERVALS = 3
UNCHECKED_GAP_SECONDS = 3600
FEWEST_CHECKS = 10

_REQUEST_MINUTES = """
with by_sender as (
    select
        log_file.vantage_code, date_trunc('minute', request.started_at) as minute_at, leaf_shape.leaf_no, leaf_shape.sender,
        leaf_shape.endpoint_code = 'health' as is_health,
        count(*) as requests,
        count(*) filter (where leaf_shape.outcome_code = 'ok') as oks,
        count(*) filter (where leaf_shape.outcome_code = 'rejected') as rejections,
        count(*) filter (where leaf_shape.outcome_code = 'failed') as failures,
        count(*) filter (where leaf_shape.is_gateway_failed) as gateway_failures,
        count(*) filter (where leaf_shape.is_upstream_failed) as upstream_failures,
        count(*) filter (where leaf_shape.is_client_failed) as client_failures
    from request
    inner join log_file on log_file.file_no = request.file_no
    inner join leaf_shape on leaf_shape.shape_no = request.shape_no
    group by all
), by_leaf as (
    select
        vantage_code, minute_at, leaf_no,
        coalesce(sum(requests) filter (where not is_health), 0)::bigint as request_count,
        coalesce(sum(oks) filter (where not is_health), 0)::bigint as ok_count,
        coalesce(sum(rejections) filter (where not is_health), 0)::bigint as rejected_count,
        coalesce(sum(failures) filter (where not is_health), 0)::bigint as failed_count,
        coalesce(sum(gateway_failures) filter (where not is_health), 0)::bigint as gateway_failed_count,
        coalesce(sum(upstream_failures) filter (where not is_health), 0)::bigint as upstream_failed_count,
        coalesce(sum(client_failures) filter (where not is_health), 0)::bigint as client_failed_count,
        count(*) filter (where not is_health) as sender_count,
        count(*) filter (where not is_health and failures > 0) as failed_sender_count,
        coalesce(sum(requests) filter (where is_health), 0)::bigint as health_count,
        coalesce(sum(failures) filter (where is_health), 0)::bigint as health_failed_count
    from by_sender
    group by vantage_code, minute_at, leaf_no
)
select
    vantage_code, minute_at, region_code, unit_id, leaf.cidr as network_cidr, provider, client_code, request_count, ok_count,
    rejected_count, failed_count, gateway_failed_count, upstream_failed_count, client_failed_count, sender_count,
    failed_sender_count, health_count, health_failed_count
from by_leaf inner join leaf on leaf.leaf_no = by_leaf.leaf_no
"""
_ATTEMPTS = """
select
    log_file.file_id || ':' || request.line_no as attempt_id, log_file.vantage_code, leaf_shape.nip,
    request.started_at as requested_at, request.ended_at as answered_at, leaf_shape.endpoint_code,
    case leaf_shape.endpoint_code when 'punch_in' then 'in' when 'punch_out' then 'out' end as direction_code,
    leaf_shape.outcome_code, leaf_shape.status::bigint as status_code, leaf_shape.upstream_status,
    leaf_shape.is_retried, leaf_shape.unit_id,
    leaf_shape.cidr as network_cidr, leaf_shape.provider, leaf_shape.client_code, log_file.is_authenticated,
    request.row_sha256, log_file.file_id, request.line_no
from request
inner join log_file on log_file.file_no = request.file_no
inner join leaf_shape on leaf_shape.shape_no = request.shape_no
where request.row_sha256 is not null
"""
_COVERAGE = f"""
with minute as (  -- no gap fits into a minute, so its first and last lines are enough
    select log_file.vantage_code, date_trunc('minute', request.ended_at) as minute_at,
        date_trunc('second', min(request.ended_at)) as first_at, date_trunc('second', max(request.ended_at)) as last_at,
        date_trunc('second', min(request.ended_at) filter (where leaf_shape.endpoint_code = 'health')) as first_check_at,
        date_trunc('second', max(request.ended_at) filter (where leaf_shape.endpoint_code = 'health')) as last_check_at
    from request
    inner join log_file on log_file.file_no = request.file_no
    inner join leaf_shape on leaf_shape.shape_no = request.shape_no
    group by log_file.vantage_code, date_trunc('minute', request.ended_at)
), spaced as (
    select vantage_code, epoch(first_check_at)
        - epoch(lag(last_check_at) over (partition by vantage_code order by minute_at)) as seconds
    from minute where first_check_at is not null
), allowed as (
    select vantage_code, greatest({CHECKED_GAP_SECONDS}, {CHECKED_INTERVALS} * quantile_disc(seconds, 0.5)) as gap
    from spaced group by vantage_code having count(*) >= {FEWEST_CHECKS}
), opened as (
    select minute.vantage_code, minute.first_at, minute.last_at,
        coalesce(epoch(minute.first_at) - epoch(lag(minute.last_at) over spans) >= coalesce(allowed.gap, {UNCHECKED_GAP_SECONDS}), true) as is_first
    from minute left join allowed on allowed.vantage_code = minute.vantage_code
    window spans as (partition by minute.vantage_code order by minute.first_at)
), numbered as (
    select vantage_code, first_at, last_at,
        sum(is_first::bigint) over (partition by vantage_code order by first_at) as span_no
    from opened
)
select vantage_code, min(first_at) as started_at, max(last_at) + interval '1' second as ended_at, 'log' as source_code
from numbered group by vantage_code, span_no
"""  # noqa: S608 - numbers of ours


def sum_up(
    month: LogMonth, blocks: list[dict[str, Any]]
) -> tuple[dict[int, dict[str, int]], list[dict[str, Any]]]:
    """Write request_minute, attempt and coverage to the month's folder as Parquet; in a child process.

    `blocks`: cidr, unit_id, provider, region_code; punch.parquet of the folder (nip, punched_at) is what the export holds.
    Returns what became of the parsed lines of each file (by its place), and the ClockLag rows by which times are moved.
    A gap in the coverage is a silence that no log that is written would have.
    """
    tables = LogTables(month, blocks)
    try:
        lags = clock_lags(tables)
        tables.align({row["vantage_code"]: row["lag_seconds"] for row in lags})
        for name, query in _SUMMARIES.items():
            path = str(month.folder / f"{name}.parquet")
            tables.engine.execute(f"copy ({query}) to ? (format parquet, row_group_size {BATCH})", [path])
        return tables.counts(), lags
    finally:
        tables.engine.close()


_SUMMARIES = {"request_minute": _REQUEST_MINUTES, "attempt": _ATTEMPTS, "coverage": _COVERAGE}
