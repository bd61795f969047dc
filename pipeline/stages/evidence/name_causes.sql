-- What happened to this late, early or missing side, and which own act shows it?
-- One row per such side; the first cause that fits, in the order of inputs.md section 6.
with asked as (
    select
        duty_side.nip,
        duty_side.unit_id,
        duty_side.region_code,
        duty_side.duty_date,
        duty_side.side_code,
        duty_side.due_at,
        duty_side.recorded_at,
        duty_side.state_code,
        duty_side.minutes_off,
        exposed_from(duty_side.side_code, duty_side.due_at, policy_period.arrival_span_minutes) as exposed_from,
        exposed_to(duty_side.side_code, duty_side.due_at, policy_period.leaving_span_minutes) as exposed_to,
        to_minutes(policy_period.recovery_grace_minutes) as recovery_grace,
        outage.outage_id,
        outage.layer_code,
        outage.impact_started_at,
        outage.impact_ended_at,
        coalesce(exposure.basis_code, '') in ('usual', 'also_used') as is_exposed_by_line,
        coalesce(exposure.basis_code = 'own_request', false) as has_met,
        coalesce(exposure.is_vantage_alive, false) as is_watched,
        coalesce(exposure.basis_code = 'also_used', false) as has_other_line,
        -- of an outage that stops a whole region people hear without trying; of one of their app or office they do not
        coalesce(
            exposure.basis_code = 'scope' and outage.symptom_code = 'failure' and is_total(outage.severity_bps), false
        ) as stops_everybody
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
    where duty_side.state_code in ('late', 'early', 'missing')
),

watching as (
    select distinct
        coverage.vantage_code
    from coverage
),

unwatched as (  -- no log at all, or one of them does not cover the whole span (design section 2, `no_coverage`)
    select
        asked.nip,
        asked.duty_date,
        asked.side_code
    from asked
    where not exists (select 1 from watching)
        or exists (
            select 1
            from watching
            where not exists (
                select 1
                from coverage
                where coverage.vantage_code = watching.vantage_code
                    and coverage.started_at <= asked.exposed_from
                    and coverage.ended_at >= asked.exposed_to
            )
        )
        or exists (
            select 1
            from outage
            where outage.layer_code = 'log_gap'
                and coalesce(outage.scope_region, asked.region_code) = asked.region_code
                and coalesce(outage.scope_unit_id, asked.unit_id) = asked.unit_id
                and outage.impact_started_at <= asked.exposed_to
                and outage.impact_ended_at > asked.exposed_from
        )
),

failing as (  -- an outage explains the sessions that met it, and nothing before it began
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        asked.due_at,
        attempt_group.first_failed_at as tried_at,
        case
            when asked.outage_id is null then attempt_group.first_failed_at
            when asked.has_met
                and attempt_group.last_failed_at >= asked.impact_started_at
                and attempt_group.first_failed_at < asked.impact_ended_at
                then greatest(attempt_group.first_failed_at, asked.impact_started_at)
        end as failed_at
    from asked
    inner join attempt_group
        on asked.nip = attempt_group.nip
        and asked.duty_date = attempt_group.duty_date
        and asked.side_code = attempt_group.side_code
        and attempt_group.first_failed_at is not null
        and (asked.recorded_at is null or attempt_group.first_failed_at < asked.recorded_at)
),

acting as (  -- the first act counts; of check-outs the first that was not too early, else the last
    select
        failing.nip,
        failing.duty_date,
        failing.side_code,
        case failing.side_code
            when 'in' then min(failing.failed_at)
            else coalesce(
                min(failing.failed_at) filter (where failing.failed_at >= failing.due_at),
                max(failing.failed_at)
            )
        end as failed_at,
        case failing.side_code
            when 'in' then min(failing.tried_at)
            else coalesce(
                min(failing.tried_at) filter (where failing.tried_at >= failing.due_at),
                max(failing.tried_at)
            )
        end as tried_at
    from failing
    group by failing.nip, failing.duty_date, failing.side_code
),

answering as (  -- an answer without a punch matters where it is better than what is recorded
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        min(attempt_group.first_failed_at) as tried_at,
        min(attempt_group.first_ok_at) as answered_at,
        min(attempt_group.first_unstored_at) filter (
            where asked.recorded_at is null
                or (asked.side_code = 'in' and attempt_group.first_unstored_at < asked.recorded_at)
                or (asked.side_code = 'out' and attempt_group.first_unstored_at > asked.recorded_at)
        ) as unstored_at,
        bool_or(  -- the punch of an answer after the export's end may still come
            attempt_group.first_uncovered_at is not null and (asked.recorded_at is null or asked.side_code = 'out')
        ) as is_uncovered,
        bool_and(attempt_group.is_authenticated) as is_authenticated
    from asked
    inner join attempt_group
        on asked.nip = attempt_group.nip
        and asked.duty_date = attempt_group.duty_date
        and asked.side_code = attempt_group.side_code
    group by asked.nip, asked.duty_date, asked.side_code
),

corroborated as (
    select
        asked.nip,
        asked.duty_date,
        asked.side_code,
        bool_or(presence.witness_code = 'statement') as is_attested,
        bool_or(  -- someone else saw the person there while it was down
            presence.witness_code = 'statement'
            and presence.witnessed_at >= asked.impact_started_at
            and presence.witnessed_at < least(asked.impact_ended_at, asked.recorded_at)
        ) as is_attested_meanwhile
    from asked
    inner join presence
        on asked.nip = presence.nip
        and asked.duty_date = presence.duty_date
        and asked.side_code = presence.side_code
        and presence.role_code = 'supports'
    group by asked.nip, asked.duty_date, asked.side_code
),

gathered as (
    select
        asked.*,
        asked.recorded_at >= asked.impact_ended_at + asked.recovery_grace
        and not coalesce(corroborated.is_attested_meanwhile, false) as is_after_grace,
        case
            when corroborated.is_attested_meanwhile then true
            -- nobody would have logged a try, and nobody saw the person at another time
            when asked.recorded_at >= asked.impact_ended_at + asked.recovery_grace
                then not (asked.is_watched or coalesce(corroborated.is_attested, false))
            -- where a try would have been logged, or another line let the person in, only someone else's word will do
            else coalesce(corroborated.is_attested, false)
                or not (asked.is_watched or (asked.has_other_line and asked.recorded_at < asked.impact_ended_at))
        end as may_be_delayed,
        case
            when asked.is_watched and not asked.stops_everybody then coalesce(corroborated.is_attested, false)
            else corroborated.nip is not null
        end as may_be_blocked,
        unwatched.nip is not null as is_unwatched,
        flip.flipped_at,
        answering.answered_at,
        answering.unstored_at,
        coalesce(answering.is_uncovered, false) as is_uncovered,
        coalesce(answering.is_authenticated, true) as is_authenticated,
        acting.failed_at,
        acting.tried_at,
        -- a log line ends in whole seconds, so the try began up to a second later: a gain of that second is not proved
        acting.failed_at is not null and asked.side_code = 'in'
        and minutes_between(asked.due_at, acting.failed_at + interval '1' second) >= asked.minutes_off as is_no_better,
        coalesce(
            not asked.is_exposed_by_line  -- what came through may have gone over another line
            and answering.answered_at < asked.impact_ended_at
            and answering.answered_at < coalesce(answering.tried_at, asked.impact_ended_at),
            false
        ) as has_own_success
    from asked
    left join unwatched
        on asked.nip = unwatched.nip
        and asked.duty_date = unwatched.duty_date
        and asked.side_code = unwatched.side_code
    left join flip
        on asked.nip = flip.nip
        and asked.duty_date = flip.duty_date
        and asked.side_code = flip.side_code
    left join answering
        on asked.nip = answering.nip
        and asked.duty_date = answering.duty_date
        and asked.side_code = answering.side_code
    left join acting
        on asked.nip = acting.nip
        and asked.duty_date = acting.duty_date
        and asked.side_code = acting.side_code
    left join corroborated
        on asked.nip = corroborated.nip
        and asked.duty_date = corroborated.duty_date
        and asked.side_code = corroborated.side_code
),

caused as (
    select
        gathered.*,
        case
            when gathered.flipped_at is not null then 'flipped'
            when gathered.unstored_at is not null then 'lost'
            when gathered.is_unwatched and (gathered.outage_id is null or gathered.state_code = 'early')
                then 'no_coverage'
            when gathered.is_uncovered and (gathered.failed_at is null or gathered.state_code = 'early')
                then 'no_coverage'
            when gathered.state_code = 'early' or gathered.is_no_better then 'unexplained'
            when gathered.recorded_at is not null and gathered.failed_at is not null then 'delayed'
            when gathered.recorded_at >= gathered.impact_started_at
                and not gathered.has_own_success
                and gathered.may_be_delayed then 'delayed'
            when gathered.recorded_at is not null then 'unexplained'
            when gathered.failed_at is not null then 'failed'
            when gathered.layer_code = 'device' then 'unsynced'
            when gathered.outage_id is not null and gathered.may_be_blocked then 'blocked'
            else 'unexplained'
        end as cause_code
    from gathered
)

select
    caused.nip,
    caused.unit_id,
    caused.duty_date,
    caused.side_code,
    caused.due_at,
    caused.recorded_at,
    caused.state_code,
    caused.minutes_off,
    caused.cause_code,
    caused.outage_id,
    caused.impact_started_at,
    caused.impact_ended_at,
    case caused.cause_code
        when 'flipped' then coalesce(caused.tried_at, caused.flipped_at)
        when 'lost' then caused.unstored_at
        when 'delayed' then caused.failed_at
        when 'failed' then caused.failed_at
        when 'unexplained' then caused.failed_at
    end as acted_at,
    coalesce(caused.tried_at <= caused.flipped_at, false) as is_tried_before,
    caused.has_own_success,
    coalesce(caused.is_after_grace, false) as is_after_grace,
    caused.is_authenticated
from caused
