-- Which sides are late, early or missing, and in which span would an outage have touched them?
-- One row per such side; the span ends at the due time of a check-in or apel, and begins at that of a check-out.
select
    duty_side.nip,
    duty_side.duty_date,
    duty_side.side_code,
    duty_side.unit_id,
    duty_side.region_code,
    duty_side.due_at,
    duty_side.accept_from,
    duty_side.accept_to,
    duty_side.recorded_at,
    duty_side.punch_id,
    duty_side.state_code,
    duty_side.minutes_off,
    exposed_from(duty_side.side_code, duty_side.due_at, policy_period.arrival_span_minutes) as exposed_from,
    exposed_to(duty_side.side_code, duty_side.due_at, policy_period.leaving_span_minutes) as exposed_to
from duty_side
inner join policy_period
    on duty_side.duty_date >= policy_period.valid_from
    and duty_side.duty_date < policy_period.valid_to
where is_off(duty_side.state_code)
