-- What was this person's month at this OPD in either revision, in rupiah? Zero where a revision has no such month.
-- One row per person and OPD of either revision.
select
    coalesce(month_after.nip, month_before.nip) as nip,
    coalesce(month_after.unit_id, month_before.unit_id) as unit_id,
    month_before.nip is not null as is_before,
    month_after.nip is not null as is_after,
    coalesce(month_before.tpp_idr <> month_after.tpp_idr, false) as is_tpp_changed,
    coalesce(month_before.recorded_idr, 0) as recorded_before_idr,
    coalesce(month_after.recorded_idr, 0) as recorded_after_idr,
    coalesce(month_before.restored_idr, 0) as restored_before_idr,
    coalesce(month_after.restored_idr, 0) as restored_after_idr,
    coalesce(month_before.potential_idr, 0) as potential_before_idr,
    coalesce(month_after.potential_idr, 0) as potential_after_idr
from month_before
full outer join month_after
    on month_before.nip = month_after.nip
    and month_before.unit_id = month_after.unit_id
order by nip, unit_id
