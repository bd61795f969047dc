-- Which punches cannot have happened as recorded, or were entered in bulk?
-- One row per punch of a duty and reason; a policy without the number does not ask.
with placed as (
    select
        punch.punch_id,
        punch.nip,
        punch.punched_at,
        punch.channel_code,
        punch.device_id,
        duty.unit_id,
        machine.unit_id as machine_unit_id,
        machine.has_seconds and not machine.is_several as reads_one_by_one,
        policy_period.same_second_people_count,
        policy_period.same_manual_people_count,
        policy_period.travel_minutes
    from punch
    inner join punch_placement
        on punch.punch_id = punch_placement.punch_id
    inner join duty
        on punch_placement.nip = duty.nip
        and punch_placement.duty_date = duty.duty_date
    inner join policy_period
        on punch_placement.duty_date >= policy_period.valid_from
        and punch_placement.duty_date < policy_period.valid_to
    left join machine
        on punch.channel_code = 'device'
        and punch.device_id = machine.device_id
    where punch.channel_code = 'manual' or machine.device_id is not null
),

crowded as (
    select
        placed.device_id,
        placed.punched_at
    from placed
    where placed.reads_one_by_one
    group by placed.device_id, placed.punched_at
    having count(distinct placed.nip) >= min(placed.same_second_people_count)
),

copied as (  -- in one OPD, one time for many: a list that was filled in, not signed one by one
    select
        placed.unit_id,
        placed.punched_at
    from placed
    where placed.channel_code = 'manual'
    group by placed.unit_id, placed.punched_at
    having count(distinct placed.nip) >= min(placed.same_manual_people_count)
),

travelling as (  -- at machines of two OPD; no input says how far these are apart
    select
        placed.punch_id,
        placed.travel_minutes,
        placed.machine_unit_id <> lag(placed.machine_unit_id) over in_time as is_elsewhere_before,
        placed.machine_unit_id <> lead(placed.machine_unit_id) over in_time as is_elsewhere_after,
        minutes_between(lag(placed.punched_at) over in_time, placed.punched_at) as minutes_before,
        minutes_between(placed.punched_at, lead(placed.punched_at) over in_time) as minutes_after
    from placed
    where placed.channel_code = 'device'
    window in_time as (partition by placed.nip order by placed.punched_at, placed.punch_id)
),

doubted as (
    select
        placed.punch_id,
        'same_second' as doubt_code
    from placed
    inner join crowded
        on placed.device_id = crowded.device_id
        and placed.punched_at = crowded.punched_at
    where placed.channel_code = 'device'
    union all
    select
        placed.punch_id,
        'same_manual' as doubt_code
    from placed
    inner join copied
        on placed.unit_id = copied.unit_id
        and placed.punched_at = copied.punched_at
    where placed.channel_code = 'manual'
    union all
    select
        travelling.punch_id,
        'impossible_trip' as doubt_code
    from travelling
    where (travelling.is_elsewhere_before and travelling.minutes_before < travelling.travel_minutes)
        or (travelling.is_elsewhere_after and travelling.minutes_after < travelling.travel_minutes)
)

select
    doubted.punch_id,
    doubted.doubt_code
from doubted
