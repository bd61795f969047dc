-- Which band of the policy does each late, early or missing side fall into?
-- One row per scenario, step, person, day and side with a band, as at the band's first occurrence.
-- A day with every side missing is one event, booked on the check-in.
with deviating as (
    select
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip,
        scenario_side.unit_id,
        scenario_side.duty_date,
        scenario_side.side_code,
        scenario_side.minutes_off as event_minutes,
        case when scenario_side.state_code = 'missing' then 0 else scenario_side.seconds_off end as event_seconds,
        case
            when count(*) over day > 1
                and count(*) over day = count(*) filter (where scenario_side.state_code = 'missing') over day
                then 'absent'
            when scenario_side.state_code = 'missing' then 'missing_' || scenario_side.side_code
            when scenario_side.side_code = 'in' then 'late'
            when scenario_side.side_code = 'out' then 'early'
            when scenario_side.side_code = 'apel' then 'late_apel'
        end as event_code
    from scenario_side
    window day as (
        partition by
            scenario_side.scenario_code,
            scenario_side.step_no,
            scenario_side.nip,
            scenario_side.duty_date
    )
    qualify scenario_side.state_code = 'missing' or scenario_side.seconds_off > 0
)

select
    deviating.scenario_code::varchar as scenario_code,
    deviating.step_no::bigint as step_no,
    deviating.nip::varchar as nip,
    deviating.unit_id::varchar as unit_id,
    deviating.duty_date::date as duty_date,
    deviating.side_code::varchar as side_code,
    deviating.event_code::varchar as event_code,
    deviating.event_minutes::bigint as event_minutes,
    band.variant_code::varchar as variant_code,
    band.valid_from::date as band_from,
    band.seconds_from::bigint as seconds_from,
    band.band_code::varchar as band_code,
    band_charge(
        band.charge_code, band.rate_bps, band.charge_minutes, deviating.event_minutes
    )::bigint as first_charge
from deviating
inner join duty_base
    on duty_base.nip = deviating.nip
    and duty_base.duty_date = deviating.duty_date
inner join band
    on band.variant_code = duty_base.variant_code
    and band.event_code = deviating.event_code
    and deviating.duty_date >= band.valid_from
    and deviating.duty_date < band.valid_to
    and deviating.event_seconds >= band.seconds_from
    and (band.seconds_to is null or deviating.event_seconds < band.seconds_to)
    and band.count_from = 1
where deviating.event_code <> 'absent'
    or deviating.side_code = 'in'
