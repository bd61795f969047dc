-- Does each charge have its price, and does the assessment have each price and daily cap?
-- One row per person and OPD with a duty; each value beside the one that it must equal.
with charged as (
    select side_charge.nip, side_charge.unit_id from side_charge
    union all
    select leave_charge.nip, leave_charge.unit_id from leave_charge
    union all
    select cut_charge.nip, cut_charge.unit_id from cut_charge
)

select
    owing.nip::varchar as nip,
    owing.unit_id::varchar as unit_id,
    (
        select count(*)
        from charged
        where charged.nip = owing.nip and charged.unit_id = owing.unit_id
    )::bigint as charge_count,
    (
        select count(*)
        from priced_charge
        where priced_charge.nip = owing.nip and priced_charge.unit_id = owing.unit_id
    )::bigint as priced_count,
    (
        select coalesce(sum(priced_charge.deduction_idr), 0)
        from priced_charge
        where priced_charge.nip = owing.nip and priced_charge.unit_id = owing.unit_id
    )::bigint + (
        select coalesce(sum(day_cap.deduction_idr), 0)
        from day_cap
        where day_cap.nip = owing.nip and day_cap.unit_id = owing.unit_id
    )::bigint as priced_idr,
    (
        select coalesce(sum(assessment.deduction_idr), 0)
        from assessment
        where assessment.nip = owing.nip and assessment.unit_id = owing.unit_id and assessment.duty_date is not null
    )::bigint as assessed_idr
from (select distinct duty.nip, duty.unit_id from duty) as owing
