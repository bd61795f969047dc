-- Which sides does each duty have, when is each due, and which records count for it?
-- One row per duty and side: check-in, check-out, and the apel where one is held.
with sided as (
    select
        duty.nip,
        duty.duty_date,
        'in' as side_code,
        duty.unit_id,
        duty.region_code,
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
        duty.duty_date,
        'out' as side_code,
        duty.unit_id,
        duty.region_code,
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
        duty.duty_date,
        'apel' as side_code,
        duty.unit_id,
        duty.region_code,
        duty.apel_at as due_at,
        duty.accept_in_from as accept_from,
        duty.accept_in_to as accept_to,
        duty.covered_to,
        duty.apel_late_from_seconds as off_from_seconds,
        duty.is_excused
    from duty
    where duty.apel_at is not null
)

select
    sided.nip::varchar as nip,
    sided.duty_date::date as duty_date,
    sided.side_code::varchar as side_code,
    sided.unit_id::varchar as unit_id,
    sided.region_code::varchar as region_code,
    sided.due_at::timestamp as due_at,
    sided.accept_from::timestamp as accept_from,
    sided.accept_to::timestamp as accept_to,
    sided.covered_to::timestamp as covered_to,
    sided.off_from_seconds::bigint as off_from_seconds,
    sided.is_excused::boolean as is_excused,
    -- a record midway between a check-out and the next check-in is the check-in
    row_number() over (partition by sided.nip order by sided.side_code, sided.duty_date)::bigint as tie_no
from sided
