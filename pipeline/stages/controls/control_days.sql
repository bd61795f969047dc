-- Does each day on which the person came cost no more than its cap?
-- One row per person and OPD with a duty; the count beside the one that it must equal.
with costing as (
    select
        assessment.scenario_code,
        assessment.step_no,
        assessment.nip,
        assessment.unit_id,
        assessment.duty_date,
        sum(assessment.deduction_idr) as deduction_idr
    from assessment
    where (assessment.side_code is not null or assessment.band_code = 'day_cap')
        and not exists (
            select 1
            from side_charge
            where side_charge.scenario_code = assessment.scenario_code
                and side_charge.step_no = assessment.step_no
                and side_charge.nip = assessment.nip
                and side_charge.duty_date = assessment.duty_date
                and side_charge.event_code = 'absent'
        )
    group by all
),

capped as (
    select
        costing.nip,
        costing.unit_id,
        count(*) as capped_count,
        count(*) filter (
            where costing.deduction_idr <= round_idr(
                duty_base.base_idr::hugeint * assessment_rule.day_cap_bps,
                10000 * duty_base.divisor,
                assessment_rule.rounding_step_idr,
                assessment_rule.rounding_mode_code
            )
        ) as within_count
    from costing
    inner join duty_base
        on duty_base.nip = costing.nip
        and duty_base.duty_date = costing.duty_date
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
        and assessment_rule.day_cap_bps is not null
    group by costing.nip, costing.unit_id
)

select
    owing.nip::varchar as nip,
    owing.unit_id::varchar as unit_id,
    coalesce(capped.capped_count, 0)::bigint as capped_count,
    coalesce(capped.within_count, 0)::bigint as within_count
from (select distinct duty.nip, duty.unit_id from duty) as owing
left join capped
    on capped.nip = owing.nip
    and capped.unit_id = owing.unit_id
