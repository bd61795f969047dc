-- Was a punch for this late, early or missing side stored in the other direction?
-- One row per such side: the first check-in stored as a check-out, or the last check-out stored as a check-in.
with asked as (
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        off_side.due_at,
        off_side.recorded_at,
        off_side.accept_from,
        off_side.accept_to,
        other.due_at as other_due_at
    from off_side
    inner join duty_side as other
        on off_side.nip = other.nip
        and off_side.duty_date = other.duty_date
        and off_side.side_code <> other.side_code
    where off_side.side_code in ('in', 'out')
        and other.side_code in ('in', 'out')
),

tried as (
    select
        attempt_group.nip,
        attempt_group.duty_date,
        attempt_group.side_code,
        min(attempt_group.first_failed_at) as failed_at
    from attempt_group
    group by attempt_group.nip, attempt_group.duty_date, attempt_group.side_code
),

turned as (  -- the day's sequence contradicts it: nearer to this side, and better than what is recorded for it
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        punch.punch_id,
        punch.punched_at,
        row_number() over (
            partition by asked.nip, asked.duty_date, asked.side_code
            order by
                case asked.side_code when 'in' then epoch(punch.punched_at) else -epoch(punch.punched_at) end,
                punch.punch_id
        ) as turn_rank
    from asked
    inner join punch
        on asked.nip = punch.nip
        and punch.direction_code in ('in', 'out')
        and punch.direction_code <> asked.side_code
        and punch.punched_at >= asked.accept_from
        and punch.punched_at < asked.accept_to
        and seconds_apart(punch.punched_at, asked.due_at) < seconds_apart(punch.punched_at, asked.other_due_at)
        and case asked.side_code
            when 'in' then punch.punched_at < coalesce(asked.recorded_at, asked.accept_to)
            else punch.punched_at > coalesce(asked.recorded_at, asked.accept_from)
        end
    inner join punch_placement
        on punch.punch_id = punch_placement.punch_id
        and coalesce(punch_placement.duty_date, asked.duty_date) = asked.duty_date
    left join tried as meant
        on asked.nip = meant.nip
        and asked.duty_date = meant.duty_date
        and meant.side_code = punch.direction_code
    left join tried as missed
        on asked.nip = missed.nip
        and asked.duty_date = missed.duty_date
        and missed.side_code = asked.side_code
    -- whose first failure had the stored direction meant it: a check-in held up past noon is no check-out
    where punch_placement.role_code not in ('counts', 'duplicate')  -- one that came through before has settled that failure
        or meant.failed_at is null
        or meant.failed_at >= coalesce(missed.failed_at, punch.punched_at)
)

select
    turned.nip,
    turned.duty_date,
    turned.side_code,
    turned.punch_id,
    turned.punched_at as flipped_at
from turned
where turned.turn_rank = 1
