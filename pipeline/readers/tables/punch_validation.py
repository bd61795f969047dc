"""What an attendance record must fulfil, in any of its shapes: one moment, date and time apart, or a day's recap.

A recap holds a person's first check-in and last check-out of a day, and in its note perhaps why there is none.
"""

from __future__ import annotations

from pipeline.readers.tables.validation_checks import Check, KindValidation, near_period, nip_checks
from schemas import Punch

_ZONE = "coalesce(source.zone, person_zone.zone, setting.zone)"

PUNCH = KindValidation(
    "punch",
    Punch,
    # A recap's times without a day lie nearest to the ends of the rostered duty. Without a roster a check-out at or
    # before its check-in belongs to the next day.
    f"""with read as (
        select raw.*, as_date(raw.tanggal) as day, as_clock(raw.jam) as clock, as_utc(raw.waktu) as utc_at,
            as_clock(raw.jam_masuk) as in_clock, as_clock(raw.jam_pulang) as out_clock, is_recap() as is_recap,
            as_local(raw.waktu_terima) as local_received_at, as_utc(raw.waktu_terima) as utc_received_at,
            received_zone() as received_zone, as_code('direction', raw.arah) as direction_code,
            knows_code('direction', raw.arah) as is_direction_known, as_code('channel', raw.kanal) as channel_code,
            as_code('absence', raw.keterangan) as absence_code,
            knows_code('absence', raw.keterangan) as is_note_known,
            coalesce(case when is_nip(raw.nip) then clean_nip(raw.nip) end, device_owner.nip, pin_owner.nip) as person
        from raw
        left join pin_owner as device_owner
            on raw.nip is null and device_owner.pin = raw.perangkat || ':' || plain_pin(raw.pin)
        left join pin_owner on raw.nip is null and pin_owner.pin = plain_pin(raw.pin)
    ),
    dated as (
        select read.*, coalesce(as_local(read.waktu), read.day + read.clock) as local_at,
            coalesce(read.day, as_local(read.waktu)::date, read.utc_at::date) as local_day
        from read
    )
    select dated.*, exists (select 1 from employee where employee.nip = dated.person) as is_known,
        coalesce(dated.utc_at, at_zone(dated.local_at, {_ZONE})) as punched_at,
        at_zone(
            dated.day + coalesce(epoch(dated.in_clock) < rostered.start_seconds - 43200, false)::integer + dated.in_clock,
            {_ZONE}
        ) as in_at,
        at_zone(
            dated.day + coalesce(
                epoch(dated.out_clock) < rostered.end_seconds - 43200, dated.out_clock <= dated.in_clock, false
            )::integer + dated.out_clock,
            {_ZONE}
        ) as out_at,
        coalesce(
            dated.utc_received_at, at_zone(dated.local_received_at, coalesce(dated.received_zone, {_ZONE}))
        ) as received_at,
        setting.earliest_at, setting.latest_at
    from dated
    inner join source on source.file_id = dated.file_id
    cross join setting
    left join person_zone
        on person_zone.nip = dated.person
        and dated.local_day >= person_zone.valid_from
        and dated.local_day < person_zone.valid_to
    left join rostered on rostered.nip = dated.person and rostered.duty_date = dated.day""",  # noqa: S608
    (
        Check("VALUE_MISSING", "nip", "nip is null and pin is null"),
        *nip_checks("nip"),
        Check("PIN_UNMAPPED", "pin", "nip is null and pin is not null and person is null"),
        Check("UNKNOWN_NIP", "nip", "is_nip(nip) and not is_known"),
        Check("VALUE_MISSING", "tanggal", "is_recap and tanggal is null"),
        Check(
            "VALUE_MISSING", "waktu", "not is_recap and waktu is null and (tanggal is null or jam is null)"
        ),
        Check("DATE_FORMAT", "tanggal", "tanggal is not null and day is null"),
        near_period("day", "tanggal"),
        Check("TIME_FORMAT", "jam", "jam is not null and clock is null"),
        Check("TIME_FORMAT", "jam_masuk", "jam_masuk is not null and in_clock is null"),
        Check("TIME_FORMAT", "jam_pulang", "jam_pulang is not null and out_clock is null"),
        Check("TIME_FORMAT", "waktu", "waktu is not null and local_at is null and utc_at is null"),
        near_period("punched_at", "waktu"),
        Check("CODE_UNKNOWN", "arah", "arah is not null and not is_direction_known"),
        Check("CODE_UNKNOWN", "kanal", "kanal is not null and channel_code is null"),
        Check("TIME_FORMAT", "waktu_terima", "waktu_terima is not null and received_at is null"),
        Check("NOTE_UNKNOWN", "keterangan", "is_recap and keterangan is not null and not is_note_known"),
    ),
    """punch_id, person as nip, happened_at as punched_at, direction_code, channel_code,
    perangkat as device_id, versi_aplikasi as app_version, received_at, row_sha256, file_id, line_no""",
    source="""(
        select clean.* exclude (direction_code), clean.direction_code, clean.punched_at as happened_at,
            record_id(file_id, sheet, line_no) as punch_id
        from clean where clean.punched_at is not null and not clean.is_recap
        union all
        select clean.* exclude (direction_code), 'in', clean.in_at, record_id(file_id, sheet, line_no) || ':masuk'
        from clean where clean.in_at is not null and clean.is_recap
        union all
        select clean.* exclude (direction_code), 'out', clean.out_at, record_id(file_id, sheet, line_no) || ':pulang'
        from clean where clean.out_at is not null and clean.is_recap
    )""",
    silent="is_recap and in_at is null and out_at is null and absence_code is null",
)

ROSTERED = """select roster.nip, roster.duty_date, min(shift_pattern.start_seconds) as start_seconds,
    max(shift_pattern.end_seconds) as end_seconds
from roster
inner join employee on employee.nip = roster.nip
    and roster.duty_date >= employee.valid_from and roster.duty_date < employee.valid_to
inner join shift_pattern on shift_pattern.group_code = employee.group_code
    and shift_pattern.shift_code = roster.shift_code
    and roster.duty_date >= shift_pattern.valid_from and roster.duty_date < shift_pattern.valid_to
group by roster.nip, roster.duty_date"""
"""First start and last end of a person's shifts on a day (docs/decisions/0026), in seconds after its local midnight."""
RECAP_ABSENCE = """select record_id(file_id, sheet, line_no) as absence_id, person as nip, absence_code as kind_code,
    day as valid_from, (day + 1)::date as valid_to, null::varchar as letter_no, file_id, line_no
from clean where is_recap and absence_code is not null"""
"""Rows of `absence` that recaps hold: a day whose note is a code of leave or official duty."""
