-- Does each base come from the TPP of a duty, does each charge have its price, and each amount shown its base?
-- One row per person and OPD with a duty; each value beside the one that it must equal.
with shared as (  -- what the policy may take as the base of a month: of the day, of the last, or the mean
    select
        duty.nip,
        duty.unit_id,
        duty.duty_date,
        duty.tpp_idr,
        half_up_bps(duty.tpp_idr, assessment_rule.base_share_bps) as share_idr,
        count(*) over (partition by duty.nip) as month_days,
        count(*) over unit_month as unit_days,
        arg_max(share_idr, duty.duty_date) over unit_month as last_idr,
        half_up(sum(share_idr) over unit_month, count(*) over unit_month) as mean_idr,
    from duty
    inner join assessment_rule
        on assessment_rule.variant_code = duty.variant_code
        and duty.duty_date >= assessment_rule.valid_from
        and duty.duty_date < assessment_rule.valid_to
    window unit_month as (partition by duty.nip, duty.unit_id)
),

valued as (
    select
        shared.nip,
        shared.unit_id,
        count(*) as duty_count,
        count(*) filter (
            where duty_base.tpp_idr = shared.tpp_idr
                and duty_base.month_days = shared.month_days
                and duty_base.unit_days = shared.unit_days
                and duty_base.base_idr in (shared.share_idr, shared.last_idr, shared.mean_idr)
        ) as valued_count,
        max(duty_base.base_idr) as largest_idr,
        arg_max(duty_base.base_idr, duty_base.duty_date) as last_idr,
        half_up(sum(duty_base.base_idr), count(*)) as mean_idr,
        arg_max(shared.tpp_idr, shared.duty_date) as last_tpp_idr,
        max(duty_base.unit_days) as unit_days,
        max(duty_base.month_days) as month_days,
    from shared
    left join duty_base
        on duty_base.nip = shared.nip
        and duty_base.duty_date = shared.duty_date
        and duty_base.unit_id = shared.unit_id
    group by shared.nip, shared.unit_id
),

gathered as (
    select side_charge.nip, side_charge.unit_id from side_charge
    union all
    select leave_charge.nip, leave_charge.unit_id from leave_charge
    union all
    select cut_charge.nip, cut_charge.unit_id from cut_charge
),

charged as (
    select
        gathered.nip,
        gathered.unit_id,
        count(*) as charge_count,
    from gathered
    group by gathered.nip, gathered.unit_id
),

priced as (
    select
        priced_charge.nip,
        priced_charge.unit_id,
        count(*) filter (where priced_charge.event_code <> 'day_cap') as priced_count,
        sum(priced_charge.deduction_idr) as priced_idr,
    from priced_charge
    group by priced_charge.nip, priced_charge.unit_id
),

shown as (  -- a floor's base is what the other lines leave of the TPP
    select
        assessment.nip,
        assessment.unit_id,
        assessment.duty_date,
        assessment.band_code,
        assessment.base_idr,
        assessment.deduction_idr,
        sum(assessment.deduction_idr) filter (
            where assessment.duty_date is not null or assessment.band_code <> 'floor'
        ) over (
            partition by assessment.scenario_code, assessment.step_no, assessment.nip, assessment.unit_id
        ) as other_idr,
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
                    duty_base.tpp_idr,
                    duty_base.base_idr,
                    half_up(duty_base.base_idr, duty_base.divisor)
                )
                when shown.band_code = 'floor' then shown.base_idr = greatest(
                    0,
                    half_up(valued.last_tpp_idr * valued.unit_days, valued.month_days)
                    - coalesce(shown.other_idr, 0)
                )
                else shown.base_idr in (valued.largest_idr, valued.last_idr, valued.mean_idr)
            end
        ) as based_count,
        sum(shown.deduction_idr) filter (where shown.duty_date is not null) as assessed_idr,
    from shown
    left join valued
        on valued.nip = shown.nip
        and valued.unit_id = shown.unit_id
    left join duty_base
        on duty_base.nip = shown.nip
        and duty_base.duty_date = shown.duty_date
    group by shown.nip, shown.unit_id
)

select
    valued.nip::varchar as nip,
    valued.unit_id::varchar as unit_id,
    valued.duty_count::bigint as duty_count,
    valued.valued_count::bigint as valued_count,
    coalesce(charged.charge_count, 0)::bigint as charge_count,
    coalesce(priced.priced_count, 0)::bigint as priced_count,
    coalesce(priced.priced_idr, 0)::bigint as priced_idr,
    coalesce(based.assessed_idr, 0)::bigint as assessed_idr,
    coalesce(based.shown_count, 0)::bigint as shown_count,
    coalesce(based.based_count, 0)::bigint as based_count,
from valued
left join charged
    on charged.nip = valued.nip
    and charged.unit_id = valued.unit_id
left join priced
    on priced.nip = valued.nip
    and priced.unit_id = valued.unit_id
left join based
    on based.nip = valued.nip
    and based.unit_id = valued.unit_id
