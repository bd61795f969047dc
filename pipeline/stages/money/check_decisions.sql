-- Does this decision count? Certifier, superior and person are three people; it binds to the facts it was made on.
-- One row per decision.
with working_day as (
    select calendar.calendar_date
    from calendar
    where not calendar.is_holiday and calendar.weekday_no between 1 and 5
),

judged as (
    select
        decision.decision_id,
        decision.finding_id,
        decision.verdict_code,
        decision.decided_on,
        finding.nip,
        finding.duty_date,
        finding.side_code,
        finding.grade_code in ('C', 'D') as rests_on_statement,
        policy_period.statement_quota_count,
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
            when decision.verdict_code = 'approve'
                and decision.decided_on is null
                and policy_period.decision_deadline_days is not null
                then 'DATE_MISSING'
            when decision.verdict_code = 'approve' and (
                select count(*)
                from working_day
                where working_day.calendar_date >= setting.period_to
                    and working_day.calendar_date <= decision.decided_on
            ) > policy_period.decision_deadline_days then 'DECIDED_TOO_LATE'
            when decision.verdict_code = 'approve' and not finding.is_certified then 'OUTAGE_NOT_CERTIFIED'
            when decision.verdict_code = 'approve'
                and finding.action_code not in ('restore', 'restore_partly')
                then 'EVIDENCE_INSUFFICIENT'
        end as refusal_code
    from decision
    cross join setting
    left join finding
        on decision.finding_id = finding.finding_id
    left join duty
        on finding.nip = duty.nip
        and finding.duty_date = duty.duty_date
    left join policy_period
        on finding.duty_date >= policy_period.valid_from
        and finding.duty_date < policy_period.valid_to
),

ranked as (
    select
        judged.decision_id,
        judged.finding_id,
        judged.verdict_code,
        judged.nip,
        judged.duty_date,
        judged.side_code,
        judged.rests_on_statement,
        judged.statement_quota_count,
        judged.refusal_code,
        row_number() over (
            partition by judged.finding_id, judged.refusal_code is null
            order by judged.decided_on desc nulls last, judged.decision_id desc
        ) as recency_rank
    from judged
),

counted as (
    select
        ranked.decision_id,
        ranked.finding_id,
        ranked.verdict_code,
        ranked.refusal_code,
        ranked.recency_rank,
        ranked.statement_quota_count,
        ranked.rests_on_statement and ranked.verdict_code = 'approve' as uses_quota,
        row_number() over (
            partition by
                ranked.nip,
                ranked.refusal_code is null
                and ranked.recency_rank = 1
                and ranked.rests_on_statement
                and ranked.verdict_code = 'approve'
            order by ranked.duty_date, ranked.side_code, ranked.decision_id
        ) as quota_rank
    from ranked
)

select
    counted.decision_id,
    counted.finding_id,
    counted.verdict_code,
    case
        when counted.refusal_code is not null then 'refused'
        when counted.recency_rank > 1 then 'superseded'
        when counted.uses_quota and counted.quota_rank > counted.statement_quota_count then 'refused'
        else 'counts'
    end as status_code,
    case
        when counted.refusal_code is not null then counted.refusal_code
        when counted.recency_rank = 1 and counted.uses_quota and counted.quota_rank > counted.statement_quota_count
            then 'QUOTA_EXCEEDED'
    end as refusal_code
from counted
