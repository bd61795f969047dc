-- Does this decision count? Certifier, superior and person are three people; it binds to the facts it was made on.
-- One row per decision.
with judged as (
    select
        decision.decision_id,
        decision.finding_id,
        decision.verdict_code,
        decision.decided_on,
        case
            when finding.finding_id is null then 'FINDING_UNKNOWN'
            when finding.finding_hash <> decision.finding_hash then 'FINDING_CHANGED'
            when decision.decider_nip = finding.nip then 'DECIDED_BY_SELF'
            when exists (
                select 1
                from incident
                where incident.certifier_nip = decision.decider_nip
            ) then 'DECIDED_BY_CERTIFIER'
            when decision.decider_nip <> coalesce(duty.superior_nip, '') then 'DECIDER_NOT_SUPERIOR'
            when decision.verdict_code = 'approve' and not finding.is_certified then 'OUTAGE_NOT_CERTIFIED'
            when decision.verdict_code = 'approve'
                and finding.action_code not in ('restore', 'restore_partly')
                then 'EVIDENCE_INSUFFICIENT'
        end as refusal_code
    from decision
    left join finding
        on decision.finding_id = finding.finding_id
    left join duty
        on finding.nip = duty.nip
        and finding.duty_date = duty.duty_date
),

ranked as (
    select
        judged.decision_id,
        judged.finding_id,
        judged.verdict_code,
        judged.refusal_code,
        row_number() over (
            partition by judged.finding_id, judged.refusal_code is null
            order by judged.decided_on desc nulls last, judged.decision_id desc
        ) as recency_rank
    from judged
)

select
    ranked.decision_id,
    ranked.finding_id,
    ranked.verdict_code,
    case
        when ranked.refusal_code is not null then 'refused'
        when ranked.recency_rank > 1 then 'superseded'
        else 'counts'
    end as status_code,
    ranked.refusal_code
from ranked
