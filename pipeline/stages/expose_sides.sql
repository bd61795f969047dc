-- Which outages of the person's scope overlap the span in which this late, early or missing side was due?
-- One row per side and outage; number 1 is the outage that began first, then the smaller id.
with covered as (
    select
        duty_side.nip,
        duty_side.duty_date,
        duty_side.side_code,
        outage.outage_id,
        outage.impact_started_at,
        outage.impact_ended_at,
        outage.layer_code
    from duty_side
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
    inner join outage  -- a null scope column means any
        on coalesce(outage.scope_region, duty_side.region_code) = duty_side.region_code
        and coalesce(outage.scope_unit_id, duty_side.unit_id) = duty_side.unit_id
        and outage.scope_provider is null
        and outage.scope_client is null
        and outage.scope_network is null
        and outage.layer_code <> 'log_gap'
        and (
            (
                duty_side.side_code in ('in', 'apel')
                and outage.impact_started_at <= duty_side.due_at
                and outage.impact_ended_at
                > duty_side.due_at - to_minutes(policy_period.arrival_span_minutes)
            )
            or (
                duty_side.side_code = 'out'
                and outage.impact_started_at
                < duty_side.due_at + to_minutes(policy_period.leaving_span_minutes)
                and outage.impact_ended_at > duty_side.due_at
            )
        )
    where duty_side.state_code in ('late', 'early', 'missing')
)

select
    covered.nip,
    covered.duty_date,
    covered.side_code,
    covered.outage_id,
    row_number() over (
        partition by covered.nip, covered.duty_date, covered.side_code
        order by covered.impact_started_at, covered.outage_id
    )::bigint as exposure_no,
    false as is_usual,
    exists (
        select 1
        from coverage
        where coverage.vantage_code = 'gerbang'
            and covered.layer_code in ('link', 'central')
            and coverage.started_at <= covered.impact_started_at
            and coverage.ended_at >= covered.impact_ended_at
    ) as is_vantage_alive
from covered
