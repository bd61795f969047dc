-- From when to when must this person work that day, by the clock of the OPD?
-- One row per person and day on which roster or pattern asks for work; seconds of the day, of a night shift past 86,400.
-- A rostered shift replaces the weekday's hours, also on holidays. Split shifts are one duty, from the first start to the
-- last end: sides are two a day. A duty group or shift that the policy does not know stops the run.
with grouped as (  -- how a group works is told by the policy: by weekday, by roster, or both
    select
        duty_pattern.group_code
    from duty_pattern
    union
    select
        shift_pattern.group_code
    from shift_pattern
),

scheduled as (
    select
        employed_day.nip,
        employed_day.duty_date,
        roster.shift_code,
        case
            when shift_pattern.shift_code is null
                then error('Giliran ' || roster.shift_code || ' tidak ada dalam kebijakan untuk kelompok '
                    || employed_day.group_code)
            else shift_pattern.start_seconds
        end as start_seconds,
        shift_pattern.end_seconds
    from employed_day
    inner join roster
        on roster.nip = employed_day.nip
        and roster.duty_date = employed_day.duty_date
    left join shift_pattern
        on shift_pattern.group_code = employed_day.group_code
        and shift_pattern.shift_code = roster.shift_code
        and employed_day.duty_date >= shift_pattern.valid_from
        and employed_day.duty_date < shift_pattern.valid_to
),

rostered as (
    select
        scheduled.nip,
        scheduled.duty_date,
        array_to_string(
            list(scheduled.shift_code order by scheduled.start_seconds, scheduled.shift_code), '+'
        ) as shift_code,
        min(scheduled.start_seconds) as start_seconds,
        max(scheduled.end_seconds) as end_seconds
    from scheduled
    group by scheduled.nip, scheduled.duty_date
),

timed as (
    select
        employed_day.nip,
        employed_day.duty_date,
        rostered.shift_code,
        case
            when grouped.group_code is null
                then error('Kelompok ' || employed_day.group_code || ' tidak ada dalam kebijakan')
            else coalesce(rostered.start_seconds, duty_pattern.start_seconds)
        end as start_seconds,
        coalesce(rostered.end_seconds, duty_pattern.end_seconds) as end_seconds,
        duty_pattern.apel_seconds,
        duty_pattern.in_from_seconds,
        duty_pattern.in_to_seconds,
        duty_pattern.out_from_seconds,
        duty_pattern.out_to_seconds
    from employed_day
    left join grouped
        on grouped.group_code = employed_day.group_code
    left join rostered
        on rostered.nip = employed_day.nip
        and rostered.duty_date = employed_day.duty_date
    left join duty_pattern
        on duty_pattern.group_code = employed_day.group_code
        and duty_pattern.weekday_no = employed_day.weekday_no
        and duty_pattern.is_ramadan = employed_day.is_ramadan
        and employed_day.duty_date >= duty_pattern.valid_from
        and employed_day.duty_date < duty_pattern.valid_to
        and not employed_day.is_holiday
        and rostered.nip is null
)

select
    timed.nip,
    timed.duty_date,
    timed.shift_code,
    timed.start_seconds,
    timed.end_seconds,
    timed.apel_seconds,
    timed.in_from_seconds,
    timed.in_to_seconds,
    timed.out_from_seconds,
    timed.out_to_seconds
from timed
where timed.start_seconds is not null
