-- What does the month of each person at each OPD cost in each scenario, charge by charge, cap and floor?
-- One row per scenario, step and charge; a monthly cap or floor is a row without day.
with charged as (
    select priced_charge.* from priced_charge
    union all
    select day_cap.* from day_cap
)

select
    charged.scenario_code::varchar as scenario_code,
    charged.step_no::bigint as step_no,
    charged.nip::varchar as nip,
    charged.unit_id::varchar as unit_id,
    charged.duty_date::date as duty_date,
    charged.side_code::varchar as side_code,
    charged.band_code::varchar as band_code,
    charged.rate_bps::bigint as rate_bps,
    charged.base_idr::bigint as base_idr,
    charged.deduction_idr::bigint as deduction_idr,
    charged.policy_reference::varchar as policy_reference
from charged
union all
select
    capped_month.scenario_code::varchar as scenario_code,
    capped_month.step_no::bigint as step_no,
    capped_month.nip::varchar as nip,
    capped_month.unit_id::varchar as unit_id,
    null::date as duty_date,
    null::varchar as side_code,
    'cap'::varchar as band_code,
    month_limit.monthly_cap_bps::bigint as rate_bps,
    month_limit.base_idr::bigint as base_idr,
    (capped_month.kept_idr - capped_month.deduction_idr)::bigint as deduction_idr,
    month_limit.policy_reference::varchar as policy_reference
from capped_month
inner join month_limit
    on month_limit.nip = capped_month.nip
    and month_limit.unit_id = capped_month.unit_id
where capped_month.kept_idr < capped_month.deduction_idr
union all
select
    floor_charge.scenario_code::varchar as scenario_code,
    floor_charge.step_no::bigint as step_no,
    floor_charge.nip::varchar as nip,
    floor_charge.unit_id::varchar as unit_id,
    null::date as duty_date,
    null::varchar as side_code,
    'floor'::varchar as band_code,
    floor_charge.rate_bps::bigint as rate_bps,
    floor_charge.base_idr::bigint as base_idr,
    floor_charge.deduction_idr::bigint as deduction_idr,
    floor_charge.policy_reference::varchar as policy_reference
from floor_charge
