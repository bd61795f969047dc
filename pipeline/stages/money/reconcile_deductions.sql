-- Whose real deduction is not the one recomputed from the record?
-- One row per such person of the month; no row at all where payroll handed in no deductions.
with paid as (
    select
        deduction.nip,
        deduction.deduction_idr
    from deduction
    inner join setting
        on deduction.period = setting.period
),

computed as (
    select
        person_month.nip,
        sum(person_month.recorded_idr)::bigint as recorded_idr
    from person_month
    group by person_month.nip
)

select
    coalesce(computed.nip, paid.nip) as nip,
    setting.period,
    paid.deduction_idr,
    coalesce(computed.recorded_idr, 0)::bigint as recorded_idr,
    (coalesce(paid.deduction_idr, 0) - coalesce(computed.recorded_idr, 0))::bigint as difference_idr
from computed
full outer join paid
    on computed.nip = paid.nip
cross join setting
where coalesce(paid.deduction_idr, 0) <> coalesce(computed.recorded_idr, 0)
    and exists (select 1 from paid as any_paid)
