-- How many records of each file do the canonical tables hold, and how much money?
-- One row per file with a row in a canonical table; log lines and declared spans of logs are counted elsewhere.
with held as (
    select employee.file_id, employee.tpp_idr as amount_idr from employee
    union all
    select unit.file_id, 0 as amount_idr from unit
    union all
    select network.file_id, 0 as amount_idr from network
    union all
    select roster.file_id, 0 as amount_idr from roster
    union all
    select statement.file_id, 0 as amount_idr from statement
    union all
    select incident.file_id, 0 as amount_idr from incident
    union all
    select deduction.file_id, deduction.deduction_idr as amount_idr from deduction
    union all
    select decision.file_id, 0 as amount_idr from decision
    union all
    select probe.file_id, 0 as amount_idr from probe
    union all
    select recorded.file_id, 0 as amount_idr
    from (  -- a recap's day is one record, whether it holds punches or a leave
        select
            punch.file_id,
            regexp_replace(punch.punch_id, ':(masuk|pulang)$', '') as record_id
        from punch
        union
        select
            absence.file_id,
            absence.absence_id as record_id
        from absence
    ) as recorded
)

select
    held.file_id::varchar as file_id,
    count(*)::bigint as stored_count,
    sum(held.amount_idr)::bigint as stored_idr
from held
group by held.file_id
