-- What does the record say about each side of each duty?
-- One row per person, duty day and side; a punch on an excused or provisional side is shown, not judged.
with recorded as (
    select
        expected_side.nip,
        expected_side.unit_id,
        expected_side.region_code,
        expected_side.duty_date,
        expected_side.side_code,
        expected_side.due_at,
        expected_side.accept_from,
        expected_side.accept_to,
        expected_side.covered_to,
        awaited_machine.silent_from,
        expected_side.off_from_seconds,
        expected_side.is_excused,
        punch_placement.punched_at as recorded_at,
        punch_placement.punch_id,
        seconds_off_due(
            expected_side.side_code, expected_side.due_at, punch_placement.punched_at
        ) as seconds_off
    from expected_side
    left join punch_placement
        on punch_placement.nip = expected_side.nip
        and punch_placement.duty_date = expected_side.duty_date
        and punch_placement.side_code = expected_side.side_code
        and punch_placement.role_code = 'counts'
    left join awaited_machine
        on awaited_machine.nip = expected_side.nip
),

judged as (
    select
        recorded.nip,
        recorded.unit_id,
        recorded.region_code,
        recorded.duty_date,
        recorded.side_code,
        recorded.due_at,
        recorded.accept_from,
        recorded.accept_to,
        recorded.covered_to,
        recorded.recorded_at,
        recorded.punch_id,
        floor(recorded.seconds_off / 60) as minutes_off,
        case
            when recorded.is_excused then 'excused'
            when recorded.due_at >= recorded.covered_to then 'provisional'
            -- who was not yet there when the machine fell silent may have come or left later, as the window allows
            when recorded.recorded_at is null and recorded.accept_to > recorded.silent_from then 'provisional'
            when recorded.recorded_at is null then 'missing'
            else timed_state(recorded.side_code, recorded.seconds_off, recorded.off_from_seconds)
        end as state_code
    from recorded
)

select
    judged.nip::varchar as nip,
    judged.unit_id::varchar as unit_id,
    judged.region_code::varchar as region_code,
    judged.duty_date::date as duty_date,
    judged.side_code::varchar as side_code,
    judged.due_at::timestamp as due_at,
    judged.accept_from::timestamp as accept_from,
    judged.accept_to::timestamp as accept_to,
    judged.covered_to::timestamp as covered_to,
    judged.recorded_at::timestamp as recorded_at,
    judged.punch_id::varchar as punch_id,
    judged.state_code::varchar as state_code,
    case
        when judged.state_code in ('on_time', 'late', 'early') then judged.minutes_off
    end::bigint as minutes_off
from judged
