-- What do the charges of a month come to, and how much of them stays under the cap of the month?
-- One row per scenario, step, person and OPD with a charge.
-- A lump cut is no discipline: it stands beside the cap, and both together never exceed the TPP.
with charged as (
    select priced_charge.* from priced_charge
    union all
    select day_cap.* from day_cap
),

summed as (
    select
        charged.scenario_code,
        charged.step_no,
        charged.nip,
        charged.unit_id,
        coalesce(sum(charged.deduction_idr) filter (where charged.event_code <> 'cut'), 0) as deduction_idr,
        coalesce(sum(charged.deduction_idr) filter (where charged.event_code = 'cut'), 0) as cut_idr,
        count(*) filter (where charged.event_code = 'absent') as absent_days
    from charged
    group by charged.scenario_code, charged.step_no, charged.nip, charged.unit_id
)

select
    summed.scenario_code::varchar as scenario_code,
    summed.step_no::bigint as step_no,
    summed.nip::varchar as nip,
    summed.unit_id::varchar as unit_id,
    summed.absent_days::bigint as absent_days,
    summed.cut_idr::bigint as cut_idr,
    summed.deduction_idr::bigint as deduction_idr,
    case
        when summed.cut_idr = 0 then least(summed.deduction_idr, month_limit.cap_idr)
        else least(summed.deduction_idr, month_limit.cap_idr, greatest(0, month_limit.tpp_idr - summed.cut_idr))
    end::bigint as kept_idr
from summed
inner join month_limit
    on month_limit.nip = summed.nip
    and month_limit.unit_id = summed.unit_id
