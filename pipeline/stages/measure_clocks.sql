-- By how many seconds is the export's clock ahead of each log's?
-- One row per vantage of which at least ten accepted requests have a stored punch within ten minutes.
with accepted as (
    select
        attempt.attempt_id,
        attempt.vantage_code,
        attempt.nip,
        attempt.answered_at
    from attempt
    where attempt.outcome_code = 'ok' and attempt.endpoint_code in ('punch_in', 'punch_out', 'punch')
),

nearest as (
    select
        accepted.vantage_code,
        epoch(punch.punched_at)::bigint - epoch(accepted.answered_at)::bigint as lag_seconds,
        row_number() over (
            partition by accepted.attempt_id
            order by abs(epoch(punch.punched_at) - epoch(accepted.answered_at)), punch.punched_at, punch.punch_id
        ) as near_rank
    from accepted
    inner join punch
        on accepted.nip = punch.nip
        and punch.punched_at >= accepted.answered_at - interval '10' minute
        and punch.punched_at <= accepted.answered_at + interval '10' minute
)

select
    nearest.vantage_code,
    quantile_disc(nearest.lag_seconds, 0.5)::bigint as lag_seconds,
    count(*) as matched_count
from nearest
where nearest.near_rank = 1
group by nearest.vantage_code
having count(*) >= 10
