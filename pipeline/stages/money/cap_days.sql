-- What does the cap of a day give back of its charges?
-- One row per scenario, step, person and day that its cap binds.
-- Only a day on which the person came has a cap: whole days of absence, leave and lump cuts stand outside it.
with daily as (
    select
        priced_charge.scenario_code,
        priced_charge.step_no,
        priced_charge.nip,
        priced_charge.unit_id,
        priced_charge.duty_date,
        sum(priced_charge.deduction_idr) as deduction_idr
    from priced_charge
    where priced_charge.event_code not in ('absent', 'leave', 'cut')
    group by
        priced_charge.scenario_code,
        priced_charge.step_no,
        priced_charge.nip,
        priced_charge.unit_id,
        priced_charge.duty_date
),

capped as (
    select
        daily.*,
        duty_base.base_idr,
        duty_base.divisor,
        assessment_rule.day_cap_bps,
        assessment_rule.reference,
        round_idr(
            duty_base.base_idr::hugeint * assessment_rule.day_cap_bps,
            10000 * duty_base.divisor,
            assessment_rule.rounding_step_idr,
            assessment_rule.rounding_mode_code
        ) as cap_idr
    from daily
    inner join duty_base
        on duty_base.nip = daily.nip
        and duty_base.duty_date = daily.duty_date
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
)

select
    capped.scenario_code::varchar as scenario_code,
    capped.step_no::bigint as step_no,
    capped.nip::varchar as nip,
    capped.unit_id::varchar as unit_id,
    capped.duty_date::date as duty_date,
    null::varchar as side_code,
    'day_cap'::varchar as event_code,
    'day_cap'::varchar as band_code,
    capped.day_cap_bps::bigint as rate_bps,
    half_up(capped.base_idr, capped.divisor) as base_idr,
    (capped.cap_idr - capped.deduction_idr)::bigint as deduction_idr,
    capped.reference::varchar as policy_reference
from capped
where capped.deduction_idr > capped.cap_idr
