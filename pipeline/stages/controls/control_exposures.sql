-- Which late, early and missing sides does each outage reach, and are these, and the lines of their people, all known?
-- One row per person with a duty; each count beside the one that it must equal.
-- Counted from the outages and the requests, in words of its own: what the rules share is not used here.
with reaching as (  -- due times that an outage touches; of one app alone it touches whoever runs it, which only requests tell
    select
        outage.outage_id,
        outage.layer_code,
        outage.scope_region,
        outage.scope_unit_id,
        outage.scope_provider,
        outage.scope_network,
        coalesce(outage.scope_provider, outage.scope_network) is null as is_of_every_line,
        sides.side_code,
        policy_period.valid_from,
        policy_period.valid_to,
        case sides.side_code
            when 'out' then outage.impact_started_at - to_minutes(policy_period.leaving_span_minutes)
            else outage.impact_started_at
        end as due_from,
        case sides.side_code
            when 'out' then outage.impact_ended_at
            else outage.impact_ended_at + to_minutes(policy_period.arrival_span_minutes)
        end as due_before
    from outage
    cross join policy_period
    cross join (values ('in'), ('out'), ('apel')) as sides (side_code)
    where outage.layer_code <> 'log_gap' and outage.scope_client is null
),

reached as (
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        reaching.outage_id
    from reaching
    inner join duty_side
        on duty_side.side_code = reaching.side_code
        and duty_side.due_at >= reaching.due_from
        and duty_side.due_at < reaching.due_before
        and duty_side.duty_date >= reaching.valid_from
        and duty_side.duty_date < reaching.valid_to
        and duty_side.region_code = coalesce(reaching.scope_region, duty_side.region_code)
        and duty_side.unit_id = coalesce(reaching.scope_unit_id, duty_side.unit_id)
    where duty_side.state_code not in ('on_time', 'excused', 'provisional')
        and case
            when reaching.is_of_every_line and reaching.layer_code <> 'site' then true
            when exists (select 1 from attempt where attempt.nip = duty_side.nip) then exists (
                select 1
                from attempt
                where attempt.nip = duty_side.nip
                    and (reaching.scope_provider is null or attempt.provider = reaching.scope_provider)
                    and (reaching.scope_network is null or attempt.network_cidr = reaching.scope_network)
                    and (reaching.layer_code <> 'site' or attempt.unit_id = duty_side.unit_id)
            )
            else reaching.is_of_every_line
                or exists (
                    select 1
                    from network
                    where network.unit_id = duty_side.unit_id
                        and network.provider = coalesce(reaching.scope_provider, network.provider)
                        and network.cidr = coalesce(reaching.scope_network, network.cidr)
                )
        end
    union  -- where both hold it is one
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        outage.outage_id
    from attempt
    inner join outage
        on attempt.outcome_code = 'failed'
        and attempt.requested_at >= outage.impact_started_at
        and attempt.requested_at < outage.impact_ended_at
        and (outage.scope_provider is null or attempt.provider = outage.scope_provider)
        and (outage.scope_network is null or attempt.network_cidr = outage.scope_network)
    inner join duty_side
        on duty_side.nip = attempt.nip
        and duty_side.side_code = coalesce(attempt.direction_code, duty_side.side_code)
        and attempt.requested_at >= duty_side.accept_from
        and attempt.requested_at < duty_side.accept_to
        and duty_side.region_code = coalesce(outage.scope_region, duty_side.region_code)
        and duty_side.unit_id = coalesce(outage.scope_unit_id, duty_side.unit_id)
    where duty_side.state_code not in ('on_time', 'excused', 'provisional')
        and outage.layer_code <> 'log_gap'
        and outage.scope_client is null
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
    (select count(*) from reached where reached.nip = owing.nip)::bigint as touched_count,
    (select count(*) from exposed where exposed.nip = owing.nip)::bigint as exposed_count,
    (
        select count(distinct (attempt.provider, attempt.network_cidr, attempt.unit_id))
        from attempt
        where attempt.nip = owing.nip
    )::bigint as line_count,
    (select count(*) from used_network where used_network.nip = owing.nip)::bigint as used_count,
from (select distinct duty.nip from duty) as owing
