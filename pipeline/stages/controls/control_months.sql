-- Does each month with a charge stay within its limits, and does too little attendance cost what it must?
-- One row per person and OPD with a duty; each value beside the one that it must equal.
with attending as (
    select
        duty.nip,
        duty.unit_id,
        count(*) filter (where not duty.is_excused) as counting_days
    from duty
    group by duty.nip, duty.unit_id
),

limited as (
    select
        capped_month.nip,
        capped_month.unit_id,
        count(*) filter (
            where capped_month.kept_idr <= month_limit.cap_idr
                and (capped_month.cut_idr = 0 or capped_month.kept_idr <= greatest(0, month_limit.tpp_idr - capped_month.cut_idr))
        ) as within_count,
        sum(capped_month.absent_days) as absent_days,
        sum(capped_month.kept_idr + capped_month.cut_idr) as kept_idr,
        count(*) filter (
            where exists (
                select 1
                from attendance_floor
                where attendance_floor.variant_code = month_limit.variant_code
                    and month_limit.last_date >= attendance_floor.valid_from
                    and month_limit.last_date < attendance_floor.valid_to
                    and 10000 * (attending.counting_days - capped_month.absent_days) between
                    attendance_floor.share_from_bps * attending.counting_days
                    and attendance_floor.share_to_bps * attending.counting_days - 1
            )
        ) as floor_count
    from capped_month
    inner join month_limit
        on month_limit.nip = capped_month.nip
        and month_limit.unit_id = capped_month.unit_id
    inner join attending
        on attending.nip = capped_month.nip
        and attending.unit_id = capped_month.unit_id
    group by capped_month.nip, capped_month.unit_id
),

assessed as (
    select
        assessment.nip,
        assessment.unit_id,
        count(distinct (assessment.scenario_code, assessment.step_no)) as month_count,
        count(*) filter (where assessment.duty_date is null and assessment.band_code = 'floor') as floor_count,
        sum(assessment.deduction_idr) filter (
            where assessment.duty_date is not null or assessment.band_code <> 'floor'
        ) as deduction_idr
    from assessment
    group by assessment.nip, assessment.unit_id
),

absent as (
    select
        side_charge.nip,
        side_charge.unit_id,
        count(*) as day_count
    from side_charge
    where side_charge.event_code = 'absent'
    group by side_charge.nip, side_charge.unit_id
)

select
    attending.nip::varchar as nip,
    attending.unit_id::varchar as unit_id,
    coalesce(assessed.month_count, 0)::bigint as month_count,
    coalesce(limited.within_count, 0)::bigint as within_count,
    coalesce(absent.day_count, 0)::bigint as absent_count,
    coalesce(limited.absent_days, 0)::bigint as capped_absent_count,
    coalesce(limited.kept_idr, 0)::bigint as kept_idr,
    coalesce(assessed.deduction_idr, 0)::bigint as assessed_idr,
    coalesce(limited.floor_count, 0)::bigint as due_floor_count,
    coalesce(assessed.floor_count, 0)::bigint as floor_count
from attending
left join limited
    on limited.nip = attending.nip
    and limited.unit_id = attending.unit_id
left join assessed
    on assessed.nip = attending.nip
    and assessed.unit_id = attending.unit_id
left join absent
    on absent.nip = attending.nip
    and absent.unit_id = attending.unit_id
