-- How many duty sides of this person changed between two revisions, and in which way?
-- One row per person and kind of change.
with paired as (
    select
        coalesce(side_after.nip, side_before.nip) as nip,
        case
            when side_before.nip is null then 'duty_added'
            when side_after.nip is null then 'duty_removed'
            when side_before.state_code <> 'excused' and side_after.state_code = 'excused' then 'newly_excused'
            when side_before.recorded_at is null and side_after.recorded_at is not null then 'data_arrived'
            when side_before.state_code = 'provisional' and side_after.state_code = 'missing' then 'became_missing'
            when side_before.recorded_at is distinct from side_after.recorded_at
                or side_before.state_code <> side_after.state_code
                or side_before.minutes_off is distinct from side_after.minutes_off
                or side_before.due_at <> side_after.due_at
                or side_before.unit_id <> side_after.unit_id
                then 'record_changed'
            -- a decision that no longer binds, because what it was taken on is no more, was changed by nobody
            when finding_before.finding_hash is distinct from finding_after.finding_hash then 'evidence_changed'
            when coalesce(advice_before.status_code, '-') <> coalesce(advice_after.status_code, '-')
                and (
                    advice_before.status_code in ('approved', 'rejected')
                    or advice_after.status_code in ('approved', 'rejected')
                ) then 'decision_changed'
            when finding_before.action_code is distinct from finding_after.action_code
                or finding_before.is_certified is distinct from finding_after.is_certified
                then 'evidence_changed'
        end as kind_code
    from side_before
    full outer join side_after
        on side_before.nip = side_after.nip
        and side_before.duty_date = side_after.duty_date
        and side_before.side_code = side_after.side_code
    left join finding_before
        on side_before.nip = finding_before.nip
        and side_before.duty_date = finding_before.duty_date
        and side_before.side_code = finding_before.side_code
    left join finding_after
        on side_after.nip = finding_after.nip
        and side_after.duty_date = finding_after.duty_date
        and side_after.side_code = finding_after.side_code
    left join advice_before
        on finding_before.finding_id = advice_before.finding_id
    left join advice_after
        on finding_after.finding_id = advice_after.finding_id
)

select
    paired.nip,
    paired.kind_code,
    count(*)::bigint as side_count
from paired
where paired.kind_code is not null
group by paired.nip, paired.kind_code
order by paired.nip, paired.kind_code
