-- Which outages of this person's scope touch the late, early or missing side, and what ties the person to them?
-- One row per side and outage; an own failed request says most, then the line used most.
with running as (  -- the app of the last request before the end of the span
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        arg_max(attempt.client_code, (attempt.requested_at, attempt.attempt_id)) as client_code
    from off_side
    inner join attempt
        on off_side.nip = attempt.nip
        and attempt.requested_at <= off_side.exposed_to
    where attempt.client_code is not null
    group by off_side.nip, off_side.duty_date, off_side.side_code
),

scoped as (  -- without own requests the blocks of the unit stand for the person
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        outage.outage_id,
        case
            when coalesce(outage.scope_provider, outage.scope_network, outage.scope_client) is null
                and outage.layer_code <> 'site' then 'scope'
            when used_network.nip is null then 'unit_block'
            when used_network.use_no = 1 then 'usual'
            else 'also_used'
        end as basis_code,
        coalesce(used_network.use_no, 1) as basis_rank
    from off_side
    inner join outage
        on outage.impact_started_at <= off_side.exposed_to
        and outage.impact_ended_at > off_side.exposed_from
        and outage.layer_code <> 'log_gap'
        and covers_place(outage.scope_region, outage.scope_unit_id, off_side.region_code, off_side.unit_id)
    left join used_network
        on off_side.nip = used_network.nip
    left join running
        on off_side.nip = running.nip
        and off_side.duty_date = running.duty_date
        and off_side.side_code = running.side_code
    left join network
        on off_side.unit_id = network.unit_id
        and used_network.nip is null
        and covers_line(outage.scope_provider, outage.scope_network, network.provider, network.cidr)
    where covers_line(
            outage.scope_provider,
            outage.scope_network,
            coalesce(used_network.provider, network.provider),
            coalesce(used_network.network_cidr, network.cidr)
        )
        and (outage.layer_code <> 'site' or used_network.nip is null or used_network.unit_id = off_side.unit_id)
        and covers_client(outage.scope_client, running.client_code)
),

met as (  -- an own failed request inside the window, over the failing line or app, exposes by itself
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        outage.outage_id
    from off_side
    inner join attempt
        on off_side.nip = attempt.nip
        and attempt.outcome_code = 'failed'
        and suits_side(
            attempt.direction_code,
            attempt.requested_at,
            off_side.side_code,
            off_side.accept_from,
            off_side.accept_to
        )
    inner join outage
        on attempt.requested_at >= outage.impact_started_at
        and attempt.requested_at < outage.impact_ended_at
        and outage.layer_code <> 'log_gap'
        and covers_place(outage.scope_region, outage.scope_unit_id, off_side.region_code, off_side.unit_id)
        and covers_line(outage.scope_provider, outage.scope_network, attempt.provider, attempt.network_cidr)
        and covers_client(outage.scope_client, attempt.client_code)
),

touched as (
    select
        scoped.nip,
        scoped.duty_date,
        scoped.side_code,
        scoped.outage_id,
        scoped.basis_code,
        scoped.basis_rank
    from scoped
    union all
    select
        met.nip,
        met.duty_date,
        met.side_code,
        met.outage_id,
        'own_request' as basis_code,
        0 as basis_rank
    from met
)

select
    touched.nip,
    touched.duty_date,
    touched.side_code,
    touched.outage_id,
    arg_min(touched.basis_code, touched.basis_rank) as basis_code
from touched
group by touched.nip, touched.duty_date, touched.side_code, touched.outage_id
