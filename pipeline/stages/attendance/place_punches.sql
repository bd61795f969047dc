-- Which side of which duty does each punch belong to, and does it count there?
-- One row per punch; a given direction binds, an empty one goes to the nearest side in whose window the punch lies.
with fitting as (
    select
        punch.punch_id,
        expected_side.duty_date,
        expected_side.side_code,
        row_number() over (
            partition by punch.punch_id
            order by seconds_apart(punch.punched_at, expected_side.due_at), expected_side.tie_no
        ) as fit_rank
    from punch
    inner join expected_side
        on expected_side.nip = punch.nip
        and suits_side(
            punch.direction_code,
            punch.punched_at,
            expected_side.side_code,
            expected_side.accept_from,
            expected_side.accept_to
        )
        and (expected_side.side_code <> 'apel' or punch.direction_code = 'apel')  -- only a scan as apel is one
),

placed as (
    select
        punch.punch_id,
        punch.nip,
        punch.punched_at,
        fitting.duty_date,
        fitting.side_code
    from punch
    left join fitting
        on fitting.punch_id = punch.punch_id
        and fitting.fit_rank = 1
),

ranked as (
    select
        placed.punch_id,
        placed.nip,
        placed.punched_at,
        placed.duty_date,
        placed.side_code,
        policy_period.duplicate_span_seconds,
        case placed.side_code  -- which of several counts is the policy's; of apel scans the first
            when 'in' then policy_period.check_in_punch_code
            when 'out' then policy_period.check_out_punch_code
            else 'first'
        end as counting_code,
        row_number() over earliest as place_first,
        row_number() over latest as place_last,
        epoch(placed.punched_at - lag(placed.punched_at) over earliest) as seconds_after,
        epoch(lag(placed.punched_at) over latest - placed.punched_at) as seconds_before
    from placed
    left join policy_period
        on placed.duty_date >= policy_period.valid_from
        and placed.duty_date < policy_period.valid_to
    window
        earliest as (
            partition by placed.nip, placed.duty_date, placed.side_code
            order by placed.punched_at, placed.punch_id
        ),
        latest as (
            partition by placed.nip, placed.duty_date, placed.side_code
            order by placed.punched_at desc, placed.punch_id desc
        )
)

select
    ranked.punch_id::varchar as punch_id,
    ranked.nip::varchar as nip,
    ranked.punched_at::timestamp as punched_at,
    ranked.duty_date::date as duty_date,
    ranked.side_code::varchar as side_code,
    case
        when ranked.duty_date is null then 'outside'
        when ranked.counting_code = 'first' and ranked.place_first = 1 then 'counts'
        when ranked.counting_code = 'last' and ranked.place_last = 1 then 'counts'
        when ranked.counting_code = 'first' and ranked.seconds_after <= ranked.duplicate_span_seconds
            then 'duplicate'
        when ranked.counting_code = 'last' and ranked.seconds_before <= ranked.duplicate_span_seconds
            then 'duplicate'
        else 'extra'
    end::varchar as role_code
from ranked
