-- Whose records may still lie in a machine that sent nothing any more while others did, and since when?
-- One row per person whose last punch was at a silent machine.
with sent as (  -- a dump that names no machine is its source's
    select
        punch.nip,
        punch.punch_id,
        punch.punched_at,
        case
            when punch.channel_code = 'device'
                then coalesce(punch.device_id, 'sumber ' || source_file.source_no)
            else ''
        end as device_id
    from punch
    inner join source_file
        on punch.file_id = source_file.file_id
        and source_file.same_as_path is null
),

heard as (
    select
        sent.device_id,
        max(sent.punched_at) as last_at
    from sent
    where sent.device_id <> ''
    group by sent.device_id
),

latest as (
    select
        max(sent.punched_at) as last_at
    from sent
),

relying as (  -- who has punched elsewhere for a duty since does not wait; a stray punch at night tells nothing
    select
        sent.nip,
        arg_max(sent.device_id, (sent.punched_at, sent.punch_id)) as device_id
    from sent
    where sent.device_id <> ''
        or exists (
            select 1
            from duty
            where duty.nip = sent.nip
                and sent.punched_at >= duty.accept_in_from
                and sent.punched_at < duty.accept_out_to
        )
    group by sent.nip
),

missed as (  -- whole duties since the machine's last punch, over while others were still heard
    select
        relying.device_id,
        relying.nip
    from relying
    inner join heard
        on relying.device_id = heard.device_id
    inner join duty
        on relying.nip = duty.nip
        and duty.starts_at > heard.last_at
        and not duty.is_excused
    inner join latest
        on duty.ends_at <= latest.last_at
),

silent as (  -- one person may be absent; a machine is silent when several are
    select
        missed.device_id
    from missed
    group by missed.device_id
    having count(distinct missed.nip) > 1
)

select
    relying.nip,
    relying.device_id,
    heard.last_at as silent_from
from relying
inner join silent
    on relying.device_id = silent.device_id
inner join heard
    on relying.device_id = heard.device_id
