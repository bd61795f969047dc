-- What does the policy do with the cause and the evidence of this side, and to which facts does a decision bind itself?
-- One row per late, early or missing side.
with explained as (
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
        side_grade.grade_code,
        side_grade.is_certified,
        side_presence.has_statement,
        side_restoration.restored_at,
        side_restoration.minutes_restored,
        array_to_string(
            list_sort(
                list_concat(
                    coalesce(string_split(side_presence.counter_evidence_codes, ','), []),
                    case when side_cause.has_own_success then ['own_success'] else [] end,
                    case when side_grade.is_silent then ['no_attempt'] else [] end,
                    case
                        when side_cause.cause_code = 'unexplained' and side_cause.acted_at is not null
                            then ['late_attempt']
                        else []
                    end
                )
            ),
            ','
        ) as counter_evidence_codes
    from side_cause
    inner join side_presence
        on side_cause.nip = side_presence.nip
        and side_cause.duty_date = side_presence.duty_date
        and side_cause.side_code = side_presence.side_code
    inner join side_grade
        on side_cause.nip = side_grade.nip
        and side_cause.duty_date = side_grade.duty_date
        and side_cause.side_code = side_grade.side_code
    inner join side_restoration
        on side_cause.nip = side_restoration.nip
        and side_cause.duty_date = side_restoration.duty_date
        and side_cause.side_code = side_restoration.side_code
)

select
    left(sha256(concat_ws('|', explained.nip, explained.duty_date, explained.side_code)), 16) as finding_id,
    explained.nip,
    explained.unit_id,
    explained.duty_date,
    explained.side_code,
    explained.due_at,
    explained.recorded_at,
    explained.state_code,
    explained.cause_code,
    explained.grade_code,
    explained.outage_id,
    explained.restored_at,
    explained.minutes_off as minutes_recorded,
    explained.minutes_restored,
    case
        when action_rule.action_code = 'restore' and explained.minutes_restored > 0 then 'restore_partly'
        else action_rule.action_code
    end as action_code,
    explained.counter_evidence_codes,
    sha256(
        concat_ws(
            '|',
            explained.nip,
            explained.duty_date,
            explained.side_code,
            coalesce(explained.recorded_at::varchar, ''),
            explained.cause_code,
            explained.grade_code,
            coalesce(explained.restored_at::varchar, ''),
            coalesce(explained.minutes_off::varchar, ''),
            coalesce(explained.minutes_restored::varchar, ''),
            policy_period.reference
        )
    ) as finding_hash,
    explained.has_statement,
    explained.is_certified
from explained
inner join policy_period
    on explained.duty_date >= policy_period.valid_from
    and explained.duty_date < policy_period.valid_to
inner join action_rule
    on explained.duty_date >= action_rule.valid_from
    and explained.duty_date < action_rule.valid_to
    and explained.cause_code = action_rule.cause_code
    and explained.grade_code = action_rule.grade_code
    and explained.has_statement = action_rule.has_statement
    and explained.is_certified = action_rule.is_certified
