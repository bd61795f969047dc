-- Does leave or official duty excuse this day of this person?
-- One row per person and day of employment; of overlapping absences the one that spares the person most, then the smaller id.
-- A kind of absence that the policy does not know stops the run.
with listed as (
    select
        employed_day.nip,
        employed_day.duty_date,
        absence.absence_id,
        absence.kind_code,
        employed_day.duty_date - absence.valid_from + 1 as day_no,
        case
            when leave_rule.kind_code is null
                then error('Jenis ketidakhadiran ' || absence.kind_code || ' tidak ada dalam tabel cuti kebijakan')
            when leave_rule.needs_letter and absence.letter_no is null then 'none'
            else leave_rule.effect_code
        end as effect_code
    from employed_day
    inner join absence
        on absence.nip = employed_day.nip
        and employed_day.duty_date >= absence.valid_from
        and employed_day.duty_date < absence.valid_to
    left join leave_rule
        on leave_rule.variant_code = employed_day.variant_code
        and leave_rule.kind_code = absence.kind_code
        and employed_day.duty_date >= leave_rule.valid_from
        and employed_day.duty_date < leave_rule.valid_to
        and employed_day.duty_date - absence.valid_from + 1 >= leave_rule.day_from
        and (leave_rule.day_to is null or employed_day.duty_date - absence.valid_from + 1 < leave_rule.day_to)
),

excused as (
    select
        listed.nip,
        listed.duty_date,
        listed.absence_id,
        listed.kind_code,
        listed.day_no,
        listed.effect_code,
        row_number() over (
            partition by listed.nip, listed.duty_date
            order by
                case listed.effect_code
                    when 'excused' then 1
                    when 'excluded' then 2
                    when 'month_rate' then 3
                    when 'day_rate' then 4
                    when 'no_tpp' then 5
                    else 6
                end,
                listed.absence_id
        ) as absence_rank
    from listed
    where listed.effect_code <> 'month_cut'  -- a decision that costs, not an absence
)

select
    employed_day.nip,
    employed_day.duty_date,
    excused.absence_id,
    excused.kind_code as absence_kind_code,
    excused.day_no as absence_day_no,
    coalesce(excused.effect_code <> 'none', false) as is_excused
from employed_day
left join excused
    on excused.nip = employed_day.nip
    and excused.duty_date = employed_day.duty_date
    and excused.absence_rank = 1
