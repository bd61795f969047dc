-- Which outages of this person's scope touch the span in which the late, early or missing side was due?
-- One row per side and outage; number 1 explains the side: the one that explains most, so that no other one harms.
with asked as (  -- [due - arrival span, due] of a check-in or apel, [due, due + leaving span] of a check-out
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.region_code,
        duty_side.unit_id,
        duty_side.accept_from,
        duty_side.accept_to,
        duty_side.recorded_at,
        exposed_from(duty_side.side_code, duty_side.due_at, policy_period.arrival_span_minutes) as exposed_from,
        exposed_to(duty_side.side_code, duty_side.due_at, policy_period.leaving_span_minutes) as exposed_to
    from duty_side
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
    where duty_side.state_code in ('late', 'early', 'missing')
),

used as (
    select
        attempt.nip,
        attempt.provider,
        attempt.network_cidr,
        attempt.unit_id,
        count(distinct attempt.requested_at::date) as day_count
    from attempt
    group by attempt.nip, attempt.provider, attempt.network_cidr, attempt.unit_id
),

weighted as (
    select
        used.nip,
        used.provider,
        used.network_cidr,
        used.unit_id,
        used.day_count,
        sum(used.day_count) over (partition by used.nip, used.provider) as provider_day_count
    from used
),

ranked as (  -- the carrier of most of the person's days, and its block of most days; equal ones by name
    select
        weighted.nip,
        weighted.provider,
        weighted.network_cidr,
        weighted.unit_id,
        row_number() over (
            partition by weighted.nip
            order by
                weighted.provider_day_count desc,
                weighted.provider,
                weighted.day_count desc,
                weighted.network_cidr,
                weighted.unit_id
        ) as use_rank
    from weighted
),

running as (  -- the app of the last request before the end of the span
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        arg_max(attempt.client_code, (attempt.requested_at, attempt.attempt_id)) as client_code
    from asked
    inner join attempt
        on asked.nip = attempt.nip
        and attempt.requested_at <= asked.exposed_to
    where attempt.client_code is not null
    group by asked.nip, asked.duty_date, asked.side_code
),

scoped as (  -- a null scope column means any; without own requests the blocks of the unit stand for the person
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        outage.outage_id,
        case
            when coalesce(outage.scope_provider, outage.scope_network, outage.scope_client) is null
                and outage.layer_code <> 'site' then 'scope'
            when line.nip is null then 'unit_block'
            when line.use_rank = 1 then 'usual'
            else 'also_used'
        end as basis_code,
        coalesce(line.use_rank, 1) as basis_rank
    from asked
    inner join outage
        on outage.impact_started_at <= asked.exposed_to
        and outage.impact_ended_at > asked.exposed_from
        and outage.layer_code <> 'log_gap'
        and coalesce(outage.scope_region, asked.region_code) = asked.region_code
        and coalesce(outage.scope_unit_id, asked.unit_id) = asked.unit_id
    left join ranked as line
        on asked.nip = line.nip
    left join running
        on asked.nip = running.nip
        and asked.duty_date = running.duty_date
        and asked.side_code = running.side_code
    left join network
        on asked.unit_id = network.unit_id
        and line.nip is null
        and coalesce(outage.scope_provider, network.provider) = network.provider
        and coalesce(outage.scope_network, network.cidr) = network.cidr
    where (outage.scope_provider is null or outage.scope_provider = coalesce(line.provider, network.provider))
        and (outage.scope_network is null or outage.scope_network = coalesce(line.network_cidr, network.cidr))
        and (outage.layer_code <> 'site' or line.nip is null or line.unit_id = asked.unit_id)
        and (
            outage.scope_client is null
            or (
                split_part(outage.scope_client, '/', 1) in ('*', split_part(running.client_code, '/', 1))
                and split_part(outage.scope_client, '/', 2) in ('*', split_part(running.client_code, '/', 2))
            )
        )
),

met as (  -- an own failed request inside the window, over the failing line or app, exposes by itself
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        outage.outage_id,
        'own_request' as basis_code,
        0 as basis_rank
    from asked
    inner join attempt
        on asked.nip = attempt.nip
        and attempt.outcome_code = 'failed'
        and attempt.requested_at >= asked.accept_from
        and attempt.requested_at < asked.accept_to
        and coalesce(attempt.direction_code, asked.side_code) = asked.side_code
    inner join outage
        on attempt.requested_at >= outage.impact_started_at
        and attempt.requested_at < outage.impact_ended_at
        and outage.layer_code <> 'log_gap'
        and coalesce(outage.scope_region, asked.region_code) = asked.region_code
        and coalesce(outage.scope_unit_id, asked.unit_id) = asked.unit_id
        and (outage.scope_provider is null or outage.scope_provider = attempt.provider)
        and (outage.scope_network is null or outage.scope_network = attempt.network_cidr)
        and (
            outage.scope_client is null
            or (
                split_part(outage.scope_client, '/', 1) in ('*', split_part(attempt.client_code, '/', 1))
                and split_part(outage.scope_client, '/', 2) in ('*', split_part(attempt.client_code, '/', 2))
            )
        )
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
        met.basis_code,
        met.basis_rank
    from met
),

exposed as (  -- an own request says most, then the line used most
    select
        touched.nip,
        touched.duty_date,
        touched.side_code,
        touched.outage_id,
        arg_min(touched.basis_code, touched.basis_rank) as basis_code
    from touched
    group by touched.nip, touched.duty_date, touched.side_code, touched.outage_id
),

watched as (  -- failures are logged where they fail, so a request would have left a line there
    select
        exposed.nip,
        exposed.duty_date,
        exposed.side_code,
        exposed.outage_id,
        exposed.basis_code,
        asked.recorded_at,
        outage.impact_started_at,
        outage.impact_ended_at,
        outage.is_certified,
        outage.symptom_code in ('failure', 'lost_write') and exists (
            select 1
            from coverage
            where coverage.started_at <= outage.impact_started_at
                and coverage.ended_at >= outage.impact_ended_at
        ) as is_vantage_alive
    from exposed
    inner join asked
        on exposed.nip = asked.nip
        and exposed.duty_date = asked.duty_date
        and exposed.side_code = asked.side_code
    inner join outage
        on exposed.outage_id = outage.outage_id
)

select
    watched.nip,
    watched.duty_date,
    watched.side_code,
    watched.outage_id,
    row_number() over (
        partition by watched.nip, watched.duty_date, watched.side_code
        order by
            watched.basis_code <> 'own_request',
            case  -- of own requests the first check-in and the last check-out
                when watched.basis_code <> 'own_request' then null
                when watched.side_code = 'out' then -epoch(watched.impact_started_at)
                else epoch(watched.impact_started_at)
            end,
            coalesce(watched.recorded_at < watched.impact_ended_at, false),  -- who got through is not explained
            watched.is_vantage_alive,
            not watched.is_certified,
            watched.impact_ended_at desc,
            watched.impact_started_at,
            watched.outage_id
    )::bigint as exposure_no,
    watched.basis_code,
    watched.is_vantage_alive
from watched
