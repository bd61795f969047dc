-- Which check-in or check-out was each request for, and is the punch of an accepted one stored?
-- One row per logged request within the window of such a side; the nearest side is meant, as for punches.
with fitting as (
    select
        attempt.attempt_id,
        attempt.nip,
        attempt.answered_at,
        attempt.outcome_code,
        expected_side.duty_date,
        expected_side.side_code,
        expected_side.covered_to,
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
),

placed as (
    select
        fitting.attempt_id,
        fitting.nip,
        fitting.duty_date,
        fitting.side_code,
        fitting.outcome_code,
        fitting.answered_at - to_seconds(policy_period.match_early_seconds) as stored_from,
        fitting.answered_at + to_seconds(policy_period.match_late_seconds) as stored_to,
        fitting.covered_to
    from fitting
    inner join policy_period
        on fitting.duty_date >= policy_period.valid_from
        and fitting.duty_date < policy_period.valid_to
    where fitting.fit_rank = 1
),

stored as (  -- whatever its direction: one stored in the other is `flipped`, not lost
    select distinct
        placed.attempt_id
    from placed
    inner join punch
        on placed.nip = punch.nip
        and punch.punched_at >= placed.stored_from
        and punch.punched_at <= placed.stored_to
    where placed.outcome_code = 'ok'
)

select
    placed.attempt_id,
    placed.nip,
    placed.duty_date,
    placed.side_code,
    case
        when placed.outcome_code <> 'ok' then null
        when stored.attempt_id is not null then 'stored'
        -- a record of the last seconds may carry a time that the export does not reach
        when placed.stored_to < placed.covered_to then 'unstored'
        else 'uncovered'
    end as record_code
from placed
left join stored
    on placed.attempt_id = stored.attempt_id
