-- How many days of unlawful absence does each person have in the month and this year, and what would they lead to?
-- One row per scenario (but `step`) and person with a day on which every side is missing, in the month or before it.
with ladder (days_from, sanction_code) as (  -- PP 94/2021 article 11: days a year
    values
        (0, 'none'),
        (3, 'oral_reprimand'),
        (4, 'written_reprimand'),
        (7, 'written_dissatisfaction'),
        (11, 'cut_6_months'),
        (14, 'cut_9_months'),
        (17, 'cut_12_months'),
        (21, 'demotion_12_months'),
        (25, 'released_12_months'),
        (28, 'dismissal')
),

consecutive (run_days, sanction_code) as (  -- article 11: in a row, whatever the count of the year
    values (10, 'dismissal')
),

absent as (
    select
        priced_charge.scenario_code,
        priced_charge.nip,
        duty_base.day_no,
        duty_base.month_days,
        duty_base.day_no - row_number() over (
            partition by priced_charge.scenario_code, priced_charge.nip
            order by priced_charge.duty_date
        ) as run_no
    from priced_charge
    inner join duty_base
        on duty_base.nip = priced_charge.nip
        and duty_base.duty_date = priced_charge.duty_date
    where priced_charge.event_code = 'absent'
        and priced_charge.scenario_code <> 'step'
),

running as (  -- duty days in a row; leave in between ends a run
    select
        absent.scenario_code,
        absent.nip,
        count(*) as own_days,
        min(absent.day_no) as first_no,
        max(absent.day_no) = max(absent.month_days) as is_open
    from absent
    group by absent.scenario_code, absent.nip, absent.run_no
),

carried as (  -- from the month's first duty a run goes on that reached the last one of the month before, also over New Year
    select
        running.scenario_code,
        running.nip,
        running.own_days,
        running.is_open,
        running.own_days + coalesce(earlier_absence.open_run_days, 0) as run_days
    from running
    left join earlier_absence
        on earlier_absence.scenario_code = running.scenario_code
        and earlier_absence.nip = running.nip
        and earlier_absence.period = (select max(earlier_month.period) from earlier_month)
        and running.first_no = 1
),

counted as (
    select
        carried.scenario_code,
        carried.nip,
        sum(carried.own_days) as absent_days,
        max(carried.run_days) as longest_run_days,
        max(carried.run_days) filter (where carried.is_open) as open_run_days
    from carried
    group by carried.scenario_code, carried.nip
),

recalled as (
    select
        earlier_absence.scenario_code,
        earlier_absence.nip,
        sum(earlier_absence.absent_days) as absent_days
    from earlier_absence
    inner join earlier_month
        on earlier_month.period = earlier_absence.period
        and earlier_month.is_of_year
    group by earlier_absence.scenario_code, earlier_absence.nip
),

unknown as (
    select
        count(*) filter (where not earlier_month.is_known) as unknown_months
    from earlier_month
),

placed as (
    select
        coalesce(counted.scenario_code, recalled.scenario_code) as scenario_code,
        coalesce(counted.nip, recalled.nip) as nip,
        coalesce(counted.absent_days, 0) as absent_days,
        coalesce(counted.longest_run_days, 0) as longest_run_days,
        coalesce(counted.open_run_days, 0) as open_run_days,
        coalesce(counted.absent_days, 0) + coalesce(recalled.absent_days, 0) as year_days
    from counted
    full join recalled
        on recalled.scenario_code = counted.scenario_code
        and recalled.nip = counted.nip
)

select
    placed.scenario_code::varchar as scenario_code,
    placed.nip::varchar as nip,
    placed.absent_days::bigint as absent_days,
    placed.longest_run_days::bigint as longest_run_days,
    placed.open_run_days::bigint as open_run_days,
    placed.year_days::bigint as year_days,
    unknown.unknown_months::bigint as unknown_months,
    case
        when placed.longest_run_days >= consecutive.run_days then consecutive.sanction_code
        else (
            select arg_max(ladder.sanction_code, ladder.days_from)
            from ladder
            where ladder.days_from <= placed.year_days
        )
    end::varchar as sanction_code
from placed
cross join consecutive
cross join unknown
