-- Which requests did this person send for this side, and which of them failed or were answered but not stored?
-- One row per person, duty side and session of retries; the first request of a session is the act.
with tied as (
    select
        attempt.attempt_id,
        attempt.vantage_code,
        attempt.nip,
        attempt.requested_at,
        attempt.answered_at,
        attempt.outcome_code,
        attempt.is_authenticated,
        duty_side.duty_date,
        duty_side.side_code,
        policy_period.retry_gap_minutes,
        policy_period.match_tolerance_seconds,
        row_number() over (
            partition by attempt.attempt_id
            order by
                abs(epoch(attempt.requested_at) - epoch(duty_side.due_at)),
                duty_side.duty_date,
                duty_side.side_code
        ) as nearness_rank
    from attempt
    inner join duty_side
        on attempt.nip = duty_side.nip
        and attempt.requested_at >= duty_side.accept_from
        and attempt.requested_at < duty_side.accept_to
        and coalesce(attempt.direction_code, duty_side.side_code) = duty_side.side_code
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
),

stored as (
    select
        tied.attempt_id,
        count(punch.punch_id) as stored_count
    from tied
    left join punch
        on tied.nip = punch.nip
        and abs(epoch(punch.punched_at) - epoch(tied.answered_at)) <= tied.match_tolerance_seconds
    where tied.nearness_rank = 1 and tied.outcome_code = 'ok'
    group by tied.attempt_id
),

spaced as (
    select
        tied.attempt_id,
        tied.vantage_code,
        tied.nip,
        tied.duty_date,
        tied.side_code,
        tied.requested_at,
        tied.answered_at,
        tied.outcome_code,
        tied.is_authenticated,
        stored.stored_count,
        case
            when minutes_between(
                lag(tied.requested_at) over (
                    partition by tied.nip, tied.duty_date, tied.side_code
                    order by tied.requested_at, tied.attempt_id
                ),
                tied.requested_at
            ) < tied.retry_gap_minutes then 0
            else 1
        end as begins_session
    from tied
    left join stored
        on tied.attempt_id = stored.attempt_id
    where tied.nearness_rank = 1
),

numbered as (
    select
        spaced.attempt_id,
        spaced.vantage_code,
        spaced.nip,
        spaced.duty_date,
        spaced.side_code,
        spaced.requested_at,
        spaced.answered_at,
        spaced.outcome_code,
        spaced.is_authenticated,
        spaced.stored_count,
        sum(spaced.begins_session) over (
            partition by spaced.nip, spaced.duty_date, spaced.side_code
            order by spaced.requested_at, spaced.attempt_id
        ) as group_no
    from spaced
)

select
    numbered.nip,
    numbered.duty_date,
    numbered.side_code,
    numbered.group_no::bigint as group_no,
    min(numbered.requested_at) as started_at,
    max(numbered.answered_at) as ended_at,
    count(*)::bigint as attempt_count,
    (count(*) filter (where numbered.outcome_code = 'failed'))::bigint as failed_count,
    (count(*) filter (where numbered.outcome_code = 'ok'))::bigint as ok_count,
    (count(*) filter (where numbered.outcome_code = 'rejected'))::bigint as rejected_count,
    min(numbered.requested_at) filter (where numbered.outcome_code = 'failed') as first_failed_at,
    min(numbered.answered_at) filter (where numbered.outcome_code = 'ok') as first_ok_at,
    min(numbered.answered_at) filter (
        where numbered.outcome_code = 'ok' and numbered.stored_count = 0
    ) as first_unstored_at,
    arg_min(numbered.attempt_id, (numbered.requested_at, numbered.attempt_id)) as first_attempt_id,
    bool_and(numbered.is_authenticated) as is_authenticated
from numbered
group by numbered.nip, numbered.duty_date, numbered.side_code, numbered.group_no
