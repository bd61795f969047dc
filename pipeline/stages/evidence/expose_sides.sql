-- Which of the outages that touch this side explains it?
-- One row per side and outage; number 1 is the one that explains most, so that no other one harms.
with watched as (  -- failures are logged where they fail, so a request would have left a line there
    select
        outage_touch.nip,
        outage_touch.duty_date,
        outage_touch.side_code,
        outage_touch.outage_id,
        outage_touch.basis_code,
        off_side.recorded_at,
        outage.impact_started_at,
        outage.impact_ended_at,
        outage.is_certified,
        outage.symptom_code in ('failure', 'lost_write') and exists (
            select 1
            from coverage
            where coverage.started_at <= outage.impact_started_at
                and coverage.ended_at >= outage.impact_ended_at
        ) as is_vantage_alive
    from outage_touch
    inner join off_side
        on outage_touch.nip = off_side.nip
        and outage_touch.duty_date = off_side.duty_date
        and outage_touch.side_code = off_side.side_code
    inner join outage
        on outage_touch.outage_id = outage.outage_id
)

select
    watched.nip,
    watched.duty_date,
    watched.side_code,
    watched.outage_id,
    row_number() over (
        partition by watched.nip, watched.duty_date, watched.side_code
        order by
            watched.basis_code <> 'own_request',
            case  -- of own requests the first check-in and the last check-out
                when watched.basis_code <> 'own_request' then null
                when watched.side_code = 'out' then -epoch(watched.impact_started_at)
                else epoch(watched.impact_started_at)
            end,
            coalesce(watched.recorded_at < watched.impact_ended_at, false),  -- who got through is not explained
            watched.is_vantage_alive,
            not watched.is_certified,
            watched.impact_ended_at desc,
            watched.impact_started_at,
            watched.outage_id
    )::bigint as exposure_no,
    watched.basis_code,
    watched.is_vantage_alive
from watched
