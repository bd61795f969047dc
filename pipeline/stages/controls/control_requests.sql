-- Is each parsed log line counted, each of an own employee an attempt, each accepted request asked for its punch?
-- One row per vantage with a log; each count beside the one that it must equal.
with logged as (
    select
        source_file.vantage_code,
        sum(log_count.accepted_count - log_count.overlap_count) as line_count,
        sum(log_count.own_count) as own_count
    from log_count
    inner join source_file
        on source_file.file_id = log_count.file_id
        and source_file.kind_code = 'access_log'
        and source_file.same_as_path is null
    group by source_file.vantage_code
),

requested as (
    select
        request_minute.vantage_code,
        sum(request_minute.request_count + request_minute.health_count) as request_count,
        sum(
            request_minute.ok_count
            + request_minute.rejected_count
            + request_minute.failed_count
            + request_minute.health_count
        ) as answered_count
    from request_minute
    group by request_minute.vantage_code
),

attempted as (
    select
        attempt.vantage_code,
        count(*) as attempt_count,
        count(*) filter (
            where exists (
                select 1
                from coverage
                where coverage.source_code = 'log'
                    and coverage.vantage_code = attempt.vantage_code
                    and attempt.answered_at >= coverage.started_at
                    and attempt.answered_at < coverage.ended_at
            )
        ) as covered_count
    from attempt
    group by attempt.vantage_code
),

accepted as (
    select
        attempt.vantage_code,
        count(distinct (
            date_trunc('minute', attempt.requested_at),
            attempt.unit_id,
            attempt.network_cidr,
            attempt.provider,
            attempt.client_code,
            attempt.nip
        )) as accepted_count
    from attempt
    where attempt.outcome_code = 'ok'
        and attempt.endpoint_code in ('punch_in', 'punch_out', 'punch')
        and attempt.requested_at < (select min(duty.covered_to) from duty where duty.nip = attempt.nip)
    group by attempt.vantage_code
),

stored as (
    select
        storage_minute.vantage_code,
        sum(storage_minute.accepted_count) as accepted_count
    from storage_minute
    group by storage_minute.vantage_code
)

select
    logged.vantage_code::varchar as vantage_code,
    logged.line_count::bigint as line_count,
    coalesce(requested.request_count, 0)::bigint as request_count,
    coalesce(requested.answered_count, 0)::bigint as answered_count,
    logged.own_count::bigint as own_count,
    coalesce(attempted.attempt_count, 0)::bigint as attempt_count,
    coalesce(attempted.covered_count, 0)::bigint as covered_count,
    coalesce(accepted.accepted_count, 0)::bigint as accepted_count,
    coalesce(stored.accepted_count, 0)::bigint as storage_count,
from logged
left join requested
    on requested.vantage_code = logged.vantage_code
left join attempted
    on attempted.vantage_code = logged.vantage_code
left join accepted
    on accepted.vantage_code = logged.vantage_code
left join stored
    on stored.vantage_code = logged.vantage_code
