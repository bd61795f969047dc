-- Of the people whose request was answered ok in this minute, of how many is a punch stored?
-- One row per vantage, minute and leaf group of own people, while the punch sources cover them.
with covered as (
    select
        duty.nip,
        min(duty.covered_to) as covered_to
    from duty
    group by duty.nip
),

accepted as (  -- a double tap is one attempt: a person counts once a minute and leaf
    select
        attempt.vantage_code,
        date_trunc('minute', attempt.requested_at) as minute_at,
        attempt.unit_id,
        attempt.network_cidr,
        attempt.provider,
        attempt.client_code,
        attempt.nip,
        min(attempt.answered_at) as answered_at
    from attempt
    inner join covered
        on attempt.nip = covered.nip and attempt.requested_at < covered.covered_to
    where attempt.outcome_code = 'ok' and attempt.endpoint_code in ('punch_in', 'punch_out', 'punch')
    group by
        attempt.vantage_code,
        date_trunc('minute', attempt.requested_at),
        attempt.unit_id,
        attempt.network_cidr,
        attempt.provider,
        attempt.client_code,
        attempt.nip
),

matched as (
    select
        accepted.vantage_code,
        accepted.minute_at,
        accepted.unit_id,
        accepted.network_cidr,
        accepted.provider,
        accepted.client_code,
        accepted.nip,
        count(punch.punch_id) > 0 as is_stored
    from accepted
    left join punch
        on accepted.nip = punch.nip
        and punch.punched_at >= accepted.answered_at - interval '1' minute
        and punch.punched_at <= accepted.answered_at + interval '1' minute
    group by
        accepted.vantage_code,
        accepted.minute_at,
        accepted.unit_id,
        accepted.network_cidr,
        accepted.provider,
        accepted.client_code,
        accepted.nip
)

select
    matched.vantage_code,
    matched.minute_at,
    matched.unit_id,
    matched.network_cidr,
    matched.provider,
    matched.client_code,
    count(*) as accepted_count,
    count(*) filter (where matched.is_stored) as stored_count
from matched
group by
    matched.vantage_code,
    matched.minute_at,
    matched.unit_id,
    matched.network_cidr,
    matched.provider,
    matched.client_code
