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
        off_side.punch_id,
        off_side.accept_from,
        off_side.accept_to
    from finding
    inner join off_side
        on finding.nip = off_side.nip
        and finding.duty_date = off_side.duty_date
        and finding.side_code = off_side.side_code
),

pointed as (  -- at a punch, a request or a statement, by its id
    select
        sided.finding_id,
        'input' as role_code,
        'match_punches' as rule_id,
        sided.punch_id as record_id
    from sided
    where sided.punch_id is not null
    union all
    select
        sided.finding_id,
        'supports' as role_code,
        'find_flips' as rule_id,
        flip.punch_id as record_id
    from sided
    inner join flip
        on sided.nip = flip.nip
        and sided.duty_date = flip.duty_date
        and sided.side_code = flip.side_code
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
        attempt.attempt_id as record_id
    from sided
    inner join attempt
        on sided.nip = attempt.nip
        and suits_side(
            attempt.direction_code, attempt.requested_at, sided.side_code, sided.accept_from, sided.accept_to
        )
    union all
    select
        sided.finding_id,
        presence.role_code,
        'weigh_presence' as rule_id,
        coalesce(presence.punch_id, presence.statement_id) as record_id
    from sided
    inner join presence
        on sided.nip = presence.nip
        and sided.duty_date = presence.duty_date
        and sided.side_code = presence.side_code
),

recorded as (
    select
        punch.punch_id as record_id,
        punch.file_id,
        punch.line_no,
        punch.row_sha256
    from punch
    union all
    select
        attempt.attempt_id as record_id,
        attempt.file_id,
        attempt.line_no,
        attempt.row_sha256
    from attempt
    union all
    select
        statement.statement_id as record_id,
        statement.file_id,
        statement.line_no,
        statement.row_sha256
    from statement
)

select distinct
    pointed.finding_id,
    pointed.role_code,
    source_file.sha256 as file_sha256,
    recorded.line_no,
    recorded.row_sha256,
    pointed.rule_id,
    policy_period.reference as policy_reference
from pointed
inner join finding
    on pointed.finding_id = finding.finding_id
inner join policy_period
    on finding.duty_date >= policy_period.valid_from
    and finding.duty_date < policy_period.valid_to
inner join recorded
    on pointed.record_id = recorded.record_id
inner join source_file
    on recorded.file_id = source_file.file_id
    and source_file.same_as_path is null
