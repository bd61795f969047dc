-- How many records of each file were read, accepted, quarantined, and accepted with a warning?
-- One row per used file.
with counted as (
    select
        record_count.file_id,
        record_count.record_count,
        coalesce(accepted_count.accepted_count, 0) as accepted_count,
    from record_count
    left join accepted_count
        on accepted_count.file_id = record_count.file_id
    union all
    select
        log_count.file_id,
        log_count.record_count,
        log_count.accepted_count,
    from log_count
),

judged as (
    select
        quarantine.file_id,
        quarantine.sheet,
        quarantine.line_no,
        bool_or(quarantine.severity_code = 'record') as is_quarantined,
    from quarantine
    where quarantine.severity_code <> 'file'
    group by
        quarantine.file_id,
        quarantine.sheet,
        quarantine.line_no
),

summed as (
    select
        judged.file_id,
        count(*) filter (where judged.is_quarantined) as quarantined_count,
        count(*) filter (where not judged.is_quarantined) as warning_count,
    from judged
    group by judged.file_id
)

select
    counted.file_id::varchar as file_id,
    counted.record_count::bigint as record_count,
    counted.accepted_count::bigint as accepted_count,
    coalesce(summed.quarantined_count, 0)::bigint as quarantined_count,
    coalesce(summed.warning_count, 0)::bigint as warning_count,
from counted
left join summed
    on summed.file_id = counted.file_id
