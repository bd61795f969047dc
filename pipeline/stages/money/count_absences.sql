-- How many days of unlawful absence does each person have in the month and this year, and what would they lead to?
-- One row per scenario (but `step`) and person with a day on which every side is missing, in the month or before it.
-- The days add up by calendar year; ten in a row are ten in a row, also across New Year.
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

counted as (
    select
        absence_run.scenario_code,
        absence_run.nip,
        sum(absence_run.own_days) as absent_days,
        max(absence_run.run_days) as longest_run_days,
        max(absence_run.run_days) filter (where absence_run.is_open) as open_run_days
    from absence_run
    group by absence_run.scenario_code, absence_run.nip
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
