-- How many sides do this person's duties have, how many were judged, found off, explained, and laid out in scenarios?
-- One row per person with a duty; each count beside the one that it must equal.
with owed as (
    select
        duty.nip,
        sum(case when duty.apel_at is null then 2 else 3 end) as side_count,
    from duty
    group by duty.nip
),

judged as (
    select
        duty_side.nip,
        count(*) as side_count,
        count(*) filter (where duty_side.state_code in ('late', 'early', 'missing')) as off_count,
    from duty_side
    group by duty_side.nip
),

explained as (
    select
        finding.nip,
        count(*) as finding_count,
    from finding
    group by finding.nip
),

applied as (  -- recorded, restored and potential, and a step for each finding that could move money
    select
        candidate.nip,
        count(*) as step_count,
    from candidate
    group by candidate.nip
),

staged as (
    select
        scenario_side.nip,
        count(*) as side_count,
    from scenario_side
    group by scenario_side.nip
)

select
    owed.nip::varchar as nip,
    owed.side_count::bigint as duty_side_count,
    coalesce(judged.side_count, 0)::bigint as judged_side_count,
    coalesce(judged.off_count, 0)::bigint as off_side_count,
    coalesce(explained.finding_count, 0)::bigint as finding_count,
    (owed.side_count * (3 + coalesce(applied.step_count, 0)))::bigint as due_scenario_count,
    coalesce(staged.side_count, 0)::bigint as scenario_side_count,
from owed
left join judged
    on judged.nip = owed.nip
left join explained
    on explained.nip = owed.nip
left join applied
    on applied.nip = owed.nip
left join staged
    on staged.nip = owed.nip
