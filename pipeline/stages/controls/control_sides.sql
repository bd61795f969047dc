-- How many sides do this person's duties have, how many were judged, found off, explained, laid out, and absent?
-- One row per person with a duty; each count beside the one that it must equal.
with owed as (
    select
        duty.nip,
        sum(case when duty.apel_at is null then 2 else 3 end) as side_count,
    from duty
    group by duty.nip
),

judged as (
    select
        duty_side.nip,
        count(*) as side_count,
        count(*) filter (where duty_side.state_code in ('late', 'early', 'missing')) as off_count,
    from duty_side
    group by duty_side.nip
),

explained as (
    select
        finding.nip,
        count(*) as finding_count,
    from finding
    group by finding.nip
),

applied as (  -- recorded, restored and potential, and a step for each finding that could move money
    select
        candidate.nip,
        count(*) as step_count,
    from candidate
    group by candidate.nip
),

staged as (
    select
        scenario_side.nip,
        count(*) as side_count,
    from scenario_side
    group by scenario_side.nip
),

absent as (
    select
        days.nip,
        count(*) as day_count,
    from (
        select scenario_side.nip
        from scenario_side
        where scenario_side.scenario_code <> 'step'
        group by scenario_side.nip, scenario_side.scenario_code, scenario_side.duty_date
        having count(*) > 1 and bool_and(scenario_side.state_code = 'missing')
    ) as days
    group by days.nip
),

counted as (
    select
        absence_count.nip,
        sum(absence_count.absent_days) as day_count,
        sum(absence_count.year_days) as year_count,
    from absence_count
    group by absence_count.nip
),

recalled as (
    select
        earlier_absence.nip,
        sum(earlier_absence.absent_days) as day_count,
    from earlier_absence
    inner join earlier_month
        on earlier_month.period = earlier_absence.period
        and earlier_month.is_of_year
    group by earlier_absence.nip
)

select
    owed.nip::varchar as nip,
    owed.side_count::bigint as duty_side_count,
    coalesce(judged.side_count, 0)::bigint as judged_side_count,
    coalesce(judged.off_count, 0)::bigint as off_side_count,
    coalesce(explained.finding_count, 0)::bigint as finding_count,
    (owed.side_count * (3 + coalesce(applied.step_count, 0)))::bigint as due_scenario_count,
    coalesce(staged.side_count, 0)::bigint as scenario_side_count,
    coalesce(absent.day_count, 0)::bigint as absent_day_count,
    coalesce(counted.day_count, 0)::bigint as absence_count,
    coalesce(recalled.day_count, 0)::bigint as earlier_day_count,
    coalesce(counted.year_count - counted.day_count, 0)::bigint as year_day_count,
from owed
left join judged
    on judged.nip = owed.nip
left join explained
    on explained.nip = owed.nip
left join applied
    on applied.nip = owed.nip
left join staged
    on staged.nip = owed.nip
left join absent
    on absent.nip = owed.nip
left join counted
    on counted.nip = owed.nip
left join recalled
    on recalled.nip = owed.nip
