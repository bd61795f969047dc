-- Does each finding that may move money, and each decision that counts, end in the recommendation that it asks for?
-- One row per person with a finding; each count beside the one that it must equal.
with asked as (
    select
        finding.nip,
        finding.finding_id,
        finding.action_code not in ('not_supported', 'not_assessable') and finding.restored_at is not null as may_move,
        exists (
            select 1
            from decision_check
            where decision_check.finding_id = finding.finding_id
                and decision_check.status_code = 'counts'
                and decision_check.verdict_code = 'approve'
        ) as is_approved,
        exists (
            select 1
            from decision_check
            where decision_check.finding_id = finding.finding_id
                and decision_check.status_code = 'counts'
                and decision_check.verdict_code = 'reject'
        ) as is_rejected
    from finding
)

select
    asked.nip::varchar as nip,
    count(*) filter (where asked.may_move and not asked.is_rejected)::bigint as movable_count,
    count(candidate.finding_id)::bigint as candidate_count,
    count(*) filter (where asked.is_approved)::bigint as approving_count,
    count(*) filter (where candidate.is_approved)::bigint as applied_count,
    count(*) filter (where recommendation.status_code = 'approved')::bigint as recommended_count,
    count(*) filter (where asked.is_rejected)::bigint as rejecting_count,
    count(*) filter (where recommendation.status_code = 'rejected')::bigint as rejected_count
from asked
left join candidate
    on candidate.finding_id = asked.finding_id
left join recommendation
    on recommendation.finding_id = asked.finding_id
group by asked.nip
