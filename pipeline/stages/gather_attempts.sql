-- Which requests did this person send for this side, and which of them failed or were answered but not stored?
-- One row per person, duty side and session of retries; the first request of a session is the act.
with fitting as (
    select
        attempt.attempt_id,
        attempt.vantage_code,
        attempt.nip,
        attempt.requested_at,
        attempt.answered_at,
        attempt.outcome_code,
        attempt.is_authenticated,
        expected_side.duty_date,
        expected_side.side_code,
        expected_side.covered_to,
        policy_period.retry_gap_minutes,
        policy_period.match_early_seconds,
        policy_period.match_late_seconds,
        row_number() over (
            partition by attempt.attempt_id
            order by seconds_apart(attempt.requested_at, expected_side.due_at), expected_side.tie_no
        ) as fit_rank
    from attempt
    inner join expected_side
        on attempt.nip = expected_side.nip
        and suits_side(
            attempt.direction_code,
            attempt.requested_at,
            expected_side.side_code,
            expected_side.accept_from,
            expected_side.accept_to
        )
        and expected_side.side_code in ('in', 'out')
    inner join policy_period
        on expected_side.duty_date >= policy_period.valid_from
        and expected_side.duty_date < policy_period.valid_to
),

stored as (  -- whatever its direction: one stored in the other is `flipped`, not lost (outages.md section 3)
    select
        fitting.attempt_id,
        count(punch.punch_id) as stored_count,
        -- a record of the last seconds may carry a time that the export does not reach
        bool_and(fitting.answered_at + to_seconds(fitting.match_late_seconds) < fitting.covered_to) as is_covered
    from fitting
    left join punch
        on fitting.nip = punch.nip
        and punch.punched_at >= fitting.answered_at - to_seconds(fitting.match_early_seconds)
        and punch.punched_at <= fitting.answered_at + to_seconds(fitting.match_late_seconds)
    where fitting.fit_rank = 1 and fitting.outcome_code = 'ok'
    group by fitting.attempt_id
),

spaced as (
    select
        fitting.attempt_id,
        fitting.vantage_code,
        fitting.nip,
        fitting.duty_date,
        fitting.side_code,
        fitting.requested_at,
        fitting.answered_at,
        fitting.outcome_code,
        fitting.is_authenticated,
        coalesce(stored.stored_count = 0 and stored.is_covered, false) as is_unstored,
        coalesce(stored.stored_count = 0 and not stored.is_covered, false) as is_uncovered,
        case
            when minutes_between(lag(fitting.requested_at) over in_time, fitting.requested_at)
                < fitting.retry_gap_minutes then 0
            else 1
        end as begins_session
    from fitting
    left join stored
        on fitting.attempt_id = stored.attempt_id
    where fitting.fit_rank = 1
    window
        in_time as (
            partition by fitting.nip, fitting.duty_date, fitting.side_code
            order by fitting.requested_at, fitting.attempt_id
        )
),

numbered as (
    select
        spaced.vantage_code,
        spaced.nip,
        spaced.duty_date,
        spaced.side_code,
        spaced.requested_at,
        spaced.answered_at,
        spaced.outcome_code,
        spaced.is_authenticated,
        spaced.is_unstored,
        spaced.is_uncovered,
        sum(spaced.begins_session) over (
            partition by spaced.nip, spaced.duty_date, spaced.side_code
            order by spaced.requested_at, spaced.attempt_id
        ) as group_no
    from spaced
),

seen as (  -- one request is logged at every vantage that it reaches
    select
        numbered.nip,
        numbered.duty_date,
        numbered.side_code,
        numbered.group_no,
        min(numbered.requested_at) as started_at,
        max(numbered.answered_at) as ended_at,
        count(*) as attempt_count,
        count(*) filter (where numbered.outcome_code = 'failed') as failed_count,
        count(*) filter (where numbered.outcome_code = 'ok') as ok_count,
        count(*) filter (where numbered.outcome_code = 'rejected') as rejected_count,
        min(numbered.requested_at) filter (where numbered.outcome_code = 'failed') as first_failed_at,
        max(numbered.requested_at) filter (where numbered.outcome_code = 'failed') as last_failed_at,
        min(numbered.answered_at) filter (where numbered.outcome_code = 'ok') as first_ok_at,
        min(numbered.answered_at) filter (where numbered.is_unstored) as first_unstored_at,
        min(numbered.answered_at) filter (where numbered.is_uncovered) as first_uncovered_at,
        bool_and(numbered.is_authenticated) as is_authenticated
    from numbered
    group by
        numbered.nip, numbered.duty_date, numbered.side_code, numbered.group_no, numbered.vantage_code
)

select
    seen.nip,
    seen.duty_date,
    seen.side_code,
    seen.group_no::bigint as group_no,
    min(seen.started_at) as started_at,
    max(seen.ended_at) as ended_at,
    sum(seen.attempt_count)::bigint as attempt_count,
    sum(seen.failed_count)::bigint as failed_count,
    sum(seen.ok_count)::bigint as ok_count,
    sum(seen.rejected_count)::bigint as rejected_count,
    min(seen.first_failed_at) as first_failed_at,
    max(seen.last_failed_at) as last_failed_at,
    min(seen.first_ok_at) as first_ok_at,
    min(seen.first_unstored_at) as first_unstored_at,
    min(seen.first_uncovered_at) as first_uncovered_at,
    bool_and(seen.is_authenticated) as is_authenticated
from seen
group by seen.nip, seen.duty_date, seen.side_code, seen.group_no
