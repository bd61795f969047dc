-- What is still to be paid to this person for this month, after what earlier batches issued?
-- One row per person, month of origin and OPD whose approved findings or earlier batches moved money.
with owing as (
    select
        setting.period as origin_period,
        person_month.nip,
        person_month.unit_id,
        person_month.tpp_idr,
        person_month.recorded_idr,
        person_month.restored_idr
    from person_month
    cross join setting
    union all
    select  -- a closed month's late corrections ship with this month
        closed_month.origin_period,
        closed_month.nip,
        closed_month.unit_id,
        closed_month.tpp_idr,
        closed_month.recorded_idr,
        closed_month.restored_idr
    from closed_month
),

issued as (  -- of this month and of closed ones, also one that everybody has left (recall_issued)
    select
        issued_adjustment.origin_period,
        issued_adjustment.nip,
        issued_adjustment.unit_id,
        sum(issued_adjustment.adjustment_idr)::bigint as issued_idr
    from issued_adjustment
    group by issued_adjustment.origin_period, issued_adjustment.nip, issued_adjustment.unit_id
),

netted as (
    select  -- who left the month altogether gives back what was issued
        coalesce(owing.origin_period, issued.origin_period) as origin_period,
        coalesce(owing.nip, issued.nip) as nip,
        coalesce(owing.unit_id, issued.unit_id) as unit_id,
        coalesce(owing.tpp_idr, 0) as tpp_idr,
        coalesce(owing.recorded_idr, 0) as recorded_idr,
        coalesce(owing.restored_idr, 0) as restored_idr,
        coalesce(issued.issued_idr, 0)::bigint as issued_idr
    from owing
    full outer join issued
        on owing.origin_period = issued.origin_period
        and owing.nip = issued.nip
        and owing.unit_id = issued.unit_id
)

select
    left(sha256(concat_ws('|', netted.origin_period, netted.nip, netted.unit_id)), 16) as adjustment_id,
    netted.nip,
    netted.origin_period,
    netted.unit_id,
    netted.tpp_idr,
    netted.recorded_idr as deduction_before_idr,
    netted.restored_idr as deduction_after_idr,
    netted.issued_idr,
    netted.recorded_idr - netted.restored_idr - netted.issued_idr as adjustment_idr,
    exists (
        select 1
        from deduction_check
        where deduction_check.nip = netted.nip and deduction_check.period = netted.origin_period
    )
    or exists (  -- closing a month resolves no difference
        select 1
        from closed_hold
        where closed_hold.nip = netted.nip and closed_hold.origin_period = netted.origin_period
    ) as is_held
from netted
where netted.recorded_idr <> netted.restored_idr or netted.issued_idr <> 0
