-- Which part of its base does each late, early or missing side cost, after merging in the day and counting in the month?
-- One row per scenario, step, person, day and side that costs.
-- Known caveat: of a day's events, those that merging drops do not count towards escalation either.
with ranked as (  -- of a day's events: all, one of each band, or the dearest
    select
        side_band.*,
        duty_base.base_idr,
        duty_base.divisor,
        coalesce(assessment_rule.day_minutes, 1) as day_minutes,
        row_number() over (
            partition by
                side_band.scenario_code,
                side_band.step_no,
                side_band.nip,
                side_band.duty_date,
                case assessment_rule.day_merge_code
                    when 'sum' then side_band.side_code
                    when 'same_code' then side_band.band_code
                end
            order by side_band.first_charge desc, side_band.side_code
        ) as merge_rank
    from side_band
    inner join duty_base
        on duty_base.nip = side_band.nip
        and duty_base.duty_date = side_band.duty_date
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
),

merged as (
    select
        ranked.*,
        row_number() over (
            partition by ranked.scenario_code, ranked.step_no, ranked.nip, ranked.band_code
            order by ranked.duty_date, ranked.side_code
        ) as count_no
    from ranked
    where ranked.merge_rank = 1
)

select
    merged.scenario_code::varchar as scenario_code,
    merged.step_no::bigint as step_no,
    merged.nip::varchar as nip,
    merged.unit_id::varchar as unit_id,
    merged.duty_date::date as duty_date,
    merged.side_code::varchar as side_code,
    merged.event_code::varchar as event_code,
    merged.band_code::varchar as band_code,
    band.rate_bps::bigint as rate_bps,
    half_up(merged.base_idr, merged.divisor) as base_idr,
    (
        merged.base_idr * band_charge(band.charge_code, band.rate_bps, band.charge_minutes, merged.event_minutes)
    )::bigint as numerator,
    (10000 * merged.divisor * merged.day_minutes)::bigint as denominator,
    band.reference::varchar as policy_reference
from merged
inner join band
    on band.variant_code = merged.variant_code
    and band.event_code = merged.event_code
    and band.valid_from = merged.band_from
    and band.seconds_from = merged.seconds_from
    and merged.count_no >= band.count_from
    and (band.count_to is null or merged.count_no < band.count_to)
