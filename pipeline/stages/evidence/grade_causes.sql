-- How strong is the evidence for what happened to this side?
-- One row per late, early or missing side; A an own request or punch, C and D an outage alone, X contradicted, - no question.
with weighed as (
    select
        side_cause.nip,
        side_cause.duty_date,
        side_cause.side_code,
        side_cause.state_code,
        side_cause.cause_code,
        side_cause.outage_id,
        side_cause.acted_at,
        side_cause.is_tried_before,
        side_cause.is_authenticated,
        side_cause.has_own_success,
        side_cause.is_after_grace,
        side_presence.is_corroborated,
        side_presence.is_unaccustomed,
        outage.symptom_code,
        exposure.basis_code,
        coalesce(exposure.is_vantage_alive, false) and side_cause.acted_at is null as is_silent,
        coalesce(
            outage.is_certified
            and outage.certified_started_at <= off_side.exposed_to
            and outage.certified_ended_at > off_side.exposed_from,
            false
        ) as is_certified
    from side_cause
    inner join off_side
        on side_cause.nip = off_side.nip
        and side_cause.duty_date = off_side.duty_date
        and side_cause.side_code = off_side.side_code
    inner join side_presence
        on side_cause.nip = side_presence.nip
        and side_cause.duty_date = side_presence.duty_date
        and side_cause.side_code = side_presence.side_code
    left join exposure
        on side_cause.nip = exposure.nip
        and side_cause.duty_date = exposure.duty_date
        and side_cause.side_code = exposure.side_code
        and side_cause.outage_id = exposure.outage_id
    left join outage
        on side_cause.outage_id = outage.outage_id
)

select
    weighed.nip,
    weighed.duty_date,
    weighed.side_code,
    case
        when weighed.cause_code = 'no_coverage' then '-'
        when weighed.outage_id is null and weighed.cause_code not in ('flipped', 'lost') then '-'
        when weighed.cause_code = 'flipped'
            and (weighed.outage_id is not null or weighed.is_tried_before)
            and weighed.is_authenticated then 'A'
        when weighed.cause_code = 'lost' and weighed.symptom_code = 'lost_write' and weighed.is_authenticated
            then 'A'
        when weighed.cause_code in ('flipped', 'lost') then 'C'
        when weighed.state_code = 'early' or weighed.has_own_success then 'X'
        when weighed.cause_code = 'unexplained' and weighed.acted_at is not null then 'X'
        when weighed.acted_at is not null and weighed.is_authenticated then 'A'
        when weighed.acted_at is not null then 'C'
        when weighed.is_unaccustomed then 'X'
        when weighed.is_silent or weighed.is_after_grace or weighed.basis_code in ('unit_block', 'also_used')
            then 'D'
        when weighed.cause_code in ('delayed', 'blocked') then 'C'
        when weighed.cause_code = 'unsynced' and weighed.is_corroborated then 'C'
        else 'D'
    end as grade_code,
    weighed.is_silent,
    weighed.is_certified
from weighed
