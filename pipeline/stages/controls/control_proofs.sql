-- Was every witness of a late, early or missing side weighed, and does the finding point at every line that it rests on?
-- One row per person with a duty; each count beside the one that it must equal.
with off as (
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.punch_id,
        duty_side.accept_from,
        duty_side.accept_to
    from duty_side
    where duty_side.state_code in ('late', 'early', 'missing')
),

witnessed as (
    select off.nip
    from off
    inner join statement
        on statement.nip = off.nip
        and statement.duty_date = off.duty_date
        and statement.side_code = off.side_code
    union all
    select off.nip
    from off
    inner join duty_side as other
        on other.nip = off.nip
        and other.duty_date = off.duty_date
        and other.side_code <> off.side_code
        and other.side_code <> 'apel'
        and other.punch_id is not null
    union all
    select off.nip
    from off
    inner join punch
        on punch.nip = off.nip
        and punch.direction_code = 'apel'
        and punch.punched_at >= off.accept_from
        and punch.punched_at < off.accept_to
    where off.side_code <> 'apel'
),

resting as (
    select
        off.nip,
        count(off.punch_id)
        + count(flip.punch_id)
        + sum((
            select count(*)
            from attempt
            where attempt.nip = off.nip
                and coalesce(attempt.direction_code, off.side_code) = off.side_code
                and attempt.requested_at >= off.accept_from
                and attempt.requested_at < off.accept_to
        ))
        + sum((
            select count(distinct (presence.role_code, coalesce(punch.file_id, statement.file_id), coalesce(punch.line_no, statement.line_no)))
            from presence
            left join punch
                on punch.punch_id = presence.punch_id
            left join statement
                on statement.statement_id = presence.statement_id
            where presence.nip = off.nip
                and presence.duty_date = off.duty_date
                and presence.side_code = off.side_code
                and coalesce(presence.punch_id, presence.statement_id) is not null
        )) as line_count
    from off
    left join flip
        on flip.nip = off.nip
        and flip.duty_date = off.duty_date
        and flip.side_code = off.side_code
    group by off.nip
),

pointed as (
    select
        finding.nip,
        count(*) as edge_count
    from evidence_edge
    inner join finding
        on finding.finding_id = evidence_edge.finding_id
    group by finding.nip
),

weighed as (
    select presence.nip
    from presence
    where coalesce(presence.punch_id, presence.statement_id) is not null
),

owing as (
    select distinct duty.nip
    from duty
)

select
    owing.nip::varchar as nip,
    (select count(*) from witnessed where witnessed.nip = owing.nip)::bigint as witness_count,
    (select count(*) from weighed where weighed.nip = owing.nip)::bigint as presence_count,
    coalesce(resting.line_count, 0)::bigint as line_count,
    coalesce(pointed.edge_count, 0)::bigint as edge_count,
from owing
left join resting
    on resting.nip = owing.nip
left join pointed
    on pointed.nip = owing.nip
