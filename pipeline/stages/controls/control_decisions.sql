-- Does each finding that may move money, and each decision that counts, end in the recommendation that it asks for?
-- One row per person with a finding; each count beside the one that it must equal.
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
    finding.nip::varchar as nip,
    count(*) filter (
        where finding.restored_at is not null
            and finding.action_code in ('restore', 'restore_partly', 'needs_statement')
            and not coalesce(deciding.is_rejected, false)
    )::bigint as movable_count,
    count(candidate.finding_id)::bigint as candidate_count,
    count(*) filter (where deciding.is_approved)::bigint as approving_count,
    count(*) filter (where candidate.is_approved)::bigint as applied_count,
    count(*) filter (where recommendation.status_code = 'approved')::bigint as recommended_count,
    count(*) filter (where deciding.is_rejected)::bigint as rejecting_count,
    count(*) filter (where recommendation.status_code = 'rejected')::bigint as rejected_count,
from finding
left join deciding
    on deciding.finding_id = finding.finding_id
left join candidate
    on candidate.finding_id = finding.finding_id
left join recommendation
    on recommendation.finding_id = finding.finding_id
group by finding.nip
