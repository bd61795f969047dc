-- Over which carrier and address block does this person send requests, and which is the usual one?
-- One row per person and line used in the month; number 1 is the block of most days of the carrier of most days.
with used as (
    select
        attempt.nip,
        attempt.provider,
        attempt.network_cidr,
        attempt.unit_id,
        count(distinct attempt.requested_at::date) as day_count
    from attempt
    group by attempt.nip, attempt.provider, attempt.network_cidr, attempt.unit_id
),

weighted as (
    select
        used.nip,
        used.provider,
        used.network_cidr,
        used.unit_id,
        used.day_count,
        sum(used.day_count) over (partition by used.nip, used.provider) as provider_day_count
    from used
)

select
    weighted.nip,
    row_number() over (
        partition by weighted.nip
        order by
            weighted.provider_day_count desc,
            weighted.provider,
            weighted.day_count desc,
            weighted.network_cidr,
            weighted.unit_id
    )::bigint as use_no,
    weighted.provider,
    weighted.network_cidr,
    weighted.unit_id
from weighted
