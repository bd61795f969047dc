-- Which requests did this person send for this side, and which of them failed or were answered but not stored?
-- One row per person, duty side and session of retries; the first request of a session is the one that counts.
with spaced as (
    select
        attempt.attempt_id,
        attempt.vantage_code,
        attempt.nip,
        attempt_placement.duty_date,
        attempt_placement.side_code,
        attempt.requested_at,
        attempt.answered_at,
        attempt.outcome_code,
        attempt.is_authenticated,
        attempt_placement.record_code,
        case
            when minutes_between(lag(attempt.requested_at) over in_time, attempt.requested_at)
                < policy_period.retry_gap_minutes then 0
            else 1
        end as begins_session
    from attempt_placement
    inner join attempt
        on attempt_placement.attempt_id = attempt.attempt_id
    inner join policy_period
        on attempt_placement.duty_date >= policy_period.valid_from
        and attempt_placement.duty_date < policy_period.valid_to
    window
        in_time as (
            partition by attempt.nip, attempt_placement.duty_date, attempt_placement.side_code
            order by attempt.requested_at, attempt.attempt_id
        )
),

numbered as (
    select
        spaced.*,
        sum(spaced.begins_session) over (
            partition by spaced.nip, spaced.duty_date, spaced.side_code
            order by spaced.requested_at, spaced.attempt_id
        ) as group_no
    from spaced
)

select  -- one request is logged at every vantage that it reaches, and counted at each
    numbered.nip,
    numbered.duty_date,
    numbered.side_code,
    numbered.group_no::bigint as group_no,
    min(numbered.requested_at) as started_at,
    max(numbered.answered_at) as ended_at,
    count(*) as attempt_count,
    count(*) filter (where numbered.outcome_code = 'failed') as failed_count,
    count(*) filter (where numbered.outcome_code = 'ok') as ok_count,
    count(*) filter (where numbered.outcome_code = 'rejected') as rejected_count,
    min(numbered.requested_at) filter (where numbered.outcome_code = 'failed') as first_failed_at,
    max(numbered.requested_at) filter (where numbered.outcome_code = 'failed') as last_failed_at,
    min(numbered.answered_at) filter (where numbered.outcome_code = 'ok') as first_ok_at,
    min(numbered.answered_at) filter (where numbered.record_code = 'unstored') as first_unstored_at,
    min(numbered.answered_at) filter (where numbered.record_code = 'uncovered') as first_uncovered_at,
    bool_and(numbered.is_authenticated) as is_authenticated
from numbered
group by numbered.nip, numbered.duty_date, numbered.side_code, numbered.group_no
