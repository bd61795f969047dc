-- What does the record say about each side of each duty?
-- One row per person, duty day and side; a punch on an excused or provisional side is shown, not judged.
with sided as (
    select
        duty.nip,
        duty.unit_id,
        duty.region_code,
        duty.duty_date,
        'in' as side_code,
        duty.starts_at as due_at,
        duty.accept_in_from as accept_from,
        duty.accept_in_to as accept_to,
        duty.covered_to,
        duty.late_from_seconds as off_from_seconds,
        duty.is_excused
    from duty
    union all
    select
        duty.nip,
        duty.unit_id,
        duty.region_code,
        duty.duty_date,
        'out' as side_code,
        duty.ends_at as due_at,
        duty.accept_out_from as accept_from,
        duty.accept_out_to as accept_to,
        duty.covered_to,
        duty.early_from_seconds as off_from_seconds,
        duty.is_excused
    from duty
    union all
    select
        duty.nip,
        duty.unit_id,
        duty.region_code,
        duty.duty_date,
        'apel' as side_code,
        duty.apel_at as due_at,
        duty.accept_in_from as accept_from,
        duty.accept_in_to as accept_to,
        duty.covered_to,
        duty.apel_late_from_seconds as off_from_seconds,
        duty.is_excused
    from duty
    where duty.apel_at is not null
),

recorded as (
    select
        sided.nip,
        sided.unit_id,
        sided.region_code,
        sided.duty_date,
        sided.side_code,
        sided.due_at,
        sided.accept_from,
        sided.accept_to,
        sided.covered_to,
        awaited_machine.silent_from,
        sided.off_from_seconds,
        sided.is_excused,
        punch_placement.punched_at as recorded_at,
        punch_placement.punch_id,
        case sided.side_code
            when 'out' then greatest(0, epoch(sided.due_at) - epoch(punch_placement.punched_at))
            else greatest(0, epoch(punch_placement.punched_at) - epoch(sided.due_at))
        end as seconds_off
    from sided
    left join punch_placement
        on punch_placement.nip = sided.nip
        and punch_placement.duty_date = sided.duty_date
        and punch_placement.side_code = sided.side_code
        and punch_placement.role_code = 'counts'
    left join awaited_machine
        on awaited_machine.nip = sided.nip
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
        case  -- late and early begin where the policy's first band does
            when recorded.is_excused then 'excused'
            when recorded.due_at >= recorded.covered_to then 'provisional'
            -- who was not yet there when the machine fell silent may have come or left later, as the window allows
            when recorded.recorded_at is null and recorded.accept_to > recorded.silent_from then 'provisional'
            when recorded.recorded_at is null then 'missing'
            when recorded.off_from_seconds is null then 'on_time'  -- an apel without bands is attended or not
            when recorded.seconds_off < recorded.off_from_seconds then 'on_time'
            when recorded.side_code = 'out' then 'early'
            else 'late'
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
