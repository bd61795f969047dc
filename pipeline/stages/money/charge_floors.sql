-- What does a month cost in which too few days were attended, beyond its charges?
-- One row per scenario, step, person and OPD whose attended share has a row among the policy's floors.
-- Attended are, of the duty days that no leave excuses, those without a whole day's absence.
with counting as (
    select
        duty.nip,
        duty.unit_id,
        count(*) filter (where not duty.is_excused) as counting_days
    from duty
    group by duty.nip, duty.unit_id
),

attended as (
    select
        capped_month.scenario_code,
        capped_month.step_no,
        capped_month.nip,
        capped_month.unit_id,
        month_limit.variant_code,
        month_limit.last_date,
        month_limit.rounding_step_idr,
        month_limit.rounding_mode_code,
        counting.counting_days,
        counting.counting_days - capped_month.absent_days as attended_days,
        greatest(0, month_limit.tpp_idr - capped_month.cut_idr - capped_month.kept_idr) as rest_idr
    from capped_month
    inner join month_limit
        on month_limit.nip = capped_month.nip
        and month_limit.unit_id = capped_month.unit_id
    inner join counting
        on counting.nip = capped_month.nip
        and counting.unit_id = capped_month.unit_id
)

select
    attended.scenario_code::varchar as scenario_code,
    attended.step_no::bigint as step_no,
    attended.nip::varchar as nip,
    attended.unit_id::varchar as unit_id,
    (10000 - attendance_floor.pays_bps)::bigint as rate_bps,
    attended.rest_idr::bigint as base_idr,
    round_idr(
        attended.rest_idr * (10000 - attendance_floor.pays_bps),
        10000,
        attended.rounding_step_idr,
        attended.rounding_mode_code
    ) as deduction_idr,
    attendance_floor.reference::varchar as policy_reference
from attended
inner join attendance_floor
    on attendance_floor.variant_code = attended.variant_code
    and attended.last_date >= attendance_floor.valid_from
    and attended.last_date < attendance_floor.valid_to
    and attended.attended_days * 10000 >= attendance_floor.share_from_bps * attended.counting_days
    and attended.attended_days * 10000 < attendance_floor.share_to_bps * attended.counting_days
