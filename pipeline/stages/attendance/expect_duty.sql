-- When must each person check in and out, and does leave or official duty excuse the day?
-- One row per person and day of the period with a duty; a night shift belongs to the day on which it starts.
with employed as (
    select
        employee.nip,
        calendar.calendar_date as duty_date,
        coalesce(by_unit.variant_code, by_group.variant_code, 'umum') as variant_code,
        calendar.weekday_no,
        calendar.is_ramadan,
        calendar.is_holiday,
        employee.unit_id,
        employee.group_code,
        employee.superior_nip,
        employee.tpp_idr,
        setting.zone as home_zone,
        setting.period_to
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
),

grouped as (  -- how a group works is told by the policy: by weekday, by roster, or both
    select
        duty_pattern.group_code
    from duty_pattern
    union
    select
        shift_pattern.group_code
    from shift_pattern
),

scheduled as (  -- also on holidays (inputs.md section 6)
    select
        employed.nip,
        employed.duty_date,
        roster.shift_code,
        case
            when shift_pattern.shift_code is null
                then error('Giliran ' || roster.shift_code || ' tidak ada dalam kebijakan untuk kelompok '
                    || employed.group_code)
            else shift_pattern.start_seconds
        end as start_seconds,
        shift_pattern.end_seconds
    from employed
    inner join roster
        on roster.nip = employed.nip
        and roster.duty_date = employed.duty_date
    left join shift_pattern
        on shift_pattern.group_code = employed.group_code
        and shift_pattern.shift_code = roster.shift_code
        and employed.duty_date >= shift_pattern.valid_from
        and employed.duty_date < shift_pattern.valid_to
),

rostered as (  -- split shifts are one duty, from the first start to the last end: sides are two a day (inputs.md 5)
    select
        scheduled.nip,
        scheduled.duty_date,
        array_to_string(
            list(scheduled.shift_code order by scheduled.start_seconds, scheduled.shift_code), '+'
        ) as shift_code,
        min(scheduled.start_seconds) as start_seconds,
        max(scheduled.end_seconds) as end_seconds
    from scheduled
    group by scheduled.nip, scheduled.duty_date
),

timed as (  -- a rostered shift replaces the weekday's hours
    select
        employed.nip,
        employed.duty_date,
        employed.variant_code,
        employed.unit_id,
        employed.group_code,
        employed.superior_nip,
        employed.tpp_idr,
        employed.home_zone,
        employed.period_to,
        rostered.shift_code,
        case
            when grouped.group_code is null
                then error('Kelompok ' || employed.group_code || ' tidak ada dalam kebijakan')
            else coalesce(rostered.start_seconds, duty_pattern.start_seconds)
        end as start_seconds,
        coalesce(rostered.end_seconds, duty_pattern.end_seconds) as end_seconds,
        duty_pattern.apel_seconds,
        duty_pattern.in_from_seconds,
        duty_pattern.in_to_seconds,
        duty_pattern.out_from_seconds,
        duty_pattern.out_to_seconds
    from employed
    left join grouped
        on grouped.group_code = employed.group_code
    left join rostered
        on rostered.nip = employed.nip
        and rostered.duty_date = employed.duty_date
    left join duty_pattern
        on duty_pattern.group_code = employed.group_code
        and duty_pattern.weekday_no = employed.weekday_no
        and duty_pattern.is_ramadan = employed.is_ramadan
        and employed.duty_date >= duty_pattern.valid_from
        and employed.duty_date < duty_pattern.valid_to
        and not employed.is_holiday
        and rostered.nip is null
),

listed as (
    select
        employed.nip,
        employed.duty_date,
        absence.absence_id,
        absence.kind_code,
        employed.duty_date - absence.valid_from + 1 as day_no,
        case
            when leave_rule.kind_code is null
                then error('Jenis ketidakhadiran ' || absence.kind_code || ' tidak ada dalam tabel cuti kebijakan')
            when leave_rule.needs_letter and absence.letter_no is null then 'none'
            else leave_rule.effect_code
        end as effect_code
    from employed
    inner join absence
        on absence.nip = employed.nip
        and employed.duty_date >= absence.valid_from
        and employed.duty_date < absence.valid_to
    left join leave_rule
        on leave_rule.variant_code = employed.variant_code
        and leave_rule.kind_code = absence.kind_code
        and employed.duty_date >= leave_rule.valid_from
        and employed.duty_date < leave_rule.valid_to
        and employed.duty_date - absence.valid_from + 1 >= leave_rule.day_from
        and (leave_rule.day_to is null or employed.duty_date - absence.valid_from + 1 < leave_rule.day_to)
),

excused as (  -- where absences overlap, the one whose effect spares the person most, then the smaller id
    select
        listed.nip,
        listed.duty_date,
        listed.absence_id,
        listed.kind_code,
        listed.day_no,
        listed.effect_code,
        row_number() over (
            partition by listed.nip, listed.duty_date
            order by
                case listed.effect_code
                    when 'excused' then 1
                    when 'excluded' then 2
                    when 'month_rate' then 3
                    when 'day_rate' then 4
                    when 'no_tpp' then 5
                    else 6
                end,
                listed.absence_id
        ) as absence_rank
    from listed
    where listed.effect_code <> 'month_cut'  -- a decision that costs, not an absence
),

heard as (  -- the punch sources that hold anything of the person
    select distinct
        punch.nip,
        source_file.source_no
    from punch
    inner join source_file
        on punch.file_id = source_file.file_id
        and source_file.same_as_path is null
),

vouched as (  -- what the slowest of them covers, design section 7
    select
        heard.nip,
        min(punch_coverage.covered_to) as covered_to
    from heard
    inner join punch_coverage
        on heard.source_no = punch_coverage.source_no
    group by heard.nip
),

arrived as (  -- who is in no source may still be in the slowest
    select
        min(punch_coverage.covered_to) as covered_to
    from punch_coverage
),

placed as (
    select
        timed.nip,
        timed.duty_date,
        timed.variant_code,
        timed.unit_id,
        timed.group_code,
        timed.shift_code,
        timed.superior_nip,
        timed.tpp_idr,
        unit.region_code,
        case
            when unit.unit_id is null then error('OPD ' || timed.unit_id || ' tidak ada dalam daftar OPD')
            else unit.zone
        end as zone,
        case
            when policy_period.valid_from is null then error('Tidak ada kebijakan untuk ' || timed.duty_date)
            else policy_period.accept_before_minutes * interval '1' minute
        end as accept_before,
        policy_period.accept_after_minutes * interval '1' minute as accept_after,
        at_zone(timed.duty_date + timed.start_seconds * interval '1' second, unit.zone) as starts_at,
        at_zone(timed.duty_date + timed.end_seconds * interval '1' second, unit.zone) as ends_at,
        at_zone(timed.duty_date + timed.apel_seconds * interval '1' second, unit.zone) as apel_at,
        at_zone(timed.duty_date + timed.in_from_seconds * interval '1' second, unit.zone) as in_from_at,
        at_zone(timed.duty_date + timed.in_to_seconds * interval '1' second, unit.zone) as in_to_at,
        at_zone(timed.duty_date + timed.out_from_seconds * interval '1' second, unit.zone) as out_from_at,
        at_zone(timed.duty_date + timed.out_to_seconds * interval '1' second, unit.zone) as out_to_at,
        case
            when assessment_rule.valid_from is null
                then error('Tidak ada aturan potongan untuk ' || timed.duty_date)
            else assessment_rule.late_from_seconds
        end as late_from_seconds,
        assessment_rule.early_from_seconds,
        assessment_rule.apel_late_from_seconds,
        coalesce(
            vouched.covered_to, arrived.covered_to, at_zone(timed.period_to::timestamp, timed.home_zone)
        ) as covered_to
    from timed
    cross join arrived
    left join vouched
        on vouched.nip = timed.nip
    left join unit
        on unit.unit_id = timed.unit_id
    left join policy_period
        on timed.duty_date >= policy_period.valid_from
        and timed.duty_date < policy_period.valid_to
    left join assessment_rule
        on assessment_rule.variant_code = timed.variant_code
        and timed.duty_date >= assessment_rule.valid_from
        and timed.duty_date < assessment_rule.valid_to
    where timed.start_seconds is not null
)

select
    placed.nip::varchar as nip,
    placed.duty_date::date as duty_date,
    placed.unit_id::varchar as unit_id,
    placed.region_code::varchar as region_code,
    placed.zone::varchar as zone,
    placed.group_code::varchar as group_code,
    placed.variant_code::varchar as variant_code,
    placed.shift_code::varchar as shift_code,
    placed.superior_nip::varchar as superior_nip,
    placed.tpp_idr::bigint as tpp_idr,
    placed.starts_at::timestamp as starts_at,
    placed.ends_at::timestamp as ends_at,
    placed.apel_at::timestamp as apel_at,
    placed.late_from_seconds::bigint as late_from_seconds,
    placed.early_from_seconds::bigint as early_from_seconds,
    placed.apel_late_from_seconds::bigint as apel_late_from_seconds,
    -- by the clock where the hours name one; up to the last second of the window: half-open in whole seconds
    coalesce(placed.in_from_at, placed.starts_at - placed.accept_before)::timestamp as accept_in_from,
    coalesce(placed.in_to_at + interval '1' second, placed.ends_at)::timestamp as accept_in_to,
    coalesce(placed.out_from_at, placed.starts_at + interval '1' second)::timestamp as accept_out_from,
    (coalesce(placed.out_to_at, placed.ends_at + placed.accept_after) + interval '1' second)::timestamp as accept_out_to,
    placed.covered_to::timestamp as covered_to,
    excused.absence_id::varchar as absence_id,
    excused.kind_code::varchar as absence_kind_code,
    excused.day_no::bigint as absence_day_no,
    coalesce(excused.effect_code <> 'none', false)::boolean as is_excused
from placed
left join excused
    on excused.nip = placed.nip
    and excused.duty_date = placed.duty_date
    and excused.absence_rank = 1
