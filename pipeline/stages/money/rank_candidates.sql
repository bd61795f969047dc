-- Which findings could move money, and in which order are a person's findings applied?
-- One row per open or approved finding with a time to restore; approved ones come first, then by day and side.
with deciding as (
    select
        decision_check.finding_id,
        bool_or(decision_check.verdict_code = 'approve') as is_approved,
        bool_or(decision_check.verdict_code = 'reject') as is_rejected
    from decision_check
    where decision_check.status_code = 'counts'
    group by decision_check.finding_id
)

select
    finding.finding_id,
    finding.nip,
    finding.duty_date,
    finding.side_code,
    finding.restored_at,
    coalesce(deciding.is_approved, false) as is_approved,
    row_number() over (
        partition by finding.nip
        order by coalesce(deciding.is_approved, false) desc, finding.duty_date, finding.side_code
    )::bigint as apply_no
from finding
left join deciding
    on finding.finding_id = deciding.finding_id
where finding.action_code in ('restore', 'restore_partly', 'needs_statement')
    and finding.restored_at is not null
    and not coalesce(deciding.is_rejected, false)
