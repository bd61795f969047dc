-- What several rules compute alike. One macro per statement; the warehouse runs this file in every database that it opens.

-- Whole minutes from one instant to another; boundaries are not counted: 07:30:59 is no minute after 07:30:00.
create or replace macro minutes_between(a, b) as floor((epoch(b) - epoch(a)) / 60)::bigint;

-- A non-negative fraction to the nearest integer, a half upwards. In integers only, so that no float rounds money.
create or replace macro half_up(numerator, denominator) as (
    (2 * numerator::hugeint + denominator) // (2 * denominator)
)::bigint;

create or replace macro half_up_bps(base_idr, bps) as half_up(base_idr::hugeint * bps, 10000);

-- A non-negative fraction of rupiah to a multiple of the policy's step: half_up, down or up (docs/method/money.md).
create or replace macro round_idr(numerator, denominator, step_idr, mode_code) as (
    step_idr * (case mode_code
        when 'half_up' then half_up(numerator, denominator * step_idr)
        when 'up' then (numerator::hugeint + denominator * step_idr - 1) // (denominator * step_idr)
        when 'down' then numerator::hugeint // (denominator * step_idr)
        else error('cara pembulatan ' || mode_code || ' tidak dikenal')
    end)
)::bigint;

-- What a band charges, comparable between events of one day: a rate, or minutes x 10,000, of the event's own base.
create or replace macro band_charge(charge_code, rate_bps, charge_minutes, event_minutes) as (case charge_code
    when 'rate' then rate_bps
    when 'minutes' then 10000 * charge_minutes
    when 'own_minutes' then 10000 * event_minutes
end);

-- The span in which an outage touches a side: up to the due time of a check-in, from that of a check-out
-- ("Exposure" in docs/method/evidence.md).
create or replace macro exposed_from(side_code, due_at, arrival_span_minutes) as (
    case side_code when 'out' then due_at else due_at - to_minutes(arrival_span_minutes) end
);

create or replace macro exposed_to(side_code, due_at, leaving_span_minutes) as (
    case side_code when 'out' then due_at + to_minutes(leaving_span_minutes) else due_at end
);

-- An outage that let next to nobody through: the total-failure alternative (docs/method/detection.md, p1 = 0.95).
create or replace macro is_total(severity_bps) as (severity_bps >= 9500);

-- Whether a record may be one of this side: made in its window, and in no other direction.
create or replace macro suits_side(direction_code, made_at, side_code, accept_from, accept_to) as (
    made_at >= accept_from and made_at < accept_to and coalesce(direction_code, side_code) = side_code
);

create or replace macro seconds_apart(a, b) as abs(epoch(a) - epoch(b));

-- How much too late a check-in or apel is, how much too early a check-out.
create or replace macro seconds_off_due(side_code, due_at, recorded_at) as (
    case side_code
        when 'out' then greatest(0, epoch(due_at) - epoch(recorded_at))
        else greatest(0, epoch(recorded_at) - epoch(due_at))
    end
);

-- Late and early begin where the policy's first band does; an apel without bands is attended or not.
create or replace macro timed_state(side_code, seconds_off, off_from_seconds) as (
    case
        when off_from_seconds is null or seconds_off < off_from_seconds then 'on_time'
        when side_code = 'out' then 'early'
        else 'late'
    end
);

-- A side that asks for an explanation.
create or replace macro is_off(state_code) as (state_code in ('late', 'early', 'missing'));

-- What an outage's scope covers; a null scope column means any.
create or replace macro covers_place(scope_region, scope_unit_id, region_code, unit_id) as (
    (scope_region is null or scope_region = region_code) and (scope_unit_id is null or scope_unit_id = unit_id)
);

create or replace macro covers_line(scope_provider, scope_network, provider, network_cidr) as (
    (scope_provider is null or scope_provider = provider) and (scope_network is null or scope_network = network_cidr)
);

-- A client is os/version; `*` in a scope stands for any of either.
create or replace macro covers_client(scope_client, client_code) as (
    scope_client is null
    or (
        split_part(scope_client, '/', 1) in ('*', split_part(client_code, '/', 1))
        and split_part(scope_client, '/', 2) in ('*', split_part(client_code, '/', 2))
    )
);

-- A wall-clock time of a zone as the UTC instant that it was, and back.
create or replace macro at_zone(local_at, zone) as ((local_at at time zone zone) at time zone 'UTC')::timestamp;

create or replace macro to_local(utc_at, zone) as ((utc_at at time zone 'UTC') at time zone zone)::timestamp;
