-- On how many days is this person employed, on how many must they come, at what TPP, and do the rules know all of these?
-- One row per person and OPD with a duty, or with a day that asks for one; each value beside the one it must equal.
with worked as (
    select
        employee.nip,
        employee.unit_id,
        employee.tpp_idr,
        calendar.calendar_date
    from setting
    inner join calendar
        on calendar.calendar_date >= setting.period_from
        and calendar.calendar_date < setting.period_to
    inner join employee
        on calendar.calendar_date >= employee.valid_from
        and calendar.calendar_date < employee.valid_to
    where exists (  -- a roster calls on holidays too
        select 1
        from roster
        where roster.nip = employee.nip and roster.duty_date = calendar.calendar_date
    )
    or not calendar.is_holiday and exists (
        select 1
        from duty_pattern
        where duty_pattern.group_code = employee.group_code
            and duty_pattern.weekday_no = calendar.weekday_no
            and duty_pattern.is_ramadan = calendar.is_ramadan
            and duty_pattern.valid_from <= calendar.calendar_date
            and duty_pattern.valid_to > calendar.calendar_date
    )
),

due as (
    select
        worked.nip,
        worked.unit_id,
        count(*) as day_count,
        sum(worked.tpp_idr) as tpp_idr,
        arg_max(worked.tpp_idr, worked.calendar_date) as last_tpp_idr,
    from worked
    group by worked.nip, worked.unit_id
),

spanned as (  -- by the dates of the spans alone, no day looked at
    select
        employee.nip,
        employee.unit_id,
        sum(least(employee.valid_to, setting.period_to) - greatest(employee.valid_from, setting.period_from)) as day_count,
        sum(
            employee.tpp_idr
            * (least(employee.valid_to, setting.period_to) - greatest(employee.valid_from, setting.period_from))
        ) as tpp_idr
    from setting
    inner join employee
        on employee.valid_from < setting.period_to
        and employee.valid_to > setting.period_from
    group by employee.nip, employee.unit_id
),

listed as (
    select
        employed_day.nip,
        employed_day.unit_id,
        count(*) as day_count,
        count(excused_day.nip) as asked_count,
        sum(employed_day.tpp_idr) as tpp_idr
    from employed_day
    left join excused_day
        on excused_day.nip = employed_day.nip
        and excused_day.duty_date = employed_day.duty_date
    group by employed_day.nip, employed_day.unit_id
),

owed as (
    select
        duty.nip,
        duty.unit_id,
        count(*) as day_count,
        sum(duty.tpp_idr) as tpp_idr,
    from duty
    group by duty.nip, duty.unit_id
)

select
    coalesce(due.nip, owed.nip)::varchar as nip,
    coalesce(due.unit_id, owed.unit_id)::varchar as unit_id,
    coalesce(spanned.day_count, 0)::bigint as employed_day_count,
    coalesce(listed.day_count, 0)::bigint as listed_day_count,
    coalesce(listed.asked_count, 0)::bigint as asked_day_count,
    coalesce(spanned.tpp_idr, 0)::bigint as employed_tpp_idr,
    coalesce(listed.tpp_idr, 0)::bigint as listed_tpp_idr,
    coalesce(due.day_count, 0)::bigint as due_day_count,
    coalesce(owed.day_count, 0)::bigint as duty_count,
    coalesce(due.tpp_idr, 0)::bigint as due_tpp_idr,
    coalesce(owed.tpp_idr, 0)::bigint as duty_tpp_idr,
    coalesce(due.last_tpp_idr, 0)::bigint as last_tpp_idr,
    coalesce(person_month.tpp_idr, 0)::bigint as month_tpp_idr,
from due
full outer join owed
    on owed.nip = due.nip
    and owed.unit_id = due.unit_id
left join spanned
    on spanned.nip = coalesce(due.nip, owed.nip)
    and spanned.unit_id = coalesce(due.unit_id, owed.unit_id)
left join listed
    on listed.nip = coalesce(due.nip, owed.nip)
    and listed.unit_id = coalesce(due.unit_id, owed.unit_id)
left join person_month
    on person_month.nip = coalesce(due.nip, owed.nip)
    and person_month.unit_id = coalesce(due.unit_id, owed.unit_id)
