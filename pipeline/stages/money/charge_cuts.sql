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
        assessment_rule.cut_merge_code,
        row_number() over (
            partition by duty_base.nip, leave_rule.kind_code
            order by duty_base.duty_date, absence.absence_id
        ) as day_rank
    from duty_base
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
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
),

merged as (  -- of several decisions each costs, or the dearest alone takes the place of the others
    select
        bound.*,
        row_number() over (
            partition by bound.nip, case bound.cut_merge_code when 'sum' then bound.kind_code end
            order by bound.tpp_idr * bound.rate_bps desc, bound.duty_date, bound.kind_code
        ) as merge_rank
    from bound
    where bound.day_rank = 1
)

select
    counted.scenario_code::varchar as scenario_code,
    counted.step_no::bigint as step_no,
    merged.nip::varchar as nip,
    merged.unit_id::varchar as unit_id,
    merged.duty_date::date as duty_date,
    null::varchar as side_code,
    'cut'::varchar as event_code,
    merged.kind_code::varchar as band_code,
    merged.rate_bps::bigint as rate_bps,
    merged.tpp_idr::bigint as base_idr,
    (merged.tpp_idr * merged.rate_bps)::bigint as numerator,
    10000::bigint as denominator,
    merged.reference::varchar as policy_reference
from counted
inner join merged
    on merged.nip = counted.nip
    and merged.merge_rank = 1
