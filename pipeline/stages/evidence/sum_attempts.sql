-- Which own request of this side failed because of the outage, and which one was answered?
-- One row per late, early or missing side, also where nothing was sent.
with gathered as (
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        off_side.due_at,
        off_side.recorded_at,
        side_outage.impact_ended_at,
        coalesce(side_outage.basis_code, '') in ('usual', 'also_used') as is_exposed_by_line,
        attempt_group.first_failed_at,
        attempt_group.first_ok_at,
        attempt_group.first_unstored_at,
        attempt_group.first_uncovered_at,
        attempt_group.is_authenticated,
        case  -- what failed after the record explains nothing
            when off_side.recorded_at is null or attempt_group.first_failed_at < off_side.recorded_at
                then attempt_group.first_failed_at
        end as tried_at,
        case  -- an outage explains the sessions that met it, and nothing before it began
            when side_outage.outage_id is null then attempt_group.first_failed_at
            when side_outage.basis_code = 'own_request'
                and attempt_group.last_failed_at >= side_outage.impact_started_at
                and attempt_group.first_failed_at < side_outage.impact_ended_at
                then greatest(attempt_group.first_failed_at, side_outage.impact_started_at)
        end as met_at
    from off_side
    inner join side_outage
        on off_side.nip = side_outage.nip
        and off_side.duty_date = side_outage.duty_date
        and off_side.side_code = side_outage.side_code
    left join attempt_group
        on off_side.nip = attempt_group.nip
        and off_side.duty_date = attempt_group.duty_date
        and off_side.side_code = attempt_group.side_code
),

failing as (
    select
        gathered.*,
        case when gathered.tried_at is not null then gathered.met_at end as failed_at
    from gathered
),

summed as (  -- the first request counts; of check-outs the first that was not too early, else the last
    select
        failing.nip,
        failing.duty_date,
        failing.side_code,
        failing.is_exposed_by_line,
        failing.impact_ended_at,
        case failing.side_code
            when 'in' then min(failing.tried_at)
            else coalesce(
                min(failing.tried_at) filter (where failing.tried_at >= failing.due_at), max(failing.tried_at)
            )
        end as tried_at,
        case failing.side_code
            when 'in' then min(failing.failed_at)
            else coalesce(
                min(failing.failed_at) filter (where failing.failed_at >= failing.due_at), max(failing.failed_at)
            )
        end as failed_at,
        min(failing.first_failed_at) as first_failed_at,
        min(failing.first_ok_at) as answered_at,
        min(failing.first_unstored_at) filter (  -- it matters where it is better than what is recorded
            where failing.recorded_at is null
                or (failing.side_code = 'in' and failing.first_unstored_at < failing.recorded_at)
                or (failing.side_code = 'out' and failing.first_unstored_at > failing.recorded_at)
        ) as unstored_at,
        bool_or(  -- the punch of an answer after the export's end may still come
            failing.first_uncovered_at is not null and (failing.recorded_at is null or failing.side_code = 'out')
        ) as is_uncovered,
        coalesce(bool_and(failing.is_authenticated), true) as is_authenticated
    from failing
    group by
        failing.nip,
        failing.duty_date,
        failing.side_code,
        failing.is_exposed_by_line,
        failing.impact_ended_at
)

select
    summed.nip,
    summed.duty_date,
    summed.side_code,
    summed.tried_at,
    summed.failed_at,
    summed.unstored_at,
    summed.is_uncovered,
    summed.is_authenticated,
    coalesce(
        not summed.is_exposed_by_line  -- what came through may have gone over another line
        and summed.answered_at < summed.impact_ended_at
        and summed.answered_at < coalesce(summed.first_failed_at, summed.impact_ended_at),
        false
    ) as has_own_success
from summed
