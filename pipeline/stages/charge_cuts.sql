-- Which lump cuts of a disciplinary or like decision does each person's month bear, whatever the attendance?
-- One row per scenario, step, person and kind of cut, on the first duty day of its span in the month.
with counted as (
    select distinct
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip
    from scenario_side
),

bound as (
    select
        duty_base.nip,
        duty_base.unit_id,
        duty_base.duty_date,
        duty_base.tpp_idr,
        leave_rule.kind_code,
        leave_rule.rate_bps,
        leave_rule.reference,
        row_number() over (
            partition by duty_base.nip, leave_rule.kind_code
            order by duty_base.duty_date, absence.absence_id
        ) as day_rank
    from duty_base
    inner join absence
        on absence.nip = duty_base.nip
        and duty_base.duty_date >= absence.valid_from
        and duty_base.duty_date < absence.valid_to
    inner join leave_rule
        on leave_rule.variant_code = duty_base.variant_code
        and leave_rule.kind_code = absence.kind_code
        and duty_base.duty_date >= leave_rule.valid_from
        and duty_base.duty_date < leave_rule.valid_to
        and duty_base.duty_date - absence.valid_from + 1 >= leave_rule.day_from
        and (leave_rule.day_to is null or duty_base.duty_date - absence.valid_from + 1 < leave_rule.day_to)
        and leave_rule.effect_code = 'month_cut'
        and (not leave_rule.needs_letter or absence.letter_no is not null)
)

select
    counted.scenario_code::varchar as scenario_code,
    counted.step_no::bigint as step_no,
    bound.nip::varchar as nip,
    bound.unit_id::varchar as unit_id,
    bound.duty_date::date as duty_date,
    null::varchar as side_code,
    'cut'::varchar as event_code,
    bound.kind_code::varchar as band_code,
    bound.rate_bps::bigint as rate_bps,
    bound.tpp_idr::bigint as base_idr,
    (bound.tpp_idr * bound.rate_bps)::bigint as numerator,
    10000::bigint as denominator,
    bound.reference::varchar as policy_reference
from counted
inner join bound
    on bound.nip = counted.nip
    and bound.day_rank = 1
