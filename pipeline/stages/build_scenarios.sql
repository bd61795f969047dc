-- What would each side of the month say as recorded, as approved, at most, and after each finding in turn?
-- One row per scenario, step, person, duty day and side.
with deciding as (
    select
        decision_check.finding_id,
        bool_or(decision_check.verdict_code = 'approve') as is_approved,
        bool_or(decision_check.verdict_code = 'reject') as is_rejected
    from decision_check
    where decision_check.status_code = 'counts'
    group by decision_check.finding_id
),

candidates as (
    select
        finding.nip,
        finding.duty_date,
        finding.side_code,
        finding.restored_at,
        coalesce(deciding.is_approved, false) as is_approved,
        row_number() over (
            partition by finding.nip
            order by coalesce(deciding.is_approved, false) desc, finding.duty_date, finding.side_code
        ) as apply_rank
    from finding
    left join deciding
        on finding.finding_id = deciding.finding_id
    where finding.action_code in ('restore', 'restore_partly', 'needs_statement')
        and finding.restored_at is not null
        and not coalesce(deciding.is_rejected, false)
),

staged as (
    select
        people.nip,
        scenarios.scenario_code,
        0 as step_no
    from (select distinct duty_side.nip from duty_side) as people
    cross join (values ('recorded'), ('restored'), ('potential')) as scenarios (scenario_code)
    union all
    select
        candidates.nip,
        'step' as scenario_code,
        candidates.apply_rank as step_no
    from candidates
),

applied as (
    select
        staged.scenario_code,
        staged.step_no,
        duty_side.nip,
        duty_side.unit_id,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.state_code,
        duty_side.due_at,
        coalesce(candidates.restored_at, duty_side.recorded_at) as effective_at
    from staged
    inner join duty_side
        on staged.nip = duty_side.nip
    left join candidates
        on duty_side.nip = candidates.nip
        and duty_side.duty_date = candidates.duty_date
        and duty_side.side_code = candidates.side_code
        and case staged.scenario_code
            when 'restored' then candidates.is_approved
            when 'potential' then true
            when 'step' then candidates.apply_rank <= staged.step_no
            else false
        end
),

timed as (
    select
        applied.scenario_code,
        applied.step_no,
        applied.nip,
        applied.unit_id,
        applied.duty_date,
        applied.side_code,
        applied.state_code,
        applied.due_at,
        applied.effective_at,
        case
            when applied.state_code in ('excused', 'provisional') or applied.effective_at is null then null
            when applied.side_code = 'in'
                then greatest(0, epoch(applied.effective_at) - epoch(applied.due_at))
            else greatest(0, epoch(applied.due_at) - epoch(applied.effective_at))
        end as seconds_off
    from applied
)

select
    timed.scenario_code,
    timed.step_no::bigint as step_no,
    timed.nip,
    timed.unit_id,
    timed.duty_date,
    timed.side_code,
    case
        when timed.state_code in ('excused', 'provisional') then timed.state_code
        when timed.effective_at is null then 'missing'
        when floor(timed.seconds_off / 60) = 0 then 'on_time'
        when timed.side_code = 'in' then 'late'
        else 'early'
    end as state_code,
    timed.due_at,
    timed.effective_at,
    timed.seconds_off::bigint as seconds_off,
    floor(timed.seconds_off / 60)::bigint as minutes_off
from timed
