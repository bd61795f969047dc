-- Which rule of leave holds for each duty day in an absence, whether or not it excuses the day?
-- One row per duty day whose kind and day of absence the policy rules.
-- Known caveat: an absence is one row of the input; two rows one after another count their days anew.
select
    duty.nip::varchar as nip,
    duty.duty_date::date as duty_date,
    leave_rule.kind_code::varchar as kind_code,
    leave_rule.effect_code::varchar as effect_code,
    leave_rule.rate_bps::bigint as rate_bps,
    leave_rule.reference::varchar as policy_reference
from duty
inner join leave_rule
    on leave_rule.variant_code = duty.variant_code
    and leave_rule.kind_code = duty.absence_kind_code
    and duty.duty_date >= leave_rule.valid_from
    and duty.duty_date < leave_rule.valid_to
    and duty.absence_day_no >= leave_rule.day_from
    and (leave_rule.day_to is null or duty.absence_day_no < leave_rule.day_to)
