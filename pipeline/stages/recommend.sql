-- What is recommended for this finding, what was decided, and what does it move in rupiah?
-- One row per finding; marginal effects in the order in which build_scenarios applies them, so that they sum exactly.
with deciding as (
    select
        decision_check.finding_id,
        bool_or(decision_check.verdict_code = 'approve') as is_approved,
        bool_or(decision_check.verdict_code = 'reject') as is_rejected
    from decision_check
    where decision_check.status_code = 'counts'
    group by decision_check.finding_id
),

ranked as (
    select
        finding.finding_id,
        finding.finding_hash,
        finding.nip,
        finding.unit_id,
        finding.duty_date,
        finding.side_code,
        finding.action_code,
        coalesce(deciding.is_approved, false) as is_approved,
        coalesce(deciding.is_rejected, false) as is_rejected,
        finding.action_code in ('restore', 'restore_partly', 'needs_statement')
        and finding.restored_at is not null
        and not coalesce(deciding.is_rejected, false) as is_candidate
    from finding
    left join deciding
        on finding.finding_id = deciding.finding_id
),

numbered as (
    select
        ranked.*,
        case
            when ranked.is_candidate
                then row_number() over (
                    partition by ranked.nip, ranked.is_candidate
                    order by ranked.is_approved desc, ranked.duty_date, ranked.side_code
                )
        end as apply_rank
    from ranked
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
        numbered.*,
        coalesce(before_it.deduction_idr, 0)::bigint as before_idr,
        coalesce(after_it.deduction_idr, 0)::bigint as after_idr
    from numbered
    left join summed as before_it
        on numbered.nip = before_it.nip
        and coalesce(numbered.apply_rank - 1, 0) = before_it.step_no
    left join summed as after_it
        on numbered.nip = after_it.nip
        and coalesce(numbered.apply_rank, 0) = after_it.step_no
)

select
    left(sha256(priced.finding_hash), 16) as recommendation_id,
    priced.finding_id,
    priced.nip,
    priced.unit_id,
    priced.duty_date,
    priced.side_code,
    priced.action_code,
    case
        when priced.is_rejected then 'rejected'
        when priced.is_approved then 'approved'
        when priced.is_candidate then 'proposed'
        else 'not_supported'
    end as status_code,
    priced.before_idr as deduction_before_idr,
    priced.after_idr as deduction_after_idr,
    priced.before_idr - priced.after_idr as adjustment_idr
from priced
