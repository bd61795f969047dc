-- What do all witnesses of this late, early or missing side say together?
-- One row per such side, also where nobody speaks.
select
    off_side.nip,
    off_side.duty_date,
    off_side.side_code,
    coalesce(bool_or(presence.role_code = 'supports'), false) as is_corroborated,
    coalesce(bool_or(presence.witness_code = 'statement'), false) as has_statement,
    coalesce(bool_or(presence.witness_code = 'no_habit'), false) as is_unaccustomed,
    min(presence.witnessed_at) filter (where presence.witness_code = 'statement') as first_stated_at,
    max(presence.witnessed_at) filter (where presence.witness_code = 'statement') as last_stated_at,
    string_agg(distinct presence.witness_code, ',' order by presence.witness_code) filter (
        where presence.role_code = 'contradicts'
    ) as counter_evidence_codes
from off_side
left join presence
    on off_side.nip = presence.nip
    and off_side.duty_date = presence.duty_date
    and off_side.side_code = presence.side_code
group by off_side.nip, off_side.duty_date, off_side.side_code
