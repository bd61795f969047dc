-- What is the month's deduction of this person at this OPD in each scenario?
-- One row per person and OPD with a duty in the month.
with working as (
    select
        duty.nip,
        duty.unit_id,
        arg_max(duty.tpp_idr, duty.duty_date) as tpp_idr
    from duty
    group by duty.nip, duty.unit_id
)

select
    working.nip,
    working.unit_id,
    coalesce(sum(assessment.deduction_idr) filter (where assessment.scenario_code = 'recorded'), 0)::bigint
        as recorded_idr,
    coalesce(sum(assessment.deduction_idr) filter (where assessment.scenario_code = 'restored'), 0)::bigint
        as restored_idr,
    coalesce(sum(assessment.deduction_idr) filter (where assessment.scenario_code = 'potential'), 0)::bigint
        as potential_idr,
    working.tpp_idr
from working
left join assessment
    on working.nip = assessment.nip
    and working.unit_id = assessment.unit_id
group by working.nip, working.unit_id, working.tpp_idr
