-- Is every lump cut charged in each scenario and step, and no other?
-- One row per person with a duty; the count beside the one that it must equal.
-- Where the policy lets the dearest of several cuts take the place of the others, they count as one.
with bound as (
    select
        duty.nip,
        absence.kind_code,
        arg_min(assessment_rule.cut_merge_code, duty.duty_date) as cut_merge_code
    from duty
    inner join assessment_rule
        on assessment_rule.variant_code = duty.variant_code
        and duty.duty_date between assessment_rule.valid_from and assessment_rule.valid_to - 1
    inner join absence
        on absence.nip = duty.nip
        and duty.duty_date between absence.valid_from and absence.valid_to - 1
    where exists (
        select 1
        from leave_rule
        where leave_rule.variant_code = duty.variant_code
            and leave_rule.kind_code = absence.kind_code
            and leave_rule.effect_code = 'month_cut'
            and duty.duty_date between leave_rule.valid_from and leave_rule.valid_to - 1
            and duty.duty_date >= absence.valid_from + leave_rule.day_from::integer - 1
            and (leave_rule.day_to is null or duty.duty_date < absence.valid_from + leave_rule.day_to::integer - 1)
            and (absence.letter_no is not null or not leave_rule.needs_letter)
    )
    group by duty.nip, absence.kind_code
),

due as (
    select
        bound.nip,
        count(*) filter (where bound.cut_merge_code = 'sum')
        + count(distinct bound.cut_merge_code) filter (where bound.cut_merge_code <> 'sum') as cut_count
    from bound
    group by bound.nip
)

select
    owing.nip::varchar as nip,
    (
        coalesce((select due.cut_count from due where due.nip = owing.nip), 0)
        * (3 + (  -- recorded, restored and potential, and a step for each finding that could move money
            select count(*)
            from candidate
            where candidate.nip = owing.nip
        ))
    )::bigint as cut_count,
    (
        select count(*)
        from cut_charge
        where cut_charge.nip = owing.nip
    )::bigint as charged_cut_count
from (select distinct duty.nip from duty) as owing
