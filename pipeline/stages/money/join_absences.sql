-- Which days of unlawful absence follow on each other, and how long is the run with the days of the month before?
-- One row per scenario (but `step`), person and run of duty days in a row; leave in between ends a run.
-- From the month's first duty a run goes on that reached the last one of the month before, also over New Year.
with absent as (
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

running as (
    select
        absent.scenario_code,
        absent.nip,
        count(*) as own_days,
        min(absent.day_no) as first_no,
        max(absent.day_no) = max(absent.month_days) as is_open
    from absent
    group by absent.scenario_code, absent.nip, absent.run_no
)

select
    running.scenario_code::varchar as scenario_code,
    running.nip::varchar as nip,
    running.first_no::bigint as first_no,
    running.own_days::bigint as own_days,
    (running.own_days + coalesce(earlier_absence.open_run_days, 0))::bigint as run_days,
    running.is_open::boolean as is_open
from running
left join earlier_absence
    on earlier_absence.scenario_code = running.scenario_code
    and earlier_absence.nip = running.nip
    and earlier_absence.period = (select max(earlier_month.period) from earlier_month)
    and running.first_no = 1
