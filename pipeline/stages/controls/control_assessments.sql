-- Does each line of the assessment show a base of its day, or of its month?
-- One row per person and OPD with a duty; the count beside the one that it must equal.
-- The base of a floor is what the other lines of its month leave of the OPD's part of the TPP.
with monthly as (
    select
        duty_base.nip,
        duty_base.unit_id,
        max(duty_base.base_idr) as largest_idr,
        arg_max(duty_base.base_idr, duty_base.duty_date) as last_idr,
        half_up(sum(duty_base.base_idr), count(*)) as mean_idr,
        half_up(
            arg_max(duty_base.tpp_idr, duty_base.duty_date) * max(duty_base.unit_days), max(duty_base.month_days)
        ) as tpp_idr
    from duty_base
    group by duty_base.nip, duty_base.unit_id
),

shown as (
    select
        assessment.nip,
        assessment.unit_id,
        assessment.duty_date,
        assessment.band_code,
        assessment.base_idr,
        sum(assessment.deduction_idr) filter (
            where assessment.duty_date is not null or assessment.band_code <> 'floor'
        ) over (
            partition by assessment.scenario_code, assessment.step_no, assessment.nip, assessment.unit_id
        ) as other_idr
    from assessment
),

based as (
    select
        shown.nip,
        shown.unit_id,
        count(*) as shown_count,
        count(*) filter (
            where case
                when shown.duty_date is not null then shown.base_idr in (
                    duty_base.tpp_idr, duty_base.base_idr, half_up(duty_base.base_idr, duty_base.divisor)
                )
                when shown.band_code = 'floor'
                    then shown.base_idr = greatest(0, monthly.tpp_idr - coalesce(shown.other_idr, 0))
                else shown.base_idr in (monthly.largest_idr, monthly.last_idr, monthly.mean_idr)
            end
        ) as based_count
    from shown
    left join monthly
        on monthly.nip = shown.nip
        and monthly.unit_id = shown.unit_id
    left join duty_base
        on duty_base.nip = shown.nip
        and duty_base.duty_date = shown.duty_date
    group by shown.nip, shown.unit_id
)

select
    owing.nip::varchar as nip,
    owing.unit_id::varchar as unit_id,
    coalesce(based.shown_count, 0)::bigint as shown_count,
    coalesce(based.based_count, 0)::bigint as based_count
from (select distinct duty.nip, duty.unit_id from duty) as owing
left join based
    on based.nip = owing.nip
    and based.unit_id = owing.unit_id
