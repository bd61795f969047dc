-- What is still to be paid to this person for this month, after what earlier batches issued?
-- One row per person and OPD whose approved findings or earlier batches moved money.
with issued as (
    select
        issued_adjustment.nip,
        issued_adjustment.unit_id,
        sum(issued_adjustment.adjustment_idr)::bigint as issued_idr
    from issued_adjustment
    inner join setting
        on issued_adjustment.origin_period = setting.period
    group by issued_adjustment.nip, issued_adjustment.unit_id
)

select
    left(sha256(concat_ws('|', setting.period, person_month.nip, person_month.unit_id)), 16) as adjustment_id,
    person_month.nip,
    setting.period as origin_period,
    person_month.unit_id,
    person_month.tpp_idr,
    person_month.recorded_idr as deduction_before_idr,
    person_month.restored_idr as deduction_after_idr,
    coalesce(issued.issued_idr, 0)::bigint as issued_idr,
    (person_month.recorded_idr - person_month.restored_idr - coalesce(issued.issued_idr, 0))::bigint
        as adjustment_idr
from person_month
cross join setting
left join issued
    on person_month.nip = issued.nip
    and person_month.unit_id = issued.unit_id
where person_month.recorded_idr <> person_month.restored_idr
    or coalesce(issued.issued_idr, 0) <> 0
