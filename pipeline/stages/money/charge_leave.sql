-- What does each day of leave cost?
-- One row per scenario, step, person and day of leave that costs.
with counted as (  -- the people and days of each scenario, whatever their sides
    select distinct
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip,
        scenario_side.duty_date
    from scenario_side
    where scenario_side.state_code = 'excused'
),

ruled as (
    select
        counted.scenario_code,
        counted.step_no,
        counted.nip,
        counted.duty_date,
        duty_base.unit_id,
        duty_base.base_idr,
        duty_base.divisor,
        duty_base.day_no,
        duty_base.month_days,
        leave_day.kind_code,
        leave_day.effect_code,
        leave_day.rate_bps,
        leave_day.policy_reference,
        row_number() over (
            partition by counted.scenario_code, counted.step_no, counted.nip, leave_day.kind_code
            order by counted.duty_date
        ) as kind_day_no
    from counted
    inner join duty_base
        on duty_base.nip = counted.nip
        and duty_base.duty_date = counted.duty_date
    inner join leave_day
        on leave_day.nip = counted.nip
        and leave_day.duty_date = counted.duty_date
        and leave_day.effect_code in ('day_rate', 'month_rate', 'no_tpp')
)

select
    ruled.scenario_code::varchar as scenario_code,
    ruled.step_no::bigint as step_no,
    ruled.nip::varchar as nip,
    ruled.unit_id::varchar as unit_id,
    ruled.duty_date::date as duty_date,
    null::varchar as side_code,
    'leave'::varchar as event_code,
    ruled.kind_code::varchar as band_code,
    case when ruled.effect_code <> 'no_tpp' then ruled.rate_bps end::bigint as rate_bps,
    case
        when ruled.effect_code = 'day_rate' then half_up(ruled.base_idr, ruled.divisor)
        else ruled.base_idr
    end::bigint as base_idr,
    case
        when ruled.effect_code <> 'no_tpp' then ruled.base_idr * ruled.rate_bps
        -- the running half-up share of day n less that of day n - 1: a whole month sums to the base exactly
        else half_up(ruled.base_idr * ruled.day_no, ruled.month_days)
            - half_up(ruled.base_idr * (ruled.day_no - 1), ruled.month_days)
    end::bigint as numerator,
    case ruled.effect_code
        when 'day_rate' then 10000 * ruled.divisor
        when 'month_rate' then 10000
        else 1
    end::bigint as denominator,
    ruled.policy_reference::varchar as policy_reference
from ruled
where ruled.effect_code <> 'month_rate'
    or ruled.kind_day_no = 1
