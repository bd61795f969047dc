"""Who works where, when, and what excuses a day."""

from __future__ import annotations

from schemas.codes import EMPLOYEE_STATUSES, NIP, REGION
from schemas.table import Date, Instant, Integer, Table, Text, column


class Employee(Table):
    """One row per employee and validity span; one span in force per day."""

    nip: Text = column("NIP or NI PPPK, 18 digits", str_matches=NIP)
    name: Text = column("Name as exported")
    status_code: Text = column("PNS, CPNS, PPPK or PPPK-PW", isin=EMPLOYEE_STATUSES)
    unit_id: Text = column("kode_opd")
    work_unit: Text = column("unit_kerja within the OPD", nullable=True)
    position: Text = column("jabatan", nullable=True)
    job_class: Integer = column("kelas jabatan", nullable=True, ge=1, le=17)
    group_code: Text = column("Duty group of the policy (kelompok)")
    tpp_idr: Integer = column("Gross TPP a month", ge=0)
    pin: Text = column("User id on attendance machines", nullable=True)
    superior_nip: Text = column("nip_atasan", nullable=True)
    valid_from: Date = column("First day of the span")
    valid_to: Date = column("Day after the last; 9999-12-31 where open")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("nip", "valid_from")


class Unit(Table):
    """One row per OPD."""

    unit_id: Text = column("kode_opd")
    name: Text = column("nama_opd")
    region_code: Text = column("4-digit region code", str_matches=REGION)
    zone: Text = column("IANA zone")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("unit_id",)


class Network(Table):
    """One row per address block."""

    cidr: Text = column("Address block, canonical")
    unit_id: Text = column("OPD that uses it alone; null where shared by many", nullable=True)
    provider: Text = column("penyedia")
    kind_code: Text = column("kantor, seluler or wifi", nullable=True)
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("cidr",)


class Absence(Table):
    """One row per approved leave or official duty."""

    absence_id: Text = column("file_id:line_no")
    nip: Text = column("Person", str_matches=NIP)
    kind_code: Text = column("jenis")
    valid_from: Date = column("First day")
    valid_to: Date = column("Day after the last")
    letter_no: Text = column("nomor_surat", nullable=True)
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("absence_id",)


class Roster(Table):
    """One row per employee and rostered shift."""

    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Day on which the shift starts")
    shift_code: Text = column("Shift of the policy")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("nip", "duty_date", "shift_code")


class Statement(Table):
    """One row per attested punch."""

    statement_id: Text = column("file_id:line_no")
    nip: Text = column("Person", str_matches=NIP)
    duty_date: Date = column("Duty day")
    side_code: Text = column("Side", isin=("in", "out"))
    stated_at: Instant = column("Attested time of the act")
    signer_nip: Text = column("nip_penandatangan", str_matches=NIP)
    letter_no: Text = column("nomor_surat", nullable=True)
    letter_date: Date = column("tanggal_surat", nullable=True)
    row_sha256: Text = column("sha256 of the record as read")
    file_id: Text = column("File")
    line_no: Integer = column("Line", ge=1)

    _key = ("statement_id",)
