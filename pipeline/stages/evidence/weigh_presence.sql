-- What else says that this person was there that day, or was not?
-- One row per late, early or missing side and independent record.
with doubted as (
    select
        punch_doubt.punch_id,
        min(punch_doubt.doubt_code) as doubt_code
    from punch_doubt
    group by punch_doubt.punch_id
),

seen as (  -- a punch at the day's other side, and a scan at the roll call, whether or not the policy asks for it
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        case punch.channel_code when 'manual' then 'manual_list' else 'other_side' end as seen_code,
        punch.punched_at,
        punch.punch_id
    from off_side
    inner join duty_side as other
        on off_side.nip = other.nip
        and off_side.duty_date = other.duty_date
        and off_side.side_code <> other.side_code
        and other.side_code in ('in', 'out')
    inner join punch
        on other.punch_id = punch.punch_id
    union all
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        'apel' as seen_code,
        punch.punched_at,
        punch.punch_id
    from off_side
    inner join punch
        on off_side.nip = punch.nip
        and punch.direction_code = 'apel'
        and off_side.side_code <> 'apel'
        and punch.punched_at >= off_side.accept_from
        and punch.punched_at < off_side.accept_to
),

counted as (  -- excused and provisional sides say nothing about habit
    select
        duty_side.nip,
        duty_side.side_code,
        count(*) as side_count,
        count(duty_side.recorded_at) as recorded_count
    from duty_side
    where duty_side.state_code = 'on_time' or is_off(duty_side.state_code)
    group by duty_side.nip, duty_side.side_code
),

witnessed as (
    select  -- a doubted punch supports nothing
        seen.nip,
        seen.duty_date,
        seen.side_code,
        coalesce(doubted.doubt_code, seen.seen_code) as witness_code,
        case when doubted.doubt_code is null then 'supports' else 'contradicts' end as role_code,
        seen.punched_at as witnessed_at,
        seen.punch_id,
        null::varchar as statement_id
    from seen
    left join doubted
        on seen.punch_id = doubted.punch_id
    union all
    select  -- on the other days of the month this side is missing more often than not
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        'no_habit' as witness_code,
        'contradicts' as role_code,
        null::timestamp as witnessed_at,
        null::varchar as punch_id,
        null::varchar as statement_id
    from off_side
    inner join counted
        on off_side.nip = counted.nip
        and off_side.side_code = counted.side_code
    where off_side.state_code = 'missing'
        and counted.side_count > 1
        and 2 * counted.recorded_count < counted.side_count - 1
    union all
    select
        statement_check.nip,
        statement_check.duty_date,
        statement_check.side_code,
        statement_check.witness_code,
        case statement_check.witness_code when 'statement' then 'supports' else 'contradicts' end as role_code,
        statement_check.witnessed_at,
        null::varchar as punch_id,
        statement_check.statement_id
    from statement_check
)

select
    witnessed.nip,
    witnessed.duty_date,
    witnessed.side_code,
    witnessed.witness_code,
    row_number() over (
        partition by witnessed.nip, witnessed.duty_date, witnessed.side_code, witnessed.witness_code
        order by witnessed.witnessed_at, witnessed.punch_id, witnessed.statement_id
    )::bigint as witness_no,
    witnessed.role_code,
    witnessed.witnessed_at,
    witnessed.punch_id,
    witnessed.statement_id
from witnessed
