-- How strong is the evidence for this side, which time would have been recorded, and what does the policy do with it?
-- One row per late, early or missing side (design section 2: grades, restored time, action).
with witnessing as (
    select
        presence.nip,
        presence.duty_date,
        presence.side_code,
        bool_or(presence.witness_code = 'statement') as has_statement,
        bool_or(presence.role_code = 'supports') as is_corroborated,
        bool_or(presence.witness_code = 'no_habit') as is_unaccustomed,
        min(presence.witnessed_at) filter (where presence.witness_code = 'statement') as first_stated_at,
        max(presence.witnessed_at) filter (where presence.witness_code = 'statement') as last_stated_at,
        coalesce(
            list(distinct presence.witness_code order by presence.witness_code) filter (
                where presence.role_code = 'contradicts'
            ),
            []
        ) as counter_codes
    from presence
    group by presence.nip, presence.duty_date, presence.side_code
),

weighed as (
    select
        side_cause.nip,
        side_cause.unit_id,
        side_cause.duty_date,
        side_cause.side_code,
        side_cause.due_at,
        side_cause.recorded_at,
        side_cause.state_code,
        side_cause.minutes_off,
        side_cause.cause_code,
        side_cause.outage_id,
        side_cause.impact_started_at,
        side_cause.impact_ended_at,
        side_cause.acted_at,
        side_cause.is_tried_before,
        side_cause.is_authenticated,
        outage.symptom_code,
        exposure.basis_code,
        coalesce(exposure.is_vantage_alive, false) and side_cause.acted_at is null as is_silent,
        side_cause.has_own_success,
        side_cause.is_after_grace,
        coalesce(
            outage.is_certified
            and outage.certified_started_at
            <= exposed_to(side_cause.side_code, side_cause.due_at, policy_period.leaving_span_minutes)
            and outage.certified_ended_at
            > exposed_from(side_cause.side_code, side_cause.due_at, policy_period.arrival_span_minutes),
            false
        ) as is_certified,
        coalesce(witnessing.has_statement, false) as has_statement,
        coalesce(witnessing.is_corroborated, false) as is_corroborated,
        coalesce(witnessing.is_unaccustomed, false) as is_unaccustomed,
        witnessing.first_stated_at,
        witnessing.last_stated_at,
        coalesce(witnessing.counter_codes, []) as counter_codes,
        to_minutes(policy_period.recovery_grace_minutes) as recovery_grace,
        side_cause.side_code <> 'apel' or duty.apel_late_from_seconds is not null as is_timed,
        policy_period.reference
    from side_cause
    inner join policy_period
        on side_cause.duty_date >= policy_period.valid_from
        and side_cause.duty_date < policy_period.valid_to
    left join exposure
        on side_cause.nip = exposure.nip
        and side_cause.duty_date = exposure.duty_date
        and side_cause.side_code = exposure.side_code
        and side_cause.outage_id = exposure.outage_id
    left join outage
        on side_cause.outage_id = outage.outage_id
    left join duty
        on side_cause.nip = duty.nip
        and side_cause.duty_date = duty.duty_date
    left join witnessing
        on side_cause.nip = witnessing.nip
        and side_cause.duty_date = witnessing.duty_date
        and side_cause.side_code = witnessing.side_code
),

graded as (
    select
        weighed.*,
        case
            when weighed.cause_code = 'no_coverage' then '-'
            when weighed.outage_id is null and weighed.cause_code not in ('flipped', 'lost') then '-'
            when weighed.cause_code = 'flipped'
                and (weighed.outage_id is not null or weighed.is_tried_before)
                and weighed.is_authenticated then 'A'
            when weighed.cause_code = 'lost' and weighed.symptom_code = 'lost_write' and weighed.is_authenticated
                then 'A'
            when weighed.cause_code in ('flipped', 'lost') then 'C'
            when weighed.state_code = 'early' or weighed.has_own_success then 'X'
            when weighed.cause_code = 'unexplained' and weighed.acted_at is not null then 'X'
            when weighed.acted_at is not null and weighed.is_authenticated then 'A'
            when weighed.acted_at is not null then 'C'
            when weighed.is_unaccustomed then 'X'
            when weighed.is_silent or weighed.is_after_grace or weighed.basis_code in ('unit_block', 'also_used')
                then 'D'
            when weighed.cause_code in ('delayed', 'blocked') then 'C'
            when weighed.cause_code = 'unsynced' and weighed.is_corroborated then 'C'
            else 'D'
        end as grade_code,
        case  -- without an own act an outage excuses only the minutes that it covers, and no more than is attested
            when weighed.acted_at is not null then weighed.acted_at
            when weighed.outage_id is null or weighed.state_code = 'early' then null
            when weighed.state_code = 'missing' and weighed.side_code = 'out'
                then least(weighed.due_at, weighed.last_stated_at)
            when weighed.state_code = 'missing'
                then greatest(weighed.due_at, weighed.impact_started_at, weighed.first_stated_at)
            when weighed.recorded_at < weighed.impact_ended_at + weighed.recovery_grace
                then least(
                    weighed.recorded_at,
                    greatest(weighed.due_at, weighed.impact_started_at, weighed.first_stated_at)
                )
            else least(
                weighed.recorded_at,
                greatest(
                    weighed.first_stated_at,
                    weighed.recorded_at - greatest(
                        interval '0' second,
                        weighed.impact_ended_at - greatest(weighed.due_at, weighed.impact_started_at)
                    )
                )
            )
        end as excused_at
    from weighed
),

timed as (
    select
        graded.*,
        case when graded.grade_code in ('A', 'B', 'C', 'D') then graded.excused_at end as restored_at
    from graded
),

measured as (
    select
        timed.*,
        case
            when timed.restored_at is null then timed.minutes_off
            when timed.side_code = 'out' then greatest(0, minutes_between(timed.restored_at, timed.due_at))
            when timed.is_timed then greatest(0, minutes_between(timed.due_at, timed.restored_at))
            else 0  -- an apel without bands is attended or not
        end as minutes_restored,
        array_to_string(
            list_sort(
                list_concat(
                    timed.counter_codes,
                    case when timed.has_own_success then ['own_success'] else [] end,
                    case when timed.is_silent then ['no_attempt'] else [] end,
                    case
                        when timed.cause_code = 'unexplained' and timed.acted_at is not null then ['late_attempt']
                        else []
                    end
                )
            ),
            ','
        ) as counter_evidence_codes
    from timed
)

select
    left(sha256(concat_ws('|', measured.nip, measured.duty_date, measured.side_code)), 16) as finding_id,
    measured.nip,
    measured.unit_id,
    measured.duty_date,
    measured.side_code,
    measured.due_at,
    measured.recorded_at,
    measured.state_code,
    measured.cause_code,
    measured.grade_code,
    measured.outage_id,
    measured.restored_at,
    measured.minutes_off as minutes_recorded,
    measured.minutes_restored,
    case
        when action_rule.action_code = 'restore' and measured.minutes_restored > 0 then 'restore_partly'
        else action_rule.action_code
    end as action_code,
    measured.counter_evidence_codes,
    sha256(
        concat_ws(
            '|',
            measured.nip,
            measured.duty_date,
            measured.side_code,
            coalesce(measured.recorded_at::varchar, ''),
            measured.cause_code,
            measured.grade_code,
            coalesce(measured.restored_at::varchar, ''),
            coalesce(measured.minutes_off::varchar, ''),
            coalesce(measured.minutes_restored::varchar, ''),
            measured.reference
        )
    ) as finding_hash,
    measured.has_statement,
    measured.is_certified
from measured
inner join action_rule
    on measured.duty_date >= action_rule.valid_from
    and measured.duty_date < action_rule.valid_to
    and measured.cause_code = action_rule.cause_code
    and measured.grade_code = action_rule.grade_code
    and measured.has_statement = action_rule.has_statement
    and measured.is_certified = action_rule.is_certified
