-- What does a rate apply to on each duty day, and over how many days is that spread?
-- One row per duty.
with ruled as (
    select
        duty.nip,
        duty.duty_date,
        duty.unit_id,
        duty.variant_code,
        duty.tpp_idr,
        case
            when assessment_rule.valid_from is null
                then error('Tidak ada aturan potongan untuk ' || duty.duty_date)
            else assessment_rule.valid_from
        end as rule_from,
        assessment_rule.method_code,
        assessment_rule.base_of_code,
        assessment_rule.day_divisor,
        half_up_bps(duty.tpp_idr, assessment_rule.base_share_bps) as share_idr,
        duty.is_excused and leave_day.effect_code = 'excluded' as is_excluded
    from duty
    left join assessment_rule
        on assessment_rule.variant_code = duty.variant_code
        and duty.duty_date >= assessment_rule.valid_from
        and duty.duty_date < assessment_rule.valid_to
    left join leave_day
        on leave_day.nip = duty.nip
        and leave_day.duty_date = duty.duty_date
),

counted as (
    select
        ruled.nip,
        ruled.duty_date,
        ruled.unit_id,
        ruled.variant_code,
        ruled.tpp_idr,
        ruled.rule_from,
        ruled.method_code,
        ruled.base_of_code,
        ruled.day_divisor,
        ruled.share_idr,
        row_number() over (partition by ruled.nip order by ruled.duty_date) as day_no,
        count(*) over (partition by ruled.nip) as month_days,
        count(*) filter (where not ruled.is_excluded) over (partition by ruled.nip) as counting_days,
        count(*) over (partition by ruled.nip, ruled.unit_id) as unit_days,
        sum(ruled.share_idr) over (partition by ruled.nip, ruled.unit_id) as shares_idr,
        last_value(ruled.share_idr) over (
            partition by ruled.nip, ruled.unit_id
            order by ruled.duty_date
            rows between unbounded preceding and unbounded following
        ) as last_share_idr
    from ruled
)

select
    counted.nip::varchar as nip,
    counted.duty_date::date as duty_date,
    counted.unit_id::varchar as unit_id,
    counted.variant_code::varchar as variant_code,
    counted.rule_from::date as rule_from,
    counted.tpp_idr::bigint as tpp_idr,
    case counted.base_of_code
        when 'day' then counted.share_idr
        when 'last' then counted.last_share_idr
        else half_up(counted.shares_idr, counted.unit_days)
    end::bigint as base_idr,
    case
        when counted.method_code in ('bands', 'points') then 1
        else coalesce(counted.day_divisor, greatest(counted.counting_days, 1))
    end::bigint as divisor,
    counted.day_no::bigint as day_no,
    counted.month_days::bigint as month_days,
    counted.unit_days::bigint as unit_days
from counted
