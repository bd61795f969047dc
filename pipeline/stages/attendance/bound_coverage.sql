-- Up to when do the punch sources hold everything of this person?
-- One row per employee with a day of employment: what the slowest source that holds anything of the person covers.
-- Who is in no source may still be in the slowest of all; without sources the whole period is covered.
with heard as (
    select distinct
        punch.nip,
        source_file.source_no
    from punch
    inner join source_file
        on punch.file_id = source_file.file_id
        and source_file.same_as_path is null
),

vouched as (
    select
        heard.nip,
        min(punch_coverage.covered_to) as covered_to
    from heard
    inner join punch_coverage
        on heard.source_no = punch_coverage.source_no
    group by heard.nip
),

slowest as (
    select
        min(punch_coverage.covered_to) as covered_to
    from punch_coverage
),

employed as (
    select distinct
        employed_day.nip
    from employed_day
)

select
    employed.nip,
    coalesce(
        vouched.covered_to, slowest.covered_to, at_zone(setting.period_to::timestamp, setting.zone)
    ) as covered_to
from employed
cross join setting
cross join slowest
left join vouched
    on vouched.nip = employed.nip
