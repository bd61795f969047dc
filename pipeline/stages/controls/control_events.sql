-- Is every day, leave and cut that costs something charged in each scenario and step?
-- One row per person and OPD with a duty; each count beside the one that it must equal.
with staged as (  -- recorded, restored and potential, and a step for each finding that could move money
    select
        owing.nip,
        3 + (select count(*) from candidate where candidate.nip = owing.nip) as stage_count
    from (select distinct duty.nip from duty) as owing
),

off as (
    select
        scenario_side.nip,
        scenario_side.unit_id,
        count(distinct (scenario_side.scenario_code, scenario_side.step_no, scenario_side.duty_date)) as day_count
    from scenario_side
    where scenario_side.state_code in ('late', 'early', 'missing')
    group by scenario_side.nip, scenario_side.unit_id
),

charged as (
    select
        side_charge.nip,
        side_charge.unit_id,
        count(distinct (side_charge.scenario_code, side_charge.step_no, side_charge.duty_date)) as day_count
    from side_charge
    group by side_charge.nip, side_charge.unit_id
),

costing as (
    select
        duty.nip,
        duty.unit_id,
        count(*) as leave_count
    from (
        select
            duty.nip,
            duty.unit_id,
            leave_rule.effect_code,
            row_number() over (
                partition by duty.nip, leave_rule.kind_code order by duty.duty_date
            ) as day_no
        from duty
        inner join leave_rule
            on leave_rule.variant_code = duty.variant_code
            and leave_rule.kind_code = duty.absence_kind_code
            and duty.duty_date >= leave_rule.valid_from
            and duty.duty_date < leave_rule.valid_to
            and duty.absence_day_no >= leave_rule.day_from
            and duty.absence_day_no < coalesce(leave_rule.day_to, duty.absence_day_no + 1)
            and leave_rule.effect_code in ('day_rate', 'month_rate', 'no_tpp')
        where duty.is_excused
    ) as duty
    where duty.effect_code <> 'month_rate' or duty.day_no = 1
    group by duty.nip, duty.unit_id
),

cutting as (
    select
        cut.nip,
        cut.unit_id,
        count(*) as cut_count
    from (
        select
            duty.nip,
            absence.kind_code,
            arg_min(duty.unit_id, duty.duty_date) as unit_id
        from duty
        inner join absence
            on absence.nip = duty.nip
            and duty.duty_date >= absence.valid_from
            and duty.duty_date < absence.valid_to
        inner join leave_rule
            on leave_rule.variant_code = duty.variant_code
            and leave_rule.kind_code = absence.kind_code
            and leave_rule.effect_code = 'month_cut'
            and duty.duty_date >= leave_rule.valid_from
            and duty.duty_date < leave_rule.valid_to
            and duty.duty_date - absence.valid_from + 1 >= leave_rule.day_from
            and duty.duty_date - absence.valid_from + 1 < coalesce(leave_rule.day_to, 1000000)
        where absence.letter_no is not null or not leave_rule.needs_letter
        group by duty.nip, absence.kind_code
    ) as cut
    group by cut.nip, cut.unit_id
),

owing as (
    select distinct
        duty.nip,
        duty.unit_id
    from duty
)

select
    owing.nip::varchar as nip,
    owing.unit_id::varchar as unit_id,
    coalesce(off.day_count, 0)::bigint as off_day_count,
    coalesce(charged.day_count, 0)::bigint as charged_day_count,
    coalesce(costing.leave_count * staged.stage_count, 0)::bigint as leave_count,
    (
        select count(*)
        from leave_charge
        where leave_charge.nip = owing.nip and leave_charge.unit_id = owing.unit_id
    )::bigint as charged_leave_count,
    coalesce(cutting.cut_count * staged.stage_count, 0)::bigint as cut_count,
    (
        select count(*)
        from cut_charge
        where cut_charge.nip = owing.nip and cut_charge.unit_id = owing.unit_id
    )::bigint as charged_cut_count,
from owing
inner join staged
    on staged.nip = owing.nip
left join charged
    on charged.nip = owing.nip
    and charged.unit_id = owing.unit_id
left join off
    on off.nip = owing.nip
    and off.unit_id = owing.unit_id
left join costing
    on costing.nip = owing.nip
    and costing.unit_id = owing.unit_id
left join cutting
    on cutting.nip = owing.nip
    and cutting.unit_id = owing.unit_id
