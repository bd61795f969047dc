-- What happened to this late, early or missing side, how strong is the evidence, what time would have been recorded?
-- One row per late, early or missing side (design section 2: causes, grades, restored time).
with acting as (
    select
        attempt_group.nip,
        attempt_group.duty_date,
        attempt_group.side_code,
        min(attempt_group.first_failed_at) as first_failed_at,
        min(attempt_group.first_ok_at) as first_ok_at,
        min(attempt_group.first_unstored_at) as first_unstored_at,
        bool_and(attempt_group.is_authenticated) as is_authenticated
    from attempt_group
    group by attempt_group.nip, attempt_group.duty_date, attempt_group.side_code
),

witnessing as (
    select
        presence.nip,
        presence.duty_date,
        presence.side_code,
        bool_or(presence.witness_code = 'statement') as has_statement,
        bool_or(presence.role_code = 'supports') as is_corroborated,
        coalesce(
            string_agg(distinct presence.witness_code, ',' order by presence.witness_code) filter (
                where presence.role_code = 'contradicts'
            ),
            ''
        ) as counter_codes
    from presence
    group by presence.nip, presence.duty_date, presence.side_code
),

gathered as (
    select
        duty_side.nip,
        duty_side.unit_id,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.due_at,
        duty_side.recorded_at,
        duty_side.state_code,
        duty_side.minutes_off,
        outage.outage_id,
        outage.impact_started_at,
        outage.impact_ended_at,
        outage.symptom_code,
        coalesce(exposure.is_vantage_alive, false) as is_vantage_alive,
        coalesce(
            outage.is_certified
            and outage.certified_started_at <= duty_side.due_at + to_minutes(policy_period.leaving_span_minutes)
            and outage.certified_ended_at > duty_side.due_at - to_minutes(policy_period.arrival_span_minutes),
            false
        ) as is_certified,
        acting.first_failed_at,
        acting.first_ok_at,
        acting.first_unstored_at,
        coalesce(acting.is_authenticated, true) as is_authenticated,
        coalesce(witnessing.has_statement, false) as has_statement,
        coalesce(witnessing.is_corroborated, false) as is_corroborated,
        coalesce(witnessing.counter_codes, '') as counter_codes,
        policy_period.recovery_grace_minutes,
        policy_period.reference,
        exists (
            select 1
            from coverage
            where coverage.started_at <= duty_side.due_at and coverage.ended_at > duty_side.due_at
        ) as is_covered
    from duty_side
    inner join policy_period
        on duty_side.duty_date >= policy_period.valid_from
        and duty_side.duty_date < policy_period.valid_to
    left join exposure
        on duty_side.nip = exposure.nip
        and duty_side.duty_date = exposure.duty_date
        and duty_side.side_code = exposure.side_code
        and exposure.exposure_no = 1
    left join outage
        on exposure.outage_id = outage.outage_id
    left join acting
        on duty_side.nip = acting.nip
        and duty_side.duty_date = acting.duty_date
        and duty_side.side_code = acting.side_code
    left join witnessing
        on duty_side.nip = witnessing.nip
        and duty_side.duty_date = witnessing.duty_date
        and duty_side.side_code = witnessing.side_code
    where duty_side.state_code in ('late', 'early', 'missing')
),

caused as (
    select
        gathered.*,
        gathered.first_failed_at is not null
        and gathered.outage_id is not null
        and gathered.first_failed_at >= gathered.impact_started_at
        and gathered.first_failed_at < gathered.impact_ended_at
        and gathered.first_failed_at < coalesce(gathered.first_ok_at, 'infinity'::timestamp) as has_own_failure,
        case
            when gathered.first_unstored_at is not null
                and gathered.first_unstored_at < coalesce(gathered.recorded_at, 'infinity'::timestamp)
                then 'lost'
            when gathered.outage_id is null and not gathered.is_covered then 'no_coverage'
            when gathered.outage_id is null then 'unexplained'
            when gathered.state_code = 'early' then 'unexplained'
            when gathered.recorded_at is not null
                and gathered.first_failed_at < gathered.recorded_at
                and gathered.first_failed_at >= gathered.impact_started_at
                and gathered.first_failed_at < gathered.impact_ended_at
                then 'delayed'
            when gathered.recorded_at is not null
                and gathered.recorded_at >= gathered.impact_started_at
                and gathered.recorded_at
                < gathered.impact_ended_at + to_minutes(gathered.recovery_grace_minutes)
                and not gathered.is_vantage_alive
                then 'delayed'
            when gathered.recorded_at is null
                and gathered.first_failed_at >= gathered.impact_started_at
                and gathered.first_failed_at < gathered.impact_ended_at
                then 'failed'
            when gathered.recorded_at is null
                and gathered.is_corroborated
                and not gathered.is_vantage_alive
                then 'blocked'
            else 'unexplained'
        end as cause_code
    from gathered
),

graded as (
    select
        caused.*,
        case
            when caused.cause_code = 'no_coverage' then '-'
            when caused.cause_code = 'unexplained' and caused.outage_id is null then '-'
            when caused.state_code = 'early' then 'X'
            when caused.cause_code = 'lost' and coalesce(caused.symptom_code, '') = 'lost_write' then 'A'
            when caused.cause_code = 'lost' then 'C'
            when caused.first_ok_at < coalesce(caused.first_failed_at, 'infinity'::timestamp)
                and caused.first_ok_at < caused.due_at
                then 'X'
            when caused.cause_code in ('failed', 'delayed') and caused.has_own_failure and caused.is_authenticated
                then 'A'
            when caused.cause_code in ('failed', 'delayed') then 'C'
            when caused.cause_code = 'blocked' then 'C'
            else 'D'
        end as grade_code,
        case
            when caused.cause_code = 'lost' then caused.first_unstored_at
            when caused.has_own_failure and caused.cause_code in ('failed', 'delayed')
                then caused.first_failed_at
            when caused.state_code = 'missing' and caused.outage_id is not null then caused.due_at
            when caused.state_code = 'late' and caused.outage_id is not null
                then case
                    when caused.recorded_at
                        < caused.impact_ended_at + to_minutes(caused.recovery_grace_minutes)
                        then greatest(caused.due_at, caused.impact_started_at)
                    else greatest(
                        caused.due_at,
                        caused.recorded_at - (
                            caused.impact_ended_at - greatest(caused.due_at, caused.impact_started_at)
                        )
                    )
                end
        end as restorable_at
    from caused
),

timed as (
    select
        graded.*,
        case when graded.grade_code in ('A', 'B', 'C', 'D') then graded.restorable_at end as restored_at
    from graded
),

measured as (
    select
        timed.*,
        case
            when timed.restored_at is null then timed.minutes_off
            when timed.side_code = 'out' then greatest(0, minutes_between(timed.restored_at, timed.due_at))
            when timed.side_code = 'in' then greatest(0, minutes_between(timed.due_at, timed.restored_at))
            else 0
        end as minutes_restored
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
    measured.counter_codes as counter_evidence_codes,
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
