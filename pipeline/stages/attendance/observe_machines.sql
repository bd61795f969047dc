-- What do the punches at a machine say about it: where it stands, whether it is one machine, whether it writes seconds?
-- One row per machine with a punch of a duty.
with placed as (
    select
        punch.device_id,
        punch.punched_at,
        punch.nip,
        duty.unit_id,
        policy_period.same_second_people_count
    from punch
    inner join punch_placement
        on punch.punch_id = punch_placement.punch_id
    inner join duty
        on punch_placement.nip = duty.nip
        and punch_placement.duty_date = duty.duty_date
    inner join policy_period
        on punch_placement.duty_date >= policy_period.valid_from
        and punch_placement.duty_date < policy_period.valid_to
    where punch.channel_code = 'device' and punch.device_id is not null
),

reading as (
    select
        placed.device_id,
        placed.punched_at,
        count(distinct placed.nip) as people_count,
        min(placed.same_second_people_count) as doubted_count
    from placed
    group by placed.device_id, placed.punched_at
),

met as (  -- chance makes smaller meetings more often than larger ones: such a name stands for several machines
    select
        reading.device_id,
        count(*) filter (where reading.people_count > 1 and reading.people_count < reading.doubted_count)
        > count(*) filter (where reading.people_count >= reading.doubted_count) as is_several,
        -- a machine that writes whole minutes says nothing about seconds
        bool_or(epoch(reading.punched_at) % 60 <> 0) as has_seconds
    from reading
    group by reading.device_id
),

used as (
    select
        placed.device_id,
        placed.unit_id,
        count(distinct placed.nip) as people_count
    from placed
    group by placed.device_id, placed.unit_id
),

standing as (  -- where most of its people work
    select
        used.device_id,
        arg_max(used.unit_id, (used.people_count, used.unit_id)) as unit_id
    from used
    group by used.device_id
)

select
    met.device_id,
    standing.unit_id,
    met.is_several,
    met.has_seconds
from met
inner join standing
    on met.device_id = standing.device_id
