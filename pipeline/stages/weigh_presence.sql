-- What else says that this person was there that day, or was not?
-- One row per late, early or missing side and independent record.
with asked as (
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code
    from duty_side
    where duty_side.state_code in ('late', 'early', 'missing')
),

other_side as (
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        'other_side' as witness_code,
        'supports' as role_code,
        other.recorded_at as witnessed_at,
        other.punch_id,
        null::varchar as statement_id
    from asked
    inner join duty_side as other
        on asked.nip = other.nip
        and asked.duty_date = other.duty_date
        and asked.side_code <> other.side_code
        and other.recorded_at is not null
),

signed as (
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        case
            when statement.signer_nip = asked.nip then 'signed_by_self'
            when incident.certifier_nip is not null then 'signed_by_certifier'
            when (
                select count(*)
                from calendar
                where calendar.calendar_date > asked.duty_date
                    and calendar.calendar_date <= coalesce(statement.letter_date, asked.duty_date)
                    and not calendar.is_holiday
                    and calendar.weekday_no between 1 and 5
            ) > policy_period.statement_deadline_days then 'signed_too_late'
            else 'statement'
        end as witness_code,
        statement.stated_at as witnessed_at,
        statement.statement_id
    from asked
    inner join statement
        on asked.nip = statement.nip
        and asked.duty_date = statement.duty_date
        and asked.side_code = statement.side_code
    inner join policy_period
        on asked.duty_date >= policy_period.valid_from
        and asked.duty_date < policy_period.valid_to
    left join (
        select distinct incident.certifier_nip
        from incident
        where incident.certifier_nip is not null
    ) as incident
        on statement.signer_nip = incident.certifier_nip
),

witnessed as (
    select
        other_side.nip,
        other_side.duty_date,
        other_side.side_code,
        other_side.witness_code,
        other_side.role_code,
        other_side.witnessed_at,
        other_side.punch_id,
        other_side.statement_id
    from other_side
    union all
    select
        signed.nip,
        signed.duty_date,
        signed.side_code,
        signed.witness_code,
        case when signed.witness_code = 'statement' then 'supports' else 'contradicts' end as role_code,
        signed.witnessed_at,
        null::varchar as punch_id,
        signed.statement_id
    from signed
)

select
    witnessed.nip,
    witnessed.duty_date,
    witnessed.side_code,
    witnessed.witness_code,
    row_number() over (
        partition by witnessed.nip, witnessed.duty_date, witnessed.side_code, witnessed.witness_code
        order by witnessed.witnessed_at, witnessed.punch_id, witnessed.statement_id
    )::bigint as witness_no,
    witnessed.role_code,
    witnessed.witnessed_at,
    witnessed.punch_id,
    witnessed.statement_id
from witnessed
