-- Who has a day on which the record is the same in both revisions and its deduction is not?
-- One row per person; asked only where the rules themselves differ.
with charged as (
    select
        charge_before.nip,
        charge_before.duty_date,
        charge_before.deduction_idr
    from charge_before
    where charge_before.scenario_code = 'recorded'
    union all
    select
        charge_after.nip,
        charge_after.duty_date,
        -charge_after.deduction_idr as deduction_idr
    from charge_after
    where charge_after.scenario_code = 'recorded'
),

unchanged as (
    select
        side_before.nip,
        side_before.duty_date
    from side_before
    left join side_after
        on side_before.nip = side_after.nip
        and side_before.duty_date = side_after.duty_date
        and side_before.side_code = side_after.side_code
    group by side_before.nip, side_before.duty_date
    having bool_and(
        side_before.recorded_at is not distinct from side_after.recorded_at
        and side_before.state_code is not distinct from side_after.state_code
        and side_before.unit_id is not distinct from side_after.unit_id
    )
)

select distinct unchanged.nip
from unchanged
inner join (
    select
        charged.nip,
        charged.duty_date
    from charged
    group by charged.nip, charged.duty_date
    having sum(charged.deduction_idr) <> 0
) as moved
    on moved.nip = unchanged.nip
    and moved.duty_date = unchanged.duty_date
order by unchanged.nip
