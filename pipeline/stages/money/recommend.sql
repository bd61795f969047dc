-- What is recommended for this finding, what was decided, and what does it move in rupiah?
-- One row per finding; marginal effects in the order of `candidate`, so that they sum exactly.
with rejecting as (
    select distinct decision_check.finding_id
    from decision_check
    where decision_check.status_code = 'counts' and decision_check.verdict_code = 'reject'
),

summed as (
    select
        assessment.nip,
        case when assessment.scenario_code = 'recorded' then 0 else assessment.step_no end as step_no,
        sum(assessment.deduction_idr) as deduction_idr
    from assessment
    where assessment.scenario_code in ('recorded', 'step')
    group by assessment.nip, case when assessment.scenario_code = 'recorded' then 0 else assessment.step_no end
),

priced as (
    select
        finding.finding_id,
        finding.finding_hash,
        finding.nip,
        finding.unit_id,
        finding.duty_date,
        finding.side_code,
        finding.action_code,
        case
            when rejecting.finding_id is not null then 'rejected'
            when candidate.is_approved then 'approved'
            when candidate.finding_id is not null then 'proposed'
            else 'not_supported'
        end as status_code,
        coalesce(before_it.deduction_idr, 0)::bigint as before_idr,
        coalesce(after_it.deduction_idr, 0)::bigint as after_idr
    from finding
    left join candidate
        on finding.finding_id = candidate.finding_id
    left join rejecting
        on finding.finding_id = rejecting.finding_id
    left join summed as before_it
        on finding.nip = before_it.nip
        and coalesce(candidate.apply_no - 1, 0) = before_it.step_no
    left join summed as after_it
        on finding.nip = after_it.nip
        and coalesce(candidate.apply_no, 0) = after_it.step_no
)

select
    left(sha256(priced.finding_hash), 16) as recommendation_id,
    priced.finding_id,
    priced.nip,
    priced.unit_id,
    priced.duty_date,
    priced.side_code,
    priced.action_code,
    priced.status_code,
    priced.before_idr as deduction_before_idr,
    priced.after_idr as deduction_after_idr,
    priced.before_idr - priced.after_idr as adjustment_idr
from priced
