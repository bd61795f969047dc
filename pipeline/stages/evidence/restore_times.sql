-- Which time would have been recorded for this side, and how many minutes late or early is it?
-- One row per late, early or missing side; nothing is restored where the evidence is contradicted or there is none.
with excused as (  -- without an own request an outage excuses only the minutes that it covers, and no more than is attested
    select
        side_cause.nip,
        side_cause.duty_date,
        side_cause.side_code,
        side_cause.due_at,
        side_cause.minutes_off,
        side_cause.side_code <> 'apel' or duty.apel_late_from_seconds is not null as is_timed,
        case
            when side_grade.grade_code not in ('A', 'B', 'C', 'D') then null
            when side_cause.acted_at is not null then side_cause.acted_at
            when side_cause.state_code = 'missing' and side_cause.side_code = 'out'
                then least(side_cause.due_at, side_presence.last_stated_at)
            when side_cause.state_code = 'missing'
                then greatest(side_cause.due_at, side_cause.impact_started_at, side_presence.first_stated_at)
            when side_cause.recorded_at
                < side_cause.impact_ended_at + to_minutes(policy_period.recovery_grace_minutes)
                then least(
                    side_cause.recorded_at,
                    greatest(side_cause.due_at, side_cause.impact_started_at, side_presence.first_stated_at)
                )
            else least(
                side_cause.recorded_at,
                greatest(
                    side_presence.first_stated_at,
                    side_cause.recorded_at - greatest(
                        interval '0' second,
                        side_cause.impact_ended_at - greatest(side_cause.due_at, side_cause.impact_started_at)
                    )
                )
            )
        end as restored_at
    from side_cause
    inner join side_grade
        on side_cause.nip = side_grade.nip
        and side_cause.duty_date = side_grade.duty_date
        and side_cause.side_code = side_grade.side_code
    inner join side_presence
        on side_cause.nip = side_presence.nip
        and side_cause.duty_date = side_presence.duty_date
        and side_cause.side_code = side_presence.side_code
    inner join policy_period
        on side_cause.duty_date >= policy_period.valid_from
        and side_cause.duty_date < policy_period.valid_to
    left join duty
        on side_cause.nip = duty.nip
        and side_cause.duty_date = duty.duty_date
)

select
    excused.nip,
    excused.duty_date,
    excused.side_code,
    excused.restored_at,
    case
        when excused.restored_at is null then excused.minutes_off
        when excused.side_code = 'out' then greatest(0, minutes_between(excused.restored_at, excused.due_at))
        when excused.is_timed then greatest(0, minutes_between(excused.due_at, excused.restored_at))
        else 0  -- an apel without bands is attended or not
    end as minutes_restored
from excused
