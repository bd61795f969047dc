-- Who is employed on which day, in which OPD and duty group, and under which variant of the money rules?
-- One row per person and day of the period; a variant of the OPD goes before one of the group.
select
    employee.nip,
    calendar.calendar_date as duty_date,
    employee.unit_id,
    employee.group_code,
    coalesce(by_unit.variant_code, by_group.variant_code, 'umum') as variant_code,
    employee.superior_nip,
    employee.tpp_idr,
    calendar.weekday_no,
    calendar.is_ramadan,
    calendar.is_holiday
from setting
inner join calendar
    on calendar.calendar_date >= setting.period_from
    and calendar.calendar_date < setting.period_to
inner join employee
    on calendar.calendar_date >= employee.valid_from
    and calendar.calendar_date < employee.valid_to
left join policy_scope as by_unit
    on by_unit.unit_id = employee.unit_id
    and calendar.calendar_date >= by_unit.valid_from
    and calendar.calendar_date < by_unit.valid_to
left join policy_scope as by_group
    on by_group.group_code = employee.group_code
    and calendar.calendar_date >= by_group.valid_from
    and calendar.calendar_date < by_group.valid_to
