-- From which state to which did the duty sides of two revisions go? Null where a side is in one of them only.
-- One row per pair of states.
select
    side_before.state_code as before_code,
    side_after.state_code as after_code,
    count(*)::bigint as side_count
from side_before
full outer join side_after
    on side_before.nip = side_after.nip
    and side_before.duty_date = side_after.duty_date
    and side_before.side_code = side_after.side_code
group by side_before.state_code, side_after.state_code
order by before_code nulls last, after_code nulls last
