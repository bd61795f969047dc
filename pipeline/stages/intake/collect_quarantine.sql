-- Which input records have a problem, and which?
-- One row per problem of a record.
select
    ingest_reject.file_id,
    ingest_reject.line_no,
    ingest_reject.issue_no,
    ingest_reject.sheet,
    ingest_reject.column_name,
    ingest_reject.code,
    ingest_reject.severity_code,
    ingest_reject.masked_value,
    ingest_reject.message,
from ingest_reject
union all
select
    value_reject.file_id,
    value_reject.line_no,
    value_reject.issue_no,
    value_reject.sheet,
    value_reject.column_name,
    value_reject.code,
    value_reject.severity_code,
    value_reject.masked_value,
    value_reject.message,
from value_reject
union all
select
    log_reject.file_id,
    log_reject.line_no,
    log_reject.issue_no,
    log_reject.sheet,
    log_reject.column_name,
    log_reject.code,
    log_reject.severity_code,
    log_reject.masked_value,
    log_reject.message,
from log_reject
