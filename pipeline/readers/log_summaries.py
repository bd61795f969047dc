"""What the stages need from parsed logs: counts by minute and group, own attempts, spans of coverage."""

from __future__ import annotations

import pyarrow as pa

from pipeline.readers.logs import LogReader
from pipeline.readers.tables import arrow_schema
from schemas import Coverage

CHECKED_GAP_SECONDS = 180  # a log with health checks is silent for three minutes only when it is not written
CHECKED_INTERVALS = 3
UNCHECKED_GAP_SECONDS = 3600
FEWEST_CHECKS = 10

_REQUEST_MINUTES = """
with by_sender as (
    select
        log_file.vantage_code, date_trunc('minute', request.started_at) as minute_at,
        coalesce(request.region, place.region_code) as region_code, place.unit_id, place.cidr as network_cidr,
        place.provider, request.client_code, request.sender, request.endpoint_code = 'health' as is_health,
        count(*) as requests,
        count(*) filter (where request.outcome_code = 'ok') as oks,
        count(*) filter (where request.outcome_code = 'rejected') as rejections,
        count(*) filter (where request.outcome_code = 'failed') as failures,
        count(*) filter (where request.is_gateway_failed) as gateway_failures,
        count(*) filter (where request.is_upstream_failed) as upstream_failures,
        count(*) filter (where request.status in (408, 499)) as client_failures
    from request
    inner join log_file on log_file.file_no = request.file_no
    inner join place on place.address = request.address
    group by all
)
select
    vantage_code, minute_at, region_code, unit_id, network_cidr, provider, client_code,
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
group by all
"""
_ATTEMPTS = """
select
    log_file.file_id || ':' || own.line_no as attempt_id, log_file.vantage_code, own.nip,
    own.started_at as requested_at, own.ended_at as answered_at, own.endpoint_code,
    case own.endpoint_code when 'punch_in' then 'in' when 'punch_out' then 'out' end as direction_code,
    own.outcome_code, own.status::bigint as status_code, own.upstream_status, place.unit_id,
    place.cidr as network_cidr, place.provider, own.client_code, log_file.is_authenticated, own.row_sha256,
    log_file.file_id, own.line_no
from own
inner join log_file on log_file.file_no = own.file_no
inner join place on place.address = own.address
"""
_COVERAGE = """
with tick as (
    select distinct log_file.vantage_code, date_trunc('second', request.ended_at) as seen_at
    from request inner join log_file on log_file.file_no = request.file_no
), check_tick as (
    select distinct log_file.vantage_code, date_trunc('second', request.ended_at) as seen_at
    from request inner join log_file on log_file.file_no = request.file_no
    where request.endpoint_code = 'health'
), spaced as (
    select vantage_code, epoch(seen_at) - epoch(lag(seen_at) over (partition by vantage_code order by seen_at)) as seconds
    from check_tick
), allowed as (
    select vantage_code, greatest(?, ? * quantile_disc(seconds, 0.5)) as gap
    from spaced group by vantage_code having count(*) >= ?
), opened as (
    select tick.vantage_code, tick.seen_at,
        coalesce(epoch(tick.seen_at) - epoch(lag(tick.seen_at) over spans) >= coalesce(allowed.gap, ?), true) as is_first
    from tick left join allowed on allowed.vantage_code = tick.vantage_code
    window spans as (partition by tick.vantage_code order by tick.seen_at)
), numbered as (
    select vantage_code, seen_at, sum(is_first::bigint) over (partition by vantage_code order by seen_at) as span_no from opened
)
select vantage_code, min(seen_at) as started_at, max(seen_at) + interval '1' second as ended_at, 'log' as source_code
from numbered group by vantage_code, span_no
"""


def request_minutes(reader: LogReader) -> pa.Table:
    """RequestMinute rows."""
    return reader.engine.sql(_REQUEST_MINUTES).to_arrow_table()


def attempts(reader: LogReader) -> pa.Table:
    """Attempt rows."""
    return reader.engine.sql(_ATTEMPTS).to_arrow_table()


def coverage(reader: LogReader) -> pa.Table:
    """Coverage rows: a gap is a silence no log that is written would have."""
    limits = [CHECKED_GAP_SECONDS, CHECKED_INTERVALS, FEWEST_CHECKS, UNCHECKED_GAP_SECONDS]
    return reader.engine.sql(_COVERAGE, params=limits).to_arrow_table().cast(arrow_schema(Coverage))
