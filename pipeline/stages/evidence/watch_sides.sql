-- Did the logs cover the whole span in which this side was due, each of them and without a gap?
-- One row per late, early or missing side; without any log none is watched.
with vantages as (
    select
        count(distinct coverage.vantage_code) as vantage_count
    from coverage
),

covered as (
    select
        off_side.nip,
        off_side.duty_date,
        off_side.side_code,
        count(distinct coverage.vantage_code) as vantage_count
    from off_side
    inner join coverage
        on coverage.started_at <= off_side.exposed_from
        and coverage.ended_at >= off_side.exposed_to
    group by off_side.nip, off_side.duty_date, off_side.side_code
)

select
    off_side.nip,
    off_side.duty_date,
    off_side.side_code,
    coalesce(covered.vantage_count = vantages.vantage_count, false)
    and not exists (
        select 1
        from outage
        where outage.layer_code = 'log_gap'
            and covers_place(outage.scope_region, outage.scope_unit_id, off_side.region_code, off_side.unit_id)
            and outage.impact_started_at <= off_side.exposed_to
            and outage.impact_ended_at > off_side.exposed_from
    ) as is_watched
from off_side
cross join vantages
left join covered
    on off_side.nip = covered.nip
    and off_side.duty_date = covered.duty_date
    and off_side.side_code = covered.side_code
