-- Which input lines speak for, against, or underlie this finding?
-- One row per finding, role, input line and rule.
with sided as (
    select
        finding.finding_id,
        finding.nip,
        finding.duty_date,
        finding.side_code,
        finding.cause_code,
        finding.grade_code,
        duty_side.punch_id,
        duty_side.accept_from,
        duty_side.accept_to,
        policy_period.reference as policy_reference
    from finding
    inner join duty_side
        on finding.nip = duty_side.nip
        and finding.duty_date = duty_side.duty_date
        and finding.side_code = duty_side.side_code
    inner join policy_period
        on finding.duty_date >= policy_period.valid_from
        and finding.duty_date < policy_period.valid_to
),

witnessed as (
    select
        sided.finding_id,
        sided.policy_reference,
        presence.role_code,
        presence.punch_id,
        presence.statement_id
    from sided
    inner join presence
        on sided.nip = presence.nip
        and sided.duty_date = presence.duty_date
        and sided.side_code = presence.side_code
),

pointed as (
    select
        sided.finding_id,
        'input' as role_code,
        'match_punches' as rule_id,
        punch.file_id,
        punch.line_no,
        punch.row_sha256,
        sided.policy_reference
    from sided
    inner join punch
        on sided.punch_id = punch.punch_id
    union all
    select
        sided.finding_id,
        'supports' as role_code,
        'find_flips' as rule_id,
        punch.file_id,
        punch.line_no,
        punch.row_sha256,
        sided.policy_reference
    from sided
    inner join flip
        on sided.nip = flip.nip
        and sided.duty_date = flip.duty_date
        and sided.side_code = flip.side_code
    inner join punch
        on flip.punch_id = punch.punch_id
    union all
    select  -- a refused request supports nothing and is shown
        sided.finding_id,
        case
            when attempt.outcome_code = 'failed' then 'supports'
            when sided.cause_code in ('lost', 'flipped') and attempt.outcome_code = 'ok' then 'supports'
            when sided.grade_code = 'X' and attempt.outcome_code = 'ok' then 'contradicts'
            else 'input'
        end as role_code,
        'gather_attempts' as rule_id,
        attempt.file_id,
        attempt.line_no,
        attempt.row_sha256,
        sided.policy_reference
    from sided
    inner join attempt
        on sided.nip = attempt.nip
        and attempt.requested_at >= sided.accept_from
        and attempt.requested_at < sided.accept_to
        and coalesce(attempt.direction_code, sided.side_code) = sided.side_code
    union all
    select
        witnessed.finding_id,
        witnessed.role_code,
        'weigh_presence' as rule_id,
        punch.file_id,
        punch.line_no,
        punch.row_sha256,
        witnessed.policy_reference
    from witnessed
    inner join punch
        on witnessed.punch_id = punch.punch_id
    union all
    select
        witnessed.finding_id,
        witnessed.role_code,
        'weigh_presence' as rule_id,
        statement.file_id,
        statement.line_no,
        statement.row_sha256,
        witnessed.policy_reference
    from witnessed
    inner join statement
        on witnessed.statement_id = statement.statement_id
)

select distinct
    pointed.finding_id,
    pointed.role_code,
    source_file.sha256 as file_sha256,
    pointed.line_no,
    pointed.row_sha256,
    pointed.rule_id,
    pointed.policy_reference
from pointed
inner join source_file
    on pointed.file_id = source_file.file_id
    and source_file.same_as_path is null
