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
    where punch.channel_code = 'manual' or (punch.channel_code = 'device' and punch.device_id is not null)
),

reading as (
    select
        placed.device_id,
        placed.punched_at,
        count(distinct placed.nip) as people_count,
        min(placed.same_second_people_count) as doubted_count
    from placed
    where placed.channel_code = 'device'
    group by placed.device_id, placed.punched_at
),

several as (  -- chance makes smaller meetings more often than larger ones: such a name stands for several machines
    select
        reading.device_id
    from reading
    where reading.people_count > 1
    group by reading.device_id
    having count(*) filter (where reading.people_count < reading.doubted_count)
        > count(*) filter (where reading.people_count >= reading.doubted_count)
),

crowded as (  -- one machine reads people one after another
    select
        reading.device_id,
        reading.punched_at
    from reading
    left join several
        on reading.device_id = several.device_id
    where reading.people_count >= reading.doubted_count
        and several.device_id is null
),

ticking as (  -- a machine that writes whole minutes says nothing about seconds
    select distinct
        placed.device_id
    from placed
    where placed.channel_code = 'device' and epoch(placed.punched_at) % 60 <> 0
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

standing as (  -- a machine stands where most of its people work
    select
        used.device_id,
        arg_max(used.unit_id, (used.people_count, used.unit_id)) as unit_id
    from (
        select
            placed.device_id,
            placed.unit_id,
            count(distinct placed.nip) as people_count
        from placed
        where placed.channel_code = 'device'
        group by placed.device_id, placed.unit_id
    ) as used
    group by used.device_id
),

travelling as (  -- at machines of two OPD; no input says how far these are apart
    select
        placed.punch_id,
        placed.travel_minutes,
        standing.unit_id <> lag(standing.unit_id) over in_time as is_elsewhere_before,
        standing.unit_id <> lead(standing.unit_id) over in_time as is_elsewhere_after,
        minutes_between(lag(placed.punched_at) over in_time, placed.punched_at) as minutes_before,
        minutes_between(placed.punched_at, lead(placed.punched_at) over in_time) as minutes_after
    from placed
    inner join standing
        on placed.device_id = standing.device_id
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
    inner join ticking
        on placed.device_id = ticking.device_id
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
