-- How many records of each file were read, accepted, stored, quarantined, and accepted with a warning?
-- One row per used file.
-- Of a log the lines are counted, and held by no canonical table; a declared span ends among the spans of the logs.
with counted as (
    select
        record_count.file_id,
        record_count.record_count,
        coalesce(accepted_count.accepted_count, 0) as accepted_count,
        case
            when source_file.kind_code = 'coverage' then 0
            else coalesce(accepted_count.accepted_count - accepted_count.silent_count, 0)
        end as telling_count,
        coalesce(accepted_count.accepted_idr, 0) as accepted_idr,
    from record_count
    inner join source_file
        on source_file.file_id = record_count.file_id
        and source_file.same_as_path is null
    left join accepted_count
        on accepted_count.file_id = record_count.file_id
    union all
    select
        log_count.file_id,
        log_count.record_count,
        log_count.accepted_count,
        0 as telling_count,
        0 as accepted_idr,
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
    counted.telling_count::bigint as telling_count,
    coalesce(stored_record.stored_count, 0)::bigint as stored_count,
    counted.accepted_idr::bigint as accepted_idr,
    coalesce(stored_record.stored_idr, 0)::bigint as stored_idr,
    coalesce(summed.quarantined_count, 0)::bigint as quarantined_count,
    coalesce(summed.warning_count, 0)::bigint as warning_count,
from counted
left join stored_record
    on stored_record.file_id = counted.file_id
left join summed
    on summed.file_id = counted.file_id
