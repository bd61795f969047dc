-- What would each side of the month say as recorded, as approved, at most, and after each finding in turn?
-- One row per scenario, step, person, duty day and side.
with staged as (
    select
        people.nip,
        scenarios.scenario_code,
        0 as step_no
    from (select distinct duty_side.nip from duty_side) as people
    cross join (values ('recorded'), ('restored'), ('potential')) as scenarios (scenario_code)
    union all
    select
        candidate.nip,
        'step' as scenario_code,
        candidate.apply_no as step_no
    from candidate
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
        coalesce(candidate.restored_at, duty_side.recorded_at) as effective_at,
        expected_side.off_from_seconds
    from staged
    inner join duty_side
        on staged.nip = duty_side.nip
    inner join expected_side
        on expected_side.nip = duty_side.nip
        and expected_side.duty_date = duty_side.duty_date
        and expected_side.side_code = duty_side.side_code
    left join candidate
        on duty_side.nip = candidate.nip
        and duty_side.duty_date = candidate.duty_date
        and duty_side.side_code = candidate.side_code
        and case staged.scenario_code
            when 'restored' then candidate.is_approved
            when 'potential' then true
            when 'step' then candidate.apply_no <= staged.step_no
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
        applied.off_from_seconds,
        case
            when applied.state_code in ('excused', 'provisional') or applied.effective_at is null then null
            else seconds_off_due(applied.side_code, applied.due_at, applied.effective_at)
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
        else timed_state(timed.side_code, timed.seconds_off, timed.off_from_seconds)
    end as state_code,
    timed.due_at,
    timed.effective_at,
    timed.seconds_off::bigint as seconds_off,
    floor(timed.seconds_off / 60)::bigint as minutes_off
from timed
