-- What does each charge come to in whole rupiah?
-- One row per scenario, step and charge of a side, a day of leave or a lump cut.
-- Where the policy rounds the month's sum, a charge costs the running sum up to it less that before it.
with gathered as (
    select side_charge.* from side_charge
    union all
    select leave_charge.* from leave_charge
    union all
    select cut_charge.* from cut_charge
),

ruled as (
    select
        gathered.*,
        assessment_rule.rounding_step_idr,
        assessment_rule.rounding_mode_code,
        assessment_rule.rounding_at_code,
        sum(gathered.numerator) over (
            partition by
                gathered.scenario_code,
                gathered.step_no,
                gathered.nip,
                gathered.unit_id,
                gathered.denominator,
                assessment_rule.rounding_step_idr,
                assessment_rule.rounding_mode_code,
                assessment_rule.rounding_at_code
            order by gathered.duty_date, gathered.side_code, gathered.band_code
        ) as running
    from gathered
    inner join duty_base
        on duty_base.nip = gathered.nip
        and duty_base.duty_date = gathered.duty_date
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
)

select
    ruled.scenario_code::varchar as scenario_code,
    ruled.step_no::bigint as step_no,
    ruled.nip::varchar as nip,
    ruled.unit_id::varchar as unit_id,
    ruled.duty_date::date as duty_date,
    ruled.side_code::varchar as side_code,
    ruled.event_code::varchar as event_code,
    ruled.band_code::varchar as band_code,
    ruled.rate_bps::bigint as rate_bps,
    ruled.base_idr::bigint as base_idr,
    case ruled.rounding_at_code
        when 'event' then round_idr(
            ruled.numerator, ruled.denominator, ruled.rounding_step_idr, ruled.rounding_mode_code
        )
        else round_idr(
            ruled.running, ruled.denominator, ruled.rounding_step_idr, ruled.rounding_mode_code
        ) - round_idr(
            ruled.running - ruled.numerator, ruled.denominator, ruled.rounding_step_idr, ruled.rounding_mode_code
        )
    end::bigint as deduction_idr,
    ruled.policy_reference::varchar as policy_reference
from ruled
