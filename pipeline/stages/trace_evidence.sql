-- Which input lines speak for, against, or underlie this finding?
-- One row per finding, role, input line and rule.
with pointed as (
    select
        finding.finding_id,
        'input' as role_code,
        punch.file_id,
        punch.line_no,
        punch.row_sha256,
        'match_punches' as rule_id
    from finding
    inner join duty_side
        on finding.nip = duty_side.nip
        and finding.duty_date = duty_side.duty_date
        and finding.side_code = duty_side.side_code
    inner join punch
        on duty_side.punch_id = punch.punch_id
    union all
    select
        finding.finding_id,
        case
            when attempt.outcome_code = 'failed' then 'supports'
            when finding.cause_code = 'lost' and attempt.outcome_code = 'ok' then 'supports'
            when finding.grade_code = 'X' and attempt.outcome_code = 'ok' then 'contradicts'
            else 'input'
        end as role_code,
        attempt.file_id,
        attempt.line_no,
        attempt.row_sha256,
        'gather_attempts' as rule_id
    from finding
    inner join attempt_group
        on finding.nip = attempt_group.nip
        and finding.duty_date = attempt_group.duty_date
        and finding.side_code = attempt_group.side_code
    inner join attempt
        on attempt_group.nip = attempt.nip
        and attempt.requested_at >= attempt_group.started_at
        and attempt.answered_at <= attempt_group.ended_at
    union all
    select
        finding.finding_id,
        presence.role_code,
        punch.file_id,
        punch.line_no,
        punch.row_sha256,
        'weigh_presence' as rule_id
    from finding
    inner join presence
        on finding.nip = presence.nip
        and finding.duty_date = presence.duty_date
        and finding.side_code = presence.side_code
    inner join punch
        on presence.punch_id = punch.punch_id
    union all
    select
        finding.finding_id,
        presence.role_code,
        statement.file_id,
        statement.line_no,
        statement.row_sha256,
        'weigh_presence' as rule_id
    from finding
    inner join presence
        on finding.nip = presence.nip
        and finding.duty_date = presence.duty_date
        and finding.side_code = presence.side_code
    inner join statement
        on presence.statement_id = statement.statement_id
)

select distinct
    pointed.finding_id,
    pointed.role_code,
    source_file.sha256 as file_sha256,
    pointed.line_no,
    pointed.row_sha256,
    pointed.rule_id,
    null::varchar as policy_reference
from pointed
inner join source_file
    on pointed.file_id = source_file.file_id
    and source_file.same_as_path is null
