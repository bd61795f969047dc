-- Do the base of each duty and the limits of its month come from the TPP of a duty, and from the days of the month?
-- One row per person and OPD with a duty; each count beside the one that it must equal.
-- A base may be that of the day, of the last duty day at the OPD, or the mean over the duty days there.
with shared as (
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
        min(share_idr) over unit_month as smallest_idr,
        max(share_idr) over unit_month as largest_idr,
        arg_max(duty.tpp_idr, duty.duty_date) over unit_month as last_tpp_idr
    from duty
    inner join assessment_rule
        on assessment_rule.variant_code = duty.variant_code
        and duty.duty_date >= assessment_rule.valid_from
        and duty.duty_date < assessment_rule.valid_to
    window unit_month as (partition by duty.nip, duty.unit_id)
)

select
    shared.nip::varchar as nip,
    shared.unit_id::varchar as unit_id,
    count(*)::bigint as duty_count,
    count(*) filter (
        where duty_base.tpp_idr = shared.tpp_idr
            and duty_base.month_days = shared.month_days
            and duty_base.unit_days = shared.unit_days
            and duty_base.base_idr in (shared.share_idr, shared.last_idr, shared.mean_idr)
    )::bigint as valued_count,
    count(*) filter (
        where month_limit.base_idr between shared.smallest_idr and shared.largest_idr
            and month_limit.tpp_idr = half_up(shared.last_tpp_idr * shared.unit_days, shared.month_days)
    )::bigint as limited_count
from shared
left join duty_base
    on duty_base.nip = shared.nip
    and duty_base.duty_date = shared.duty_date
    and duty_base.unit_id = shared.unit_id
left join month_limit
    on month_limit.nip = shared.nip
    and month_limit.unit_id = shared.unit_id
group by shared.nip, shared.unit_id
