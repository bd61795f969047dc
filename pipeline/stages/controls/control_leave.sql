-- Is the policy applied to every day of an absence, and is all leave that costs charged in each scenario and step?
-- One row per person and OPD with a duty; each count beside the one that it must equal.
with ruled as (
    select
        duty.nip,
        duty.unit_id,
        duty.duty_date,
        duty.absence_kind_code,
        duty.is_excused,
        (
            select max(leave_rule.effect_code)
            from leave_rule
            where leave_rule.variant_code = duty.variant_code
                and leave_rule.kind_code = duty.absence_kind_code
                and duty.duty_date between leave_rule.valid_from and leave_rule.valid_to - 1
                and duty.absence_day_no between leave_rule.day_from
                and coalesce(leave_rule.day_to - 1, duty.absence_day_no)
        ) as effect_code
    from duty
),

costing as (
    select
        ruled.*,
        ruled.duty_date = min(ruled.duty_date) over (partition by ruled.nip, ruled.absence_kind_code) as is_first
    from ruled
    where ruled.is_excused
        and ruled.effect_code in ('day_rate', 'month_rate', 'no_tpp')
),

due as (  -- what costs once a month costs on the first costing day of its kind
    select
        costing.nip,
        costing.unit_id,
        count(*) filter (where costing.effect_code <> 'month_rate' or costing.is_first) as day_count
    from costing
    group by costing.nip, costing.unit_id
),

applied as (
    select
        ruled.nip,
        ruled.unit_id,
        count(*) filter (where ruled.effect_code is not null) as ruled_count,
        count(*) filter (where leave_day.effect_code = ruled.effect_code) as applied_count
    from ruled
    left join leave_day
        on leave_day.nip = ruled.nip
        and leave_day.duty_date = ruled.duty_date
    group by ruled.nip, ruled.unit_id
),

staged as (  -- recorded, restored and potential, and a step for each finding that could move money
    select
        candidate.nip,
        count(*) as step_count
    from candidate
    group by candidate.nip
)

select
    applied.nip::varchar as nip,
    applied.unit_id::varchar as unit_id,
    applied.ruled_count::bigint as ruled_count,
    applied.applied_count::bigint as applied_count,
    (coalesce(due.day_count, 0) * (3 + coalesce(staged.step_count, 0)))::bigint as leave_count,
    (
        select count(*)
        from leave_charge
        where leave_charge.nip = applied.nip and leave_charge.unit_id = applied.unit_id
    )::bigint as charged_leave_count
from applied
left join due
    on due.nip = applied.nip
    and due.unit_id = applied.unit_id
left join staged
    on staged.nip = applied.nip
