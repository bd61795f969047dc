-- What limits the deductions of each person's month at each OPD: which cap, and which part of the TPP?
-- One row per person and OPD with a duty, by the assessment rule in force on the last duty day there.
-- An OPD's part of cap and TPP is its part of the person's duty days; one OPD bears both whole.
with monthly as (
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
)

select
    monthly.nip::varchar as nip,
    monthly.unit_id::varchar as unit_id,
    monthly.variant_code::varchar as variant_code,
    monthly.last_date::date as last_date,
    assessment_rule.monthly_cap_bps::bigint as monthly_cap_bps,
    case assessment_rule.cap_base_code
        when 'largest' then monthly.largest_idr
        when 'last' then monthly.last_idr
        else monthly.mean_idr
    end::bigint as base_idr,
    half_up(
        half_up_bps(base_idr, assessment_rule.monthly_cap_bps) * monthly.unit_days, monthly.month_days
    ) as cap_idr,
    half_up(monthly.tpp_idr * monthly.unit_days, monthly.month_days) as tpp_idr,
    assessment_rule.rounding_step_idr::bigint as rounding_step_idr,
    assessment_rule.rounding_mode_code::varchar as rounding_mode_code,
    assessment_rule.reference::varchar as policy_reference
from monthly
inner join assessment_rule
    on assessment_rule.variant_code = monthly.variant_code
    and assessment_rule.valid_from = monthly.rule_from
