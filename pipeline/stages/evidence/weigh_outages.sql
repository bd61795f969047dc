-- Could the outage that touches this side have delayed or blocked it, though no own request of the person shows so?
-- One row per late, early or missing side; without an outage where none touches it.
with explained as (
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        off_side.recorded_at,
        outage.outage_id,
        outage.layer_code,
        outage.impact_started_at,
        outage.impact_ended_at,
        exposure.basis_code,
        coalesce(exposure.is_vantage_alive, false) as is_watched,
        -- of an outage that stops a whole region people hear without trying; of one of their app or office they do not
        exposure.basis_code = 'scope'
        and outage.symptom_code = 'failure'
        and is_total(outage.severity_bps) as stops_everybody,
        side_presence.is_corroborated,
        side_presence.has_statement,
        off_side.recorded_at
        >= outage.impact_ended_at + to_minutes(policy_period.recovery_grace_minutes) as is_past_grace
    from off_side
    inner join side_presence
        on off_side.nip = side_presence.nip
        and off_side.duty_date = side_presence.duty_date
        and off_side.side_code = side_presence.side_code
    inner join policy_period
        on off_side.duty_date >= policy_period.valid_from
        and off_side.duty_date < policy_period.valid_to
    left join exposure
        on off_side.nip = exposure.nip
        and off_side.duty_date = exposure.duty_date
        and off_side.side_code = exposure.side_code
        and exposure.exposure_no = 1
    left join outage
        on exposure.outage_id = outage.outage_id
),

seen as (  -- someone else saw the person there while it was down
    select distinct
        explained.nip,
        explained.duty_date,
        explained.side_code
    from explained
    inner join presence
        on explained.nip = presence.nip
        and explained.duty_date = presence.duty_date
        and explained.side_code = presence.side_code
        and presence.witness_code = 'statement'
        and presence.witnessed_at >= explained.impact_started_at
        and presence.witnessed_at < least(explained.impact_ended_at, explained.recorded_at)
)

select
    explained.nip,
    explained.duty_date,
    explained.side_code,
    explained.outage_id,
    explained.layer_code,
    explained.impact_started_at,
    explained.impact_ended_at,
    explained.basis_code,
    coalesce(explained.is_past_grace, false) and seen.nip is null as is_after_grace,
    coalesce(explained.recorded_at >= explained.impact_started_at, false)
    and case
        when seen.nip is not null then true
        -- nobody would have logged a try, and nobody saw the person at another time
        when explained.is_past_grace then not (explained.is_watched or explained.has_statement)
        -- where a try would have been logged, or another line let the person in, only someone else's word will do
        else explained.has_statement
            or not (
                explained.is_watched
                or (explained.basis_code = 'also_used' and explained.recorded_at < explained.impact_ended_at)
            )
    end as may_be_delayed,
    explained.outage_id is not null
    and case
        when explained.is_watched and not explained.stops_everybody then explained.has_statement
        else explained.is_corroborated
    end as may_be_blocked
from explained
left join seen
    on explained.nip = seen.nip
    and explained.duty_date = seen.duty_date
    and explained.side_code = seen.side_code
