-- Does each punch play a part, each side with a punch have a record, and each request for a side belong to a session?
-- One row per employee; each count beside the one that it must equal.
with known as (
    select distinct employee.nip
    from employee
),

punched as (
    select
        punch.nip,
        count(*) as punch_count
    from punch
    group by punch.nip
),

placed as (
    select
        punch_placement.nip,
        count(*) as placed_count,
        count(distinct (punch_placement.duty_date, punch_placement.side_code)) filter (
            where punch_placement.duty_date is not null
        ) as side_count
    from punch_placement
    group by punch_placement.nip
),

read as (
    select
        punch.nip,
        count(*) as read_count,
        count(*) filter (where exists (select 1 from machine where machine.device_id = punch.device_id)) as observed_count
    from punch
    inner join punch_placement
        on punch_placement.punch_id = punch.punch_id
    where punch.channel_code = 'device' and punch.device_id is not null and punch_placement.role_code <> 'outside'
    group by punch.nip
),

recorded as (
    select
        duty_side.nip,
        count(duty_side.punch_id) as side_count
    from duty_side
    group by duty_side.nip
),

requested as (
    select
        attempt.nip,
        count(*) as request_count
    from attempt
    where exists (
        select 1
        from duty_side
        where duty_side.nip = attempt.nip
            and duty_side.side_code in ('in', 'out')
            and duty_side.side_code = coalesce(attempt.direction_code, duty_side.side_code)
            and attempt.requested_at >= duty_side.accept_from
            and attempt.requested_at < duty_side.accept_to
    )
    group by attempt.nip
),

gathered as (
    select
        attempt_group.nip,
        sum(attempt_group.attempt_count) as attempt_count,
        sum(attempt_group.failed_count + attempt_group.ok_count + attempt_group.rejected_count) as answered_count
    from attempt_group
    group by attempt_group.nip
)

select
    known.nip::varchar as nip,
    coalesce(punched.punch_count, 0)::bigint as punch_count,
    coalesce(placed.placed_count, 0)::bigint as placed_count,
    coalesce(placed.side_count, 0)::bigint as met_side_count,
    coalesce(recorded.side_count, 0)::bigint as recorded_side_count,
    coalesce(read.read_count, 0)::bigint as read_count,
    coalesce(read.observed_count, 0)::bigint as observed_count,
    coalesce(requested.request_count, 0)::bigint as request_count,
    coalesce(gathered.attempt_count, 0)::bigint as gathered_count,
    coalesce(gathered.answered_count, 0)::bigint as answered_count,
from known
left join punched
    on punched.nip = known.nip
left join placed
    on placed.nip = known.nip
left join read
    on read.nip = known.nip
left join recorded
    on recorded.nip = known.nip
left join requested
    on requested.nip = known.nip
left join gathered
    on gathered.nip = known.nip
