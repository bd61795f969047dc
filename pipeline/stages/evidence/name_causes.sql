-- What happened to this late, early or missing side, and which own request or punch shows it?
-- One row per such side; the first cause that fits, in the order of the case below.
with asked as (
    select
        off_side.nip,
        off_side.unit_id,
        off_side.duty_date,
        off_side.side_code,
        off_side.due_at,
        off_side.recorded_at,
        off_side.state_code,
        off_side.minutes_off,
        side_outage.outage_id,
        side_outage.layer_code,
        side_outage.impact_started_at,
        side_outage.impact_ended_at,
        side_outage.is_after_grace,
        side_outage.may_be_delayed,
        side_outage.may_be_blocked,
        side_watch.is_watched,
        side_attempt.tried_at,
        side_attempt.failed_at,
        side_attempt.unstored_at,
        side_attempt.is_uncovered,
        side_attempt.is_authenticated,
        side_attempt.has_own_success,
        flip.flipped_at,
        -- a log line ends in whole seconds, so the try began up to a second later: a gain of that second is not proved
        side_attempt.failed_at is not null
        and off_side.side_code = 'in'
        and minutes_between(off_side.due_at, side_attempt.failed_at + interval '1' second)
        >= off_side.minutes_off as is_no_better
    from off_side
    inner join side_watch
        on off_side.nip = side_watch.nip
        and off_side.duty_date = side_watch.duty_date
        and off_side.side_code = side_watch.side_code
    inner join side_outage
        on off_side.nip = side_outage.nip
        and off_side.duty_date = side_outage.duty_date
        and off_side.side_code = side_outage.side_code
    inner join side_attempt
        on off_side.nip = side_attempt.nip
        and off_side.duty_date = side_attempt.duty_date
        and off_side.side_code = side_attempt.side_code
    left join flip
        on off_side.nip = flip.nip
        and off_side.duty_date = flip.duty_date
        and off_side.side_code = flip.side_code
),

caused as (
    select
        asked.*,
        case
            when asked.flipped_at is not null then 'flipped'
            when asked.unstored_at is not null then 'lost'
            when not asked.is_watched and (asked.outage_id is null or asked.state_code = 'early') then 'no_coverage'
            when asked.is_uncovered and (asked.failed_at is null or asked.state_code = 'early') then 'no_coverage'
            when asked.state_code = 'early' or asked.is_no_better then 'unexplained'
            when asked.recorded_at is not null and asked.failed_at is not null then 'delayed'
            when asked.may_be_delayed and not asked.has_own_success then 'delayed'
            when asked.recorded_at is not null then 'unexplained'
            when asked.failed_at is not null then 'failed'
            when asked.layer_code = 'device' then 'unsynced'
            when asked.may_be_blocked then 'blocked'
            else 'unexplained'
        end as cause_code
    from asked
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
    caused.is_after_grace,
    caused.is_authenticated
from caused
