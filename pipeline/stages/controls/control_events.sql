-- Is every day with a late, early or missing side charged in each scenario and step, and no other?
-- One row per person and OPD with a duty; the count beside the one that it must equal.
with deviating as (
    select
        scenario_side.nip,
        scenario_side.unit_id,
        count(distinct (scenario_side.scenario_code, scenario_side.step_no, scenario_side.duty_date)) as day_count
    from scenario_side
    where scenario_side.state_code in ('late', 'early', 'missing')
    group by scenario_side.nip, scenario_side.unit_id
),

charged as (
    select
        side_charge.nip,
        side_charge.unit_id,
        count(distinct (side_charge.scenario_code, side_charge.step_no, side_charge.duty_date)) as day_count
    from side_charge
    group by side_charge.nip, side_charge.unit_id
)

select
    owing.nip::varchar as nip,
    owing.unit_id::varchar as unit_id,
    coalesce(deviating.day_count, 0)::bigint as off_day_count,
    coalesce(charged.day_count, 0)::bigint as charged_day_count
from (select distinct duty.nip, duty.unit_id from duty) as owing
left join deviating
    on deviating.nip = owing.nip
    and deviating.unit_id = owing.unit_id
left join charged
    on charged.nip = owing.nip
    and charged.unit_id = owing.unit_id
