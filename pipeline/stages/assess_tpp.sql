-- What does the month of each person at each OPD cost in each scenario, charge by charge, cap and floor?
-- One row per scenario, step and charge; a monthly cap or floor is a row without day.
with monthly as (  -- by the rule in force on the last duty day at the OPD
    select
        duty_base.nip,
        duty_base.unit_id,
        arg_max(duty_base.variant_code, duty_base.duty_date) as variant_code,
        arg_max(duty_base.rule_from, duty_base.duty_date) as rule_from,
        max(duty_base.duty_date) as last_date,
        arg_max(duty_base.tpp_idr, duty_base.duty_date) as tpp_idr,
        max(duty_base.base_idr) as largest_idr,
        arg_max(duty_base.base_idr, duty_base.duty_date) as last_idr,
        half_up(sum(duty_base.base_idr), count(*)) as mean_idr,
        max(duty_base.unit_days) as unit_days,
        max(duty_base.month_days) as month_days
    from duty_base
    group by duty_base.nip, duty_base.unit_id
),

limited as (  -- an OPD's part of the monthly cap is its part of the person's duty days; one OPD bears it whole
    select
        monthly.nip,
        monthly.unit_id,
        monthly.variant_code,
        monthly.last_date,
        assessment_rule.monthly_cap_bps,
        assessment_rule.rounding_step_idr,
        assessment_rule.rounding_mode_code,
        assessment_rule.reference,
        case assessment_rule.cap_base_code
            when 'largest' then monthly.largest_idr
            when 'last' then monthly.last_idr
            else monthly.mean_idr
        end as base_idr,
        half_up(
            half_up_bps(base_idr, assessment_rule.monthly_cap_bps) * monthly.unit_days, monthly.month_days
        ) as cap_idr,
        half_up(monthly.tpp_idr * monthly.unit_days, monthly.month_days) as tpp_idr
    from monthly
    inner join assessment_rule
        on assessment_rule.variant_code = monthly.variant_code
        and assessment_rule.valid_from = monthly.rule_from
),

summed as (
    select
        priced_charge.scenario_code,
        priced_charge.step_no,
        priced_charge.nip,
        priced_charge.unit_id,
        coalesce(
            sum(priced_charge.deduction_idr) filter (where priced_charge.event_code <> 'cut'), 0
        ) as deduction_idr,
        coalesce(sum(priced_charge.deduction_idr) filter (where priced_charge.event_code = 'cut'), 0) as cut_idr,
        count(*) filter (where priced_charge.event_code = 'absent') as absent_days
    from priced_charge
    group by
        priced_charge.scenario_code, priced_charge.step_no, priced_charge.nip, priced_charge.unit_id
),

capped as (
    select
        summed.scenario_code,
        summed.step_no,
        summed.nip,
        summed.unit_id,
        limited.variant_code,
        limited.last_date,
        limited.monthly_cap_bps,
        limited.base_idr,
        limited.tpp_idr,
        limited.rounding_step_idr,
        limited.rounding_mode_code,
        limited.reference,
        summed.absent_days,
        summed.cut_idr,
        summed.deduction_idr,
        case  -- a lump cut is no discipline: it stands beside the cap, and both together never exceed the TPP
            when summed.cut_idr = 0 then least(summed.deduction_idr, limited.cap_idr)
            else least(summed.deduction_idr, limited.cap_idr, greatest(0, limited.tpp_idr - summed.cut_idr))
        end as kept_idr
    from summed
    inner join limited
        on limited.nip = summed.nip
        and limited.unit_id = summed.unit_id
),

attended as (  -- of the duty days that no leave excuses, those without a whole day's absence
    select
        duty.nip,
        duty.unit_id,
        count(*) filter (where not duty.is_excused) as counting_days
    from duty
    group by duty.nip, duty.unit_id
),

floored as (
    select
        capped.scenario_code,
        capped.step_no,
        capped.nip,
        capped.unit_id,
        10000 - attendance_floor.pays_bps as rate_bps,
        greatest(0, capped.tpp_idr - capped.cut_idr - capped.kept_idr) as base_idr,
        round_idr(
            greatest(0, capped.tpp_idr - capped.cut_idr - capped.kept_idr) * (10000 - attendance_floor.pays_bps),
            10000,
            capped.rounding_step_idr,
            capped.rounding_mode_code
        ) as deduction_idr,
        attendance_floor.reference
    from capped
    inner join attended
        on attended.nip = capped.nip
        and attended.unit_id = capped.unit_id
    inner join attendance_floor
        on attendance_floor.variant_code = capped.variant_code
        and capped.last_date >= attendance_floor.valid_from
        and capped.last_date < attendance_floor.valid_to
        and (attended.counting_days - capped.absent_days) * 10000
        >= attendance_floor.share_from_bps * attended.counting_days
        and (attended.counting_days - capped.absent_days) * 10000
        < attendance_floor.share_to_bps * attended.counting_days
),

listed as (
    select
        priced_charge.scenario_code,
        priced_charge.step_no,
        priced_charge.nip,
        priced_charge.unit_id,
        priced_charge.duty_date,
        priced_charge.side_code,
        priced_charge.band_code,
        priced_charge.rate_bps,
        priced_charge.base_idr,
        priced_charge.deduction_idr,
        priced_charge.policy_reference
    from priced_charge
    union all
    select
        capped.scenario_code,
        capped.step_no,
        capped.nip,
        capped.unit_id,
        null::date as duty_date,
        null::varchar as side_code,
        'cap' as band_code,
        capped.monthly_cap_bps as rate_bps,
        capped.base_idr,
        capped.kept_idr - capped.deduction_idr as deduction_idr,
        capped.reference as policy_reference
    from capped
    where capped.kept_idr < capped.deduction_idr
    union all
    select
        floored.scenario_code,
        floored.step_no,
        floored.nip,
        floored.unit_id,
        null::date as duty_date,
        null::varchar as side_code,
        'floor' as band_code,
        floored.rate_bps,
        floored.base_idr,
        floored.deduction_idr,
        floored.reference as policy_reference
    from floored
)

select
    listed.scenario_code::varchar as scenario_code,
    listed.step_no::bigint as step_no,
    listed.nip::varchar as nip,
    listed.unit_id::varchar as unit_id,
    listed.duty_date::date as duty_date,
    listed.side_code::varchar as side_code,
    listed.band_code::varchar as band_code,
    listed.rate_bps::bigint as rate_bps,
    listed.base_idr::bigint as base_idr,
    listed.deduction_idr::bigint as deduction_idr,
    listed.policy_reference::varchar as policy_reference
from listed
