-- When must each person check in and out, which records count, and does leave or official duty excuse the day?
-- One row per person and day of the period with a duty; a night shift belongs to the day on which it starts.
-- An OPD that is not listed, or a day without policy or money rules, stops the run.
with placed as (
    select
        duty_hours.nip,
        duty_hours.duty_date,
        duty_hours.shift_code,
        employed_day.unit_id,
        employed_day.group_code,
        employed_day.variant_code,
        employed_day.superior_nip,
        employed_day.tpp_idr,
        unit.region_code,
        case
            when unit.unit_id is null then error('OPD ' || employed_day.unit_id || ' tidak ada dalam daftar OPD')
            else unit.zone
        end as zone,
        case
            when policy_period.valid_from is null then error('Tidak ada kebijakan untuk ' || duty_hours.duty_date)
            else to_minutes(policy_period.accept_before_minutes)
        end as accept_before,
        to_minutes(policy_period.accept_after_minutes) as accept_after,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.start_seconds), unit.zone) as starts_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.end_seconds), unit.zone) as ends_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.apel_seconds), unit.zone) as apel_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.in_from_seconds), unit.zone) as in_from_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.in_to_seconds), unit.zone) as in_to_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.out_from_seconds), unit.zone) as out_from_at,
        at_zone(duty_hours.duty_date + to_seconds(duty_hours.out_to_seconds), unit.zone) as out_to_at,
        case
            when assessment_rule.valid_from is null
                then error('Tidak ada aturan potongan untuk ' || duty_hours.duty_date)
            else assessment_rule.late_from_seconds
        end as late_from_seconds,
        assessment_rule.early_from_seconds,
        assessment_rule.apel_late_from_seconds
    from duty_hours
    inner join employed_day
        on employed_day.nip = duty_hours.nip
        and employed_day.duty_date = duty_hours.duty_date
    left join unit
        on unit.unit_id = employed_day.unit_id
    left join policy_period
        on duty_hours.duty_date >= policy_period.valid_from
        and duty_hours.duty_date < policy_period.valid_to
    left join assessment_rule
        on assessment_rule.variant_code = employed_day.variant_code
        and duty_hours.duty_date >= assessment_rule.valid_from
        and duty_hours.duty_date < assessment_rule.valid_to
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
    person_coverage.covered_to::timestamp as covered_to,
    excused_day.absence_id::varchar as absence_id,
    excused_day.absence_kind_code::varchar as absence_kind_code,
    excused_day.absence_day_no::bigint as absence_day_no,
    excused_day.is_excused::boolean as is_excused
from placed
inner join excused_day
    on excused_day.nip = placed.nip
    and excused_day.duty_date = placed.duty_date
inner join person_coverage
    on person_coverage.nip = placed.nip
