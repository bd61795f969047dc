-- What does each late, early or missing side, each day of leave and each monthly cap cost in each scenario?
-- One row per scenario, step and deduction event; excused, on-time and provisional sides have none.
with based as (  -- every rate applies to the discipline share of the TPP in force that day
    select
        duty.nip,
        duty.duty_date,
        duty.unit_id,
        duty.absence_kind_code,
        duty.is_excused,
        half_up_bps(duty.tpp_idr, policy_period.base_share_bps) as base_idr,
        policy_period.monthly_cap_bps,
        policy_period.reference,
        row_number() over (partition by duty.nip order by duty.duty_date) as day_no,
        count(*) over (partition by duty.nip) as month_days,
        count(*) over (partition by duty.nip, duty.unit_id) as unit_days
    from duty
    inner join policy_period
        on duty.duty_date >= policy_period.valid_from
        and duty.duty_date < policy_period.valid_to
),

deviating as (  -- both sides missing are one event, booked on the check-in
    select
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip,
        scenario_side.unit_id,
        scenario_side.duty_date,
        scenario_side.side_code,
        coalesce(scenario_side.minutes_off, 0) as event_minutes,
        case
            when scenario_side.state_code in ('late', 'early') then scenario_side.state_code
            when count(*) over day > 1 then 'absent'
            when scenario_side.side_code = 'in' then 'missing_in'
            else 'missing_out'
        end as event_code
    from scenario_side
    where scenario_side.state_code in ('late', 'early', 'missing')
        and scenario_side.side_code in ('in', 'out')
    window day as (
        partition by
            scenario_side.scenario_code,
            scenario_side.step_no,
            scenario_side.nip,
            scenario_side.duty_date,
            scenario_side.state_code
    )
),

banded as (
    select
        deviating.scenario_code,
        deviating.step_no,
        deviating.nip,
        deviating.unit_id,
        deviating.duty_date,
        deviating.side_code,
        band.band_code,
        band.rate_bps,
        based.base_idr,
        half_up_bps(based.base_idr, band.rate_bps) as deduction_idr,
        band.reference as policy_reference
    from deviating
    inner join based
        on based.nip = deviating.nip
        and based.duty_date = deviating.duty_date
    inner join band
        on band.event_code = deviating.event_code
        and deviating.duty_date >= band.valid_from
        and deviating.duty_date < band.valid_to
        and deviating.event_minutes >= band.minutes_from
        and deviating.event_minutes < coalesce(band.minutes_to, deviating.event_minutes + 1)
    where deviating.event_code <> 'absent'
        or deviating.side_code = 'in'
),

counted as (  -- the people and days of each scenario, whatever their sides
    select distinct
        scenario_side.scenario_code,
        scenario_side.step_no,
        scenario_side.nip,
        scenario_side.duty_date
    from scenario_side
    where scenario_side.state_code = 'excused'
),

charged as (  -- leave that costs: a rate for the day, or the day's part of the base (no TPP)
    select
        counted.scenario_code,
        counted.step_no,
        counted.nip,
        based.unit_id,
        counted.duty_date,
        null::varchar as side_code,
        leave_rule.kind_code as band_code,
        case
            when leave_rule.effect_code = 'day_rate' then leave_rule.rate_bps
        end as rate_bps,
        based.base_idr,
        case
            when leave_rule.effect_code = 'day_rate' then half_up_bps(based.base_idr, leave_rule.rate_bps)
            -- the running half-up share of day n less that of day n - 1: a whole month sums to the base exactly
            else (2 * based.base_idr * based.day_no + based.month_days) // (2 * based.month_days)
                - (2 * based.base_idr * (based.day_no - 1) + based.month_days) // (2 * based.month_days)
        end as deduction_idr,
        leave_rule.reference as policy_reference
    from counted
    inner join based
        on based.nip = counted.nip
        and based.duty_date = counted.duty_date
    inner join leave_rule
        on leave_rule.kind_code = based.absence_kind_code
        and counted.duty_date >= leave_rule.valid_from
        and counted.duty_date < leave_rule.valid_to
        and leave_rule.effect_code in ('day_rate', 'no_tpp')
),

itemized as (
    select
        banded.scenario_code,
        banded.step_no,
        banded.nip,
        banded.unit_id,
        banded.duty_date,
        banded.side_code,
        banded.band_code,
        banded.rate_bps,
        banded.base_idr,
        banded.deduction_idr,
        banded.policy_reference
    from banded
    union all
    select
        charged.scenario_code,
        charged.step_no,
        charged.nip,
        charged.unit_id,
        charged.duty_date,
        charged.side_code,
        charged.band_code,
        charged.rate_bps,
        charged.base_idr,
        charged.deduction_idr,
        charged.policy_reference
    from charged
),

limited as (  -- an OPD's part of the monthly cap is its part of the person's duty days; one OPD bears it whole
    select
        based.nip,
        based.unit_id,
        max(based.base_idr) as base_idr,
        arg_max(based.monthly_cap_bps, based.duty_date) as monthly_cap_bps,
        arg_max(based.reference, based.duty_date) as policy_reference,
        (2 * half_up_bps(max(based.base_idr), arg_max(based.monthly_cap_bps, based.duty_date))
            * max(based.unit_days) + max(based.month_days)) // (2 * max(based.month_days)) as cap_idr
    from based
    group by based.nip, based.unit_id
),

summed as (
    select
        itemized.scenario_code,
        itemized.step_no,
        itemized.nip,
        itemized.unit_id,
        sum(itemized.deduction_idr) as deduction_idr
    from itemized
    group by itemized.scenario_code, itemized.step_no, itemized.nip, itemized.unit_id
),

capped as (
    select
        summed.scenario_code,
        summed.step_no,
        summed.nip,
        summed.unit_id,
        null::date as duty_date,
        null::varchar as side_code,
        'cap' as band_code,
        limited.monthly_cap_bps as rate_bps,
        limited.base_idr,
        limited.cap_idr - summed.deduction_idr as deduction_idr,
        limited.policy_reference
    from summed
    inner join limited
        on limited.nip = summed.nip
        and limited.unit_id = summed.unit_id
    where summed.deduction_idr > limited.cap_idr
),

listed as (
    select
        itemized.scenario_code,
        itemized.step_no,
        itemized.nip,
        itemized.unit_id,
        itemized.duty_date,
        itemized.side_code,
        itemized.band_code,
        itemized.rate_bps,
        itemized.base_idr,
        itemized.deduction_idr,
        itemized.policy_reference
    from itemized
    union all
    select
        capped.scenario_code,
        capped.step_no,
        capped.nip,
        capped.unit_id,
        capped.duty_date,
        capped.side_code,
        capped.band_code,
        capped.rate_bps,
        capped.base_idr,
        capped.deduction_idr,
        capped.policy_reference
    from capped
)

select
    listed.scenario_code::varchar as scenario_code,
    listed.step_no::bigint as step_no,
    listed.nip::varchar as nip,
    listed.unit_id::varchar as unit_id,
    listed.duty_date::date as duty_date,
    listed.side_code::varchar as side_code,
    listed.band_code::varchar as band_code,
    listed.rate_bps::bigint as rate_bps,
    listed.base_idr::bigint as base_idr,
    listed.deduction_idr::bigint as deduction_idr,
    listed.policy_reference::varchar as policy_reference
from listed
