-- Which part of its base does each late, early or missing side cost?
-- One row per scenario, step, person, day and side that costs; a day with every side missing is one event.
with deviating as (
    select
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip,
        scenario_side.unit_id,
        scenario_side.duty_date,
        scenario_side.side_code,
        scenario_side.minutes_off as event_minutes,
        case when scenario_side.state_code = 'missing' then 0 else scenario_side.seconds_off end as event_seconds,
        case
            when count(*) over day > 1
                and count(*) over day = count(*) filter (where scenario_side.state_code = 'missing') over day
                then 'absent'
            when scenario_side.state_code = 'missing' then 'missing_' || scenario_side.side_code
            when scenario_side.side_code = 'in' then 'late'
            when scenario_side.side_code = 'out' then 'early'
            when scenario_side.side_code = 'apel' then 'late_apel'
        end as event_code
    from scenario_side
    window day as (
        partition by
            scenario_side.scenario_code,
            scenario_side.step_no,
            scenario_side.nip,
            scenario_side.duty_date
    )
    qualify scenario_side.state_code = 'missing' or scenario_side.seconds_off > 0
),

placed as (  -- the band, as at its first occurrence; a whole day's absence is booked on the check-in
    select
        deviating.scenario_code,
        deviating.step_no,
        deviating.nip,
        deviating.unit_id,
        deviating.duty_date,
        deviating.side_code,
        deviating.event_code,
        deviating.event_minutes,
        duty_base.variant_code,
        duty_base.base_idr,
        duty_base.divisor,
        coalesce(assessment_rule.day_minutes, 1) as day_minutes,
        assessment_rule.day_merge_code,
        band.band_code,
        band.valid_from as band_from,
        band.seconds_from,
        case band.charge_code
            when 'rate' then band.rate_bps
            when 'minutes' then 10000 * band.charge_minutes
            when 'own_minutes' then 10000 * deviating.event_minutes
        end as first_charge
    from deviating
    inner join duty_base
        on duty_base.nip = deviating.nip
        and duty_base.duty_date = deviating.duty_date
    inner join assessment_rule
        on assessment_rule.variant_code = duty_base.variant_code
        and assessment_rule.valid_from = duty_base.rule_from
    inner join band
        on band.variant_code = duty_base.variant_code
        and band.event_code = deviating.event_code
        and deviating.duty_date >= band.valid_from
        and deviating.duty_date < band.valid_to
        and deviating.event_seconds >= band.seconds_from
        and (band.seconds_to is null or deviating.event_seconds < band.seconds_to)
        and band.count_from = 1
    where deviating.event_code <> 'absent'
        or deviating.side_code = 'in'
),

merged as (  -- of a day's events: all, one of each band, or the dearest
    select
        placed.*,
        row_number() over (
            partition by placed.scenario_code, placed.step_no, placed.nip, placed.band_code
            order by placed.duty_date, placed.side_code
        ) as count_no
    from (
        select
            placed.*,
            row_number() over (
                partition by
                    placed.scenario_code,
                    placed.step_no,
                    placed.nip,
                    placed.duty_date,
                    case placed.day_merge_code
                        when 'sum' then placed.side_code
                        when 'same_code' then placed.band_code
                    end
                order by placed.first_charge desc, placed.side_code
            ) as merge_rank
        from placed
    ) as placed
    where placed.merge_rank = 1
),

charged as (  -- the rate of this occurrence in the month
    select
        merged.*,
        band.rate_bps,
        band.reference,
        case band.charge_code
            when 'rate' then band.rate_bps
            when 'minutes' then 10000 * band.charge_minutes
            when 'own_minutes' then 10000 * merged.event_minutes
        end as charge
    from merged
    inner join band
        on band.variant_code = merged.variant_code
        and band.event_code = merged.event_code
        and band.valid_from = merged.band_from
        and band.seconds_from = merged.seconds_from
        and merged.count_no >= band.count_from
        and (band.count_to is null or merged.count_no < band.count_to)
)

select
    charged.scenario_code::varchar as scenario_code,
    charged.step_no::bigint as step_no,
    charged.nip::varchar as nip,
    charged.unit_id::varchar as unit_id,
    charged.duty_date::date as duty_date,
    charged.side_code::varchar as side_code,
    charged.event_code::varchar as event_code,
    charged.band_code::varchar as band_code,
    charged.rate_bps::bigint as rate_bps,
    half_up(charged.base_idr, charged.divisor) as base_idr,
    (charged.base_idr * charged.charge)::bigint as numerator,
    (10000 * charged.divisor * charged.day_minutes)::bigint as denominator,
    charged.reference::varchar as policy_reference
from charged
