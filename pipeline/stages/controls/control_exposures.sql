-- Which outages of the person's scope touch a late, early or missing side, and how many of them are exposures?
-- One row per person with a duty; each count beside the one that it must equal.
with off as (
    select
        duty_side.nip,
        duty_side.region_code,
        duty_side.unit_id,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.accept_from,
        duty_side.accept_to,
        exposed_from(duty_side.side_code, duty_side.due_at, policy_period.arrival_span_minutes) as exposed_from,
        exposed_to(duty_side.side_code, duty_side.due_at, policy_period.leaving_span_minutes) as exposed_to
    from duty_side
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
    where duty_side.state_code in ('late', 'early', 'missing')
),

near as (  -- an outage of one app alone touches whoever runs it, and which app that is only the requests tell
    select
        off.*,
        outage.outage_id,
        outage.layer_code,
        outage.scope_provider,
        outage.scope_network,
        outage.impact_started_at,
        outage.impact_ended_at
    from off
    inner join outage
        on outage.layer_code <> 'log_gap'
        and outage.scope_client is null
        and coalesce(outage.scope_region, off.region_code) = off.region_code
        and coalesce(outage.scope_unit_id, off.unit_id) = off.unit_id
),

touched as (  -- by an own failed request over the line that fails, or by the line of the person or of the office
    select near.nip
    from near
    where exists (
        select 1
        from attempt
        where attempt.nip = near.nip
            and attempt.outcome_code = 'failed'
            and attempt.requested_at >= greatest(near.accept_from, near.impact_started_at)
            and attempt.requested_at < least(near.accept_to, near.impact_ended_at)
            and coalesce(attempt.direction_code, near.side_code) = near.side_code
            and (near.scope_provider is null or near.scope_provider = attempt.provider)
            and (near.scope_network is null or near.scope_network = attempt.network_cidr)
    )
    or near.impact_started_at <= near.exposed_to
    and near.impact_ended_at > near.exposed_from
    and case
        when near.scope_provider is null and near.scope_network is null and near.layer_code <> 'site' then true
        when exists (select 1 from attempt where attempt.nip = near.nip) then exists (
            select 1
            from attempt
            where attempt.nip = near.nip
                and (near.scope_provider is null or near.scope_provider = attempt.provider)
                and (near.scope_network is null or near.scope_network = attempt.network_cidr)
                and (near.layer_code <> 'site' or attempt.unit_id = near.unit_id)
        )
        when near.scope_provider is null and near.scope_network is null then true
        else exists (
            select 1
            from network
            where network.unit_id = near.unit_id
                and coalesce(near.scope_provider, network.provider) = network.provider
                and coalesce(near.scope_network, network.cidr) = network.cidr
        )
    end
),

exposed as (
    select exposure.nip
    from exposure
    inner join outage
        on outage.outage_id = exposure.outage_id
        and outage.scope_client is null
)

select
    owing.nip::varchar as nip,
    (select count(*) from touched where touched.nip = owing.nip)::bigint as touched_count,
    (select count(*) from exposed where exposed.nip = owing.nip)::bigint as exposed_count,
from (select distinct duty.nip from duty) as owing
