"""Per kind of record: the checks it must pass, and how it becomes a canonical row. Plain SQL over `raw` and accepted tables.

`typed` reads: `raw` (records of one profile), `source` (file_id, path, zone), `setting` (one row), and the canonical tables
accepted before. A record that no check of severity `record` hits is accepted.
"""

from __future__ import annotations

from pipeline.readers.tables.punch_validation import PUNCH
from pipeline.readers.tables.validation_checks import Check, KindValidation, filled, near_period, nip_checks
from schemas import (
    Absence,
    Decision,
    Deduction,
    Employee,
    Incident,
    Network,
    Probe,
    Roster,
    Statement,
    Unit,
)

_PERSON = (*filled("nip"), *nip_checks("nip"), Check("UNKNOWN_NIP", "nip", "is_nip(nip) and not is_known"))
_KNOWN = "exists (select 1 from employee where employee.nip = clean_nip(raw.nip)) as is_known"


def _span(first: str, last: str, low: str = "mulai", high: str = "selesai") -> tuple[Check, ...]:
    return (
        Check("DATE_FORMAT", low, f"{low} is not null and {first} is null"),
        Check("DATE_FORMAT", high, f"{high} is not null and {last} is null"),
        Check("DATE_ORDER", high, f"{last} < {first}"),
        Check("TIME_IMPLAUSIBLE", low, f"year({first}) not between 1950 and 2100"),
        Check("TIME_IMPLAUSIBLE", high, f"year({last}) not between 1950 and 2100 and year({last}) <> 9999"),
    )


_UNIT = KindValidation(
    "unit",
    Unit,
    """select raw.*, coalesce(raw.zona, setting.zone) as zone_name from raw cross join setting""",
    (
        *filled("kode_opd", "nama_opd", "wilayah"),
        Check("REGION_FORMAT", "wilayah", "not regexp_full_match(wilayah, '[0-9]{4}')"),
        Check("ZONE_UNKNOWN", "zona", "zona is not null and zona not in (select zone from known_zone)"),
    ),
    "kode_opd as unit_id, nama_opd as name, wilayah as region_code, zone_name as zone, file_id, line_no",
    key=("kode_opd",),
)
_EMPLOYEE = KindValidation(
    "employee",
    Employee,
    """select raw.*, as_code('status', raw.status) as status_code,
        coalesce(as_code('unit', raw.kode_opd), raw.kode_opd) as own_unit_id, as_idr(raw.tpp) as tpp_idr,
        as_whole(raw.kelas_jabatan) as job_class,
        case when raw.mulai is null then date '1900-01-01' else as_date(raw.mulai) end as first_day,
        case when raw.selesai is null then date '9999-12-30' else as_date(raw.selesai) end as last_day
    from raw""",
    (
        *filled("nip", "nama", "status", "kode_opd", "kelompok", "tpp"),
        *nip_checks("nip"),
        Check("CODE_UNKNOWN", "status", "status is not null and status_code is null"),
        Check("UNKNOWN_UNIT", "kode_opd", "kode_opd is not null and own_unit_id not in (select unit_id from unit)"),
        Check("MONEY_FORMAT", "tpp", "tpp is not null and tpp_idr is null"),
        Check("JOB_CLASS_FORMAT", "kelas_jabatan",
              "kelas_jabatan is not null and coalesce(job_class, 0) not between 1 and 17"),
        Check("SUPERIOR_FORMAT", "nip_atasan", "not is_nip(nip_atasan)"),
        Check("DATE_FORMAT", "mulai", "first_day is null"),
        Check("DATE_FORMAT", "selesai", "last_day is null"),
        Check("DATE_ORDER", "selesai", "last_day < first_day"),
    ),
    """clean_nip(nip) as nip, nama as name, status_code, own_unit_id as unit_id, unit_kerja as work_unit,
    jabatan as position, case when job_class between 1 and 17 then job_class end as job_class,
    kelompok as group_code, tpp_idr, pin, case when is_nip(nip_atasan) then clean_nip(nip_atasan) end as superior_nip,
    first_day as valid_from, (last_day + 1)::date as valid_to, file_id, line_no""",
    key=("clean_nip(nip)", "first_day"),
    amount="tpp_idr",
)  # fmt: skip
_NETWORK = KindValidation(
    "network",
    Network,
    """select raw.*, known_cidr.canonical, as_code('network', raw.jenis) as kind_code
    from raw left join known_cidr on known_cidr.written = raw.cidr""",
    (
        *filled("cidr", "penyedia"),
        Check("CIDR_FORMAT", "cidr", "cidr is not null and canonical is null"),
        Check(
            "UNKNOWN_UNIT", "kode_opd", "kode_opd is not null and kode_opd not in (select unit_id from unit)"
        ),
        Check("CODE_UNKNOWN", "jenis", "jenis is not null and kind_code is null"),
    ),
    "canonical as cidr, kode_opd as unit_id, penyedia as provider, kind_code, file_id, line_no",
    key=("canonical",),
)
_ABSENCE = KindValidation(
    "absence",
    Absence,
    f"""select raw.*, as_date(raw.mulai) as first_day, as_date(raw.selesai) as last_day,
        coalesce(as_code('absence', raw.jenis), replace(lower(raw.jenis), ' ', '_')) as kind_code, {_KNOWN}
    from raw""",  # noqa: S608
    (*_PERSON, *filled("jenis", "mulai", "selesai"), *_span("first_day", "last_day")),
    """record_id(file_id, sheet, line_no) as absence_id, clean_nip(nip) as nip, kind_code,
    first_day as valid_from, (last_day + 1)::date as valid_to, nomor_surat as letter_no, file_id, line_no""",
)
_ROSTER = KindValidation(
    "roster",
    Roster,
    f"""select raw.*, as_date(raw.tanggal) as duty_date, {_KNOWN}, setting.earliest_at, setting.latest_at
    from raw cross join setting""",  # noqa: S608
    (
        *_PERSON,
        *filled("tanggal", "shift"),
        Check("DATE_FORMAT", "tanggal", "tanggal is not null and duty_date is null"),
        near_period("duty_date", "tanggal"),
    ),
    "clean_nip(nip) as nip, duty_date, shift as shift_code, file_id, line_no",
    key=("clean_nip(nip)", "duty_date", "shift"),
)
_STATEMENT = KindValidation(
    "statement",
    Statement,
    f"""with read as (
        select raw.*, as_date(raw.tanggal) as duty_date, as_clock(raw.jam) as clock,
            as_date(raw.tanggal_surat) as letter_date, as_code('side', raw.sisi) as side_code, {_KNOWN}
        from raw
    )
    select read.*, setting.earliest_at, setting.latest_at,
        at_zone(read.duty_date + read.clock, coalesce(source.zone, person_zone.zone, setting.zone)) as stated_at
    from read
    inner join source on source.file_id = read.file_id
    cross join setting
    left join person_zone
        on person_zone.nip = clean_nip(read.nip)
        and read.duty_date >= person_zone.valid_from
        and read.duty_date < person_zone.valid_to""",  # noqa: S608
    (
        *_PERSON,
        *filled("tanggal", "sisi", "jam", "nip_penandatangan"),
        *nip_checks("nip_penandatangan"),
        Check("DATE_FORMAT", "tanggal", "tanggal is not null and duty_date is null"),
        near_period("duty_date", "tanggal"),
        Check("CODE_UNKNOWN", "sisi", "sisi is not null and side_code is null"),
        Check("TIME_FORMAT", "jam", "jam is not null and clock is null"),
        Check("DATE_FORMAT", "tanggal_surat", "tanggal_surat is not null and letter_date is null"),
    ),
    """record_id(file_id, sheet, line_no) as statement_id, clean_nip(nip) as nip, duty_date, side_code, stated_at,
    clean_nip(nip_penandatangan) as signer_nip, nomor_surat as letter_no, letter_date, row_sha256, file_id, line_no""",
)
_INSTANTS = """coalesce(as_utc(raw.mulai), at_zone(as_local(raw.mulai), coalesce(source.zone, setting.zone))) as started_at,
        coalesce(as_utc(raw.selesai), at_zone(as_local(raw.selesai), coalesce(source.zone, setting.zone))) as ended_at"""
_INSTANT_SPAN = (
    *filled("mulai", "selesai"),
    Check("TIME_FORMAT", "mulai", "mulai is not null and started_at is null"),
    Check("TIME_FORMAT", "selesai", "selesai is not null and ended_at is null"),
    Check("DATE_ORDER", "selesai", "ended_at <= started_at"),
    Check("TIME_IMPLAUSIBLE", "mulai", "year(started_at) not between 1950 and 2100"),
    Check("TIME_IMPLAUSIBLE", "selesai", "year(ended_at) not between 1950 and 2100"),
)
_INCIDENT = KindValidation(
    "incident",
    Incident,
    f"""select raw.*, as_code('layer', raw.lapisan) as layer_code, as_date(raw.tanggal_ba) as minutes_date, {_INSTANTS}
    from raw inner join source on source.file_id = raw.file_id cross join setting""",  # noqa: S608
    (
        *filled("id_insiden"),
        *_INSTANT_SPAN,
        Check("CODE_UNKNOWN", "lapisan", "lapisan is not null and layer_code is null"),
        Check("REGION_FORMAT", "wilayah", "not regexp_full_match(wilayah, '[0-9]{4}')"),
        Check(
            "UNKNOWN_UNIT", "kode_opd", "kode_opd is not null and kode_opd not in (select unit_id from unit)"
        ),
        *nip_checks("nip_penetap"),
        Check("DATE_FORMAT", "tanggal_ba", "tanggal_ba is not null and minutes_date is null"),
    ),
    """id_insiden as incident_id, started_at, ended_at, layer_code, wilayah as region_code, kode_opd as unit_id,
    penetap as issuer, clean_nip(nip_penetap) as certifier_nip, nomor_ba as minutes_no, minutes_date,
    keterangan as note, file_id, line_no""",
    key=("id_insiden",),
)
_DEDUCTION = KindValidation(
    "deduction",
    Deduction,
    f"select raw.*, as_idr(raw.potongan) as deduction_idr, {_KNOWN} from raw",  # noqa: S608
    (
        *_PERSON,
        *filled("periode", "potongan"),
        Check("PERIOD_FORMAT", "periode", "not regexp_full_match(periode, '[0-9]{4}-(0[1-9]|1[0-2])')"),
        Check("MONEY_FORMAT", "potongan", "potongan is not null and deduction_idr is null"),
    ),
    "clean_nip(nip) as nip, periode as period, deduction_idr, file_id, line_no",
    key=("clean_nip(nip)", "periode"),
    amount="deduction_idr",
)
_DECISION = KindValidation(
    "decision",
    Decision,
    "select raw.*, as_code('verdict', raw.keputusan) as verdict_code, as_date(raw.tanggal) as decided_on from raw",
    (
        *filled("finding_id", "finding_hash", "keputusan", "nip_pemutus"),
        *nip_checks("nip_pemutus"),
        Check("CODE_UNKNOWN", "keputusan", "keputusan is not null and verdict_code is null"),
        Check("DATE_FORMAT", "tanggal", "tanggal is not null and decided_on is null"),
    ),
    """record_id(file_id, sheet, line_no) as decision_id, finding_id, finding_hash, verdict_code,
    clean_nip(nip_pemutus) as decider_nip, alasan as reason, decided_on, row_sha256, file_id, line_no""",
)
_VANTAGE = Check(
    "CODE_UNKNOWN", "titik", "titik is not null and lower(titik) not in ('pusat', 'gerbang', 'aplikasi')"
)
_PROBE = KindValidation(
    "probe",
    Probe,
    """select raw.*, as_code('probe', raw.hasil) as result_code, knows_code('probe', raw.hasil) as is_result_known, as_whole(raw.latensi_ms) as latency_ms,
        as_whole(raw.kode_http) as http_status, setting.earliest_at, setting.latest_at,
        coalesce(as_utc(raw.waktu), at_zone(as_local(raw.waktu), coalesce(source.zone, setting.zone))) as probed_at
    from raw inner join source on source.file_id = raw.file_id cross join setting""",
    (
        *filled("waktu", "titik", "hasil"),
        Check("TIME_FORMAT", "waktu", "waktu is not null and probed_at is null"),
        near_period("probed_at", "waktu"),
        _VANTAGE,
        Check("CODE_UNKNOWN", "hasil", "hasil is not null and not is_result_known"),
        Check("NUMBER_FORMAT", "latensi_ms", "latensi_ms is not null and latency_ms is null"),
        Check("NUMBER_FORMAT", "kode_http", "kode_http is not null and http_status is null"),
    ),
    """record_id(file_id, sheet, line_no) as probe_id, probed_at, lower(titik) as vantage_code, asal as origin,
    result_code = 'up' as is_up, latency_ms, http_status, file_id, line_no""",
    source="clean where result_code is not null",  # a code that is known and means nothing: not probed
    silent="result_code is null",
)
_COVERAGE = KindValidation(
    "coverage",
    None,
    f"""select raw.*, {_INSTANTS}
    from raw inner join source on source.file_id = raw.file_id cross join setting""",  # noqa: S608
    (*filled("titik"), *_INSTANT_SPAN, _VANTAGE),
    "lower(titik) as vantage_code, started_at, ended_at, file_id, line_no",
    key=("lower(titik)", "started_at"),
)

# Units before people, people before what is said about them.
VALIDATIONS = (
    _UNIT, _EMPLOYEE, _NETWORK, _ROSTER, PUNCH, _ABSENCE, _STATEMENT, _INCIDENT, _DEDUCTION, _DECISION, _PROBE, _COVERAGE
)  # fmt: skip
