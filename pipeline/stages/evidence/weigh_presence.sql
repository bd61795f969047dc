-- What else says that this person was there that day, or was not?
-- One row per late, early or missing side and independent record.
with asked as (
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.state_code,
        duty_side.accept_from,
        duty_side.accept_to,
        policy_period.statement_deadline_days,
        case policy_period.statement_deadline_of_code
            when 'month' then last_day(duty_side.duty_date)
            else duty_side.duty_date
        end as deadline_after
    from duty_side
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
    where duty_side.state_code in ('late', 'early', 'missing')
),

doubted as (
    select
        punch_doubt.punch_id,
        min(punch_doubt.doubt_code) as doubt_code
    from punch_doubt
    group by punch_doubt.punch_id
),

other_side as (  -- of the same day; a manual entry is named as such, and a doubted one supports nothing
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        coalesce(
            doubted.doubt_code,
            case punch.channel_code when 'manual' then 'manual_list' else 'other_side' end
        ) as witness_code,
        case when doubted.doubt_code is null then 'supports' else 'contradicts' end as role_code,
        punch.punched_at as witnessed_at,
        punch.punch_id
    from asked
    inner join duty_side as other
        on asked.nip = other.nip
        and asked.duty_date = other.duty_date
        and asked.side_code <> other.side_code
        and other.side_code in ('in', 'out')
    inner join punch
        on other.punch_id = punch.punch_id
    left join doubted
        on punch.punch_id = doubted.punch_id
),

assembled as (  -- a scan at the roll call, whether or not the policy asks for it
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        coalesce(doubted.doubt_code, 'apel') as witness_code,
        case when doubted.doubt_code is null then 'supports' else 'contradicts' end as role_code,
        punch.punched_at as witnessed_at,
        punch.punch_id
    from asked
    inner join punch
        on asked.nip = punch.nip
        and punch.direction_code = 'apel'
        and asked.side_code <> 'apel'
        and punch.punched_at >= asked.accept_from
        and punch.punched_at < asked.accept_to
    left join doubted
        on punch.punch_id = doubted.punch_id
),

counted as (  -- excused and provisional sides say nothing about habit
    select
        duty_side.nip,
        duty_side.side_code,
        count(*) as side_count,
        count(duty_side.recorded_at) as recorded_count
    from duty_side
    where duty_side.state_code in ('on_time', 'late', 'early', 'missing')
    group by duty_side.nip, duty_side.side_code
),

unaccustomed as (  -- on the other days of the month this side is missing more often than not
    select
        asked.nip,
        asked.duty_date,
        asked.side_code
    from asked
    inner join counted
        on asked.nip = counted.nip
        and asked.side_code = counted.side_code
    where asked.state_code = 'missing'
        and counted.side_count > 1
        and 2 * counted.recorded_count < counted.side_count - 1
),

certifying as (
    select distinct
        incident.certifier_nip
    from incident
),

signed as (  -- tanggal is the duty date, so after midnight a night shift's time lies a day later
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        case
            when statement.signer_nip = asked.nip then 'signed_by_self'
            when certifying.certifier_nip is not null then 'signed_by_certifier'
            when statement.letter_date < asked.duty_date then 'signed_before'
            when (
                select count(*)
                from calendar
                where calendar.calendar_date > asked.deadline_after
                    and calendar.calendar_date <= coalesce(statement.letter_date, asked.duty_date)
                    and not calendar.is_holiday
                    and calendar.weekday_no between 1 and 5
            ) > asked.statement_deadline_days then 'signed_too_late'
            else 'statement'
        end as witness_code,
        case
            when statement.stated_at < asked.accept_from then statement.stated_at + interval '1' day
            else statement.stated_at
        end as witnessed_at,
        statement.statement_id
    from asked
    inner join statement
        on asked.nip = statement.nip
        and asked.duty_date = statement.duty_date
        and asked.side_code = statement.side_code
    left join certifying
        on statement.signer_nip = certifying.certifier_nip
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
        null::varchar as statement_id
    from other_side
    union all
    select
        assembled.nip,
        assembled.duty_date,
        assembled.side_code,
        assembled.witness_code,
        assembled.role_code,
        assembled.witnessed_at,
        assembled.punch_id,
        null::varchar as statement_id
    from assembled
    union all
    select
        unaccustomed.nip,
        unaccustomed.duty_date,
        unaccustomed.side_code,
        'no_habit' as witness_code,
        'contradicts' as role_code,
        null::timestamp as witnessed_at,
        null::varchar as punch_id,
        null::varchar as statement_id
    from unaccustomed
    union all
    select
        signed.nip,
        signed.duty_date,
        signed.side_code,
        signed.witness_code,
        case signed.witness_code when 'statement' then 'supports' else 'contradicts' end as role_code,
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
