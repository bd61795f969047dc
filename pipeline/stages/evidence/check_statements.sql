-- Does this statement speak for the late, early or missing side: who signed it, of which day, and in time?
-- One row per such side and statement about it.
with certifying as (
    select distinct
        incident.certifier_nip
    from incident
),

asked as (
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        off_side.accept_from,
        statement.statement_id,
        statement.signer_nip,
        statement.letter_date,
        statement.stated_at,
        policy_period.statement_deadline_days,
        case policy_period.statement_deadline_of_code
            when 'month' then last_day(off_side.duty_date)
            else off_side.duty_date
        end as deadline_after
    from off_side
    inner join statement
        on off_side.nip = statement.nip
        and off_side.duty_date = statement.duty_date
        and off_side.side_code = statement.side_code
    inner join policy_period
        on off_side.duty_date >= policy_period.valid_from
        and off_side.duty_date < policy_period.valid_to
)

select
    asked.nip,
    asked.duty_date,
    asked.side_code,
    asked.statement_id,
    case
        when asked.signer_nip = asked.nip then 'signed_by_self'
        when certifying.certifier_nip is not null then 'signed_by_certifier'
        when asked.letter_date < asked.duty_date then 'signed_before'
        when (
            select count(*)
            from calendar
            where calendar.calendar_date > asked.deadline_after
                and calendar.calendar_date <= coalesce(asked.letter_date, asked.duty_date)
                and not calendar.is_holiday
                and calendar.weekday_no between 1 and 5
        ) > asked.statement_deadline_days then 'signed_too_late'
        else 'statement'
    end as witness_code,
    case  -- the statement names the duty date, so after midnight a night shift's time lies a day later
        when asked.stated_at < asked.accept_from then asked.stated_at + interval '1' day
        else asked.stated_at
    end as witnessed_at
from asked
left join certifying
    on asked.signer_nip = certifying.certifier_nip
