-- What does each charge come to in whole rupiah, and what does the cap of its day give back?
-- One row per scenario, step and charge, and one per day that its cap binds.
with gathered as (
    select side_charge.* from side_charge
    union all
    select leave_charge.* from leave_charge
    union all
    select cut_charge.* from cut_charge
),

ruled as (  -- where the month's sum is rounded, a charge costs the running sum up to it less that before it
    select
        gathered.*,
        duty_base.base_idr as month_base_idr,
        duty_base.divisor,
        assessment_rule.day_cap_bps,
        assessment_rule.rounding_step_idr,
        assessment_rule.rounding_mode_code,
        assessment_rule.rounding_at_code,
        assessment_rule.reference,
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
),

priced as (
    select
        ruled.*,
        case ruled.rounding_at_code
            when 'event' then round_idr(
                ruled.numerator, ruled.denominator, ruled.rounding_step_idr, ruled.rounding_mode_code
            )
            else round_idr(
                ruled.running, ruled.denominator, ruled.rounding_step_idr, ruled.rounding_mode_code
            ) - round_idr(
                ruled.running - ruled.numerator,
                ruled.denominator,
                ruled.rounding_step_idr,
                ruled.rounding_mode_code
            )
        end as deduction_idr
    from ruled
),

capped as (  -- only a day on which the person came has a cap (domain.md 1.2, row 13)
    select
        priced.scenario_code,
        priced.step_no,
        priced.nip,
        priced.unit_id,
        priced.duty_date,
        priced.day_cap_bps,
        priced.month_base_idr,
        priced.divisor,
        priced.reference,
        round_idr(
            priced.month_base_idr::hugeint * priced.day_cap_bps,
            10000 * priced.divisor,
            priced.rounding_step_idr,
            priced.rounding_mode_code
        ) as cap_idr,
        sum(priced.deduction_idr) as deduction_idr
    from priced
    where priced.event_code not in ('absent', 'leave', 'cut')
    group by all
)

select
    priced.scenario_code::varchar as scenario_code,
    priced.step_no::bigint as step_no,
    priced.nip::varchar as nip,
    priced.unit_id::varchar as unit_id,
    priced.duty_date::date as duty_date,
    priced.side_code::varchar as side_code,
    priced.event_code::varchar as event_code,
    priced.band_code::varchar as band_code,
    priced.rate_bps::bigint as rate_bps,
    priced.base_idr::bigint as base_idr,
    priced.deduction_idr::bigint as deduction_idr,
    priced.policy_reference::varchar as policy_reference
from priced
union all
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
    half_up(capped.month_base_idr, capped.divisor) as base_idr,
    (capped.cap_idr - capped.deduction_idr)::bigint as deduction_idr,
    capped.reference::varchar as policy_reference
from capped
where capped.deduction_idr > capped.cap_idr
