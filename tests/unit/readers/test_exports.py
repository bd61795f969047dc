"""Vendors' exports are read by their profile: recaps, machine dumps, receipt times, SIASN headers, probes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.engine.warehouse import arrow_schema
from pipeline.errors import InputRefusedError, SettingsError
from pipeline.readers.profiles import load_table_profile
from schemas import ShiftPattern
from tests.support import PROFILES
from tests.support.exports import NIP_A, NIP_B, Month, issues, punches

RECAP = "nip;tanggal;jam_masuk;jam_pulang;keterangan\n"


@pytest.fixture
def month(tmp_path: Path) -> Month:
    return Month(tmp_path)


def test_a_file_that_ends_inside_a_byte_order_mark_has_a_record(month: Month) -> None:
    records = month.put("punch", "1_attlog.dat", b"\xef\xbb", "attlog")
    assert [(reject.line_no, reject.code) for reject in records.rejects] == [(1, "ROW_ENCODING")]


def test_a_recap_gives_a_check_in_and_a_check_out_a_day(month: Month) -> None:
    """Missing times may be empty, a dash or midnight; the unit's zone applies."""
    month.put(
        "punch",
        "rekap.csv",
        RECAP
        + f"{NIP_A};02/01/2026;07:30:15;16.05;\n{NIP_A};05/01/2026;-;16:00;\n{NIP_B};05/01/2026;07:00:00;00:00:00;\n",
        "rekap-harian",
    )
    found = month.validated()
    assert issues(found) == []
    assert punches(found) == [
        (NIP_A, "2026-01-02 00:30:15", "in"),
        (NIP_A, "2026-01-02 09:05:00", "out"),
        (NIP_A, "2026-01-05 09:00:00", "out"),
        (NIP_B, "2026-01-04 23:00:00", "in"),
    ]
    assert found.accepted["rekap.csv"] == 3


def test_a_check_out_before_its_check_in_is_on_the_next_day(month: Month) -> None:
    """A night shift belongs to the day on which it starts; equal times are taken the same way."""
    month.put("punch", "rekap.csv", RECAP + f"{NIP_A};02/01/2026;20:55;07:05;\n", "rekap-harian")
    assert punches(month.validated())[1] == (NIP_A, "2026-01-03 00:05:00", "out")


NIGHT = {
    "group_code": "kantor-5",
    "shift_code": "M",
    "start_seconds": 21 * 3600,
    "end_seconds": 31 * 3600,
    "reference": "-",
}
SPAN = {"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("masuk", "pulang", "expected"),
    [
        ("-", "07:05:00", ["2026-01-03 00:05:00"]),
        ("20:55:00", "07:05:00", ["2026-01-02 13:55:00", "2026-01-03 00:05:00"]),
        (
            "00:30:00",
            "07:05:00",
            ["2026-01-02 17:30:00", "2026-01-03 00:05:00"],
        ),  # three hours and a half late
        ("-", "23:30:00", ["2026-01-02 16:30:00"]),  # left early, on the first day
        (
            "08:59:59",
            "-",
            ["2026-01-03 01:59:59"],
        ),  # more than twelve hours before the start is the morning after
        ("09:00:00", "-", ["2026-01-02 02:00:00"]),
    ],
)
def test_a_recap_of_a_rostered_night_puts_each_time_on_the_day_nearest_to_the_duty(
    month: Month, masuk: str, pulang: str, expected: list[str]
) -> None:
    month.shifts = pa.Table.from_pylist([NIGHT | SPAN], arrow_schema(ShiftPattern))
    month.put("roster", "jaga.csv", f"nip,tanggal,shift\n{NIP_A},2026-01-02,M\n")
    month.put("punch", "rekap.csv", RECAP + f"{NIP_A};02/01/2026;{masuk};{pulang};\n", "rekap-harian")
    assert [at for _nip, at, _way in punches(month.validated())] == expected


def test_a_lone_check_out_without_a_roster_stays_on_its_day(month: Month) -> None:
    month.put("punch", "rekap.csv", RECAP + f"{NIP_A};02/01/2026;-;07:05;\n", "rekap-harian")
    assert punches(month.validated()) == [(NIP_A, "2026-01-02 00:05:00", "out")]


def test_codes_of_a_recap_become_absences_and_unknown_ones_a_warning(month: Month) -> None:
    """TK is known and excuses nothing; a word that the profile lacks is said, and the day's times still count."""
    days = [("02", "TK"), ("05", "dl"), ("06", "S"), ("07", "C"), ("08", "KENEG"), ("09", "Hadir")]
    month.put(
        "punch",
        "rekap.csv",
        RECAP + "".join(f"{NIP_A};{day}/01/2026;-;16:00;{code}\n" for day, code in days),
        "rekap-harian",
    )
    found = month.validated()
    absences = [(str(row["valid_from"])[8:], row["kind_code"]) for row in found.tables["absence"].to_pylist()]
    assert absences == [("05", "dinas_luar"), ("06", "cuti_sakit"), ("07", "cuti_tahunan")]
    assert issues(found) == [(6, "keterangan", "NOTE_UNKNOWN")]
    assert len(punches(found)) == 6


def test_a_recap_may_have_a_title_two_header_rows_and_numbered_columns(month: Month) -> None:
    """The lowest filled cell titles a column; the row of numbers below belongs to the header."""
    shipped = (PROFILES / "rekap-harian.toml").read_text("utf-8")
    (month.folder / "profil").mkdir()
    (month.folder / "profil/vendor.toml").write_text(
        shipped.replace("header_rows = 1 ", "header_rows = 2 ").replace(
            "skip_after_header = 0", "skip_after_header = 1"
        )
    )
    text = (
        "REKAP PRESENSI;;;;;\nJanuari 2026;;;;;\n\nNO;NIP;TANGGAL;JAM;;KET\n;;;MASUK;PULANG;\n1;2;3;4;5;6\n"
        f"1;{NIP_A};02/01/2026;07:30;16:00;\n2;{NIP_A};31/02/2026;07:30;16:00;\n"
    )
    month.put("punch", "rekap.csv", text, "vendor")
    found = month.validated()
    assert (len(punches(found)), issues(found)) == (2, [(8, "tanggal", "DATE_FORMAT")])


def test_rows_above_the_header_that_look_like_records_are_not_swallowed(month: Month) -> None:
    """Titles have fewer cells than the header; as many cells are records in the wrong place."""
    row = f"{NIP_A};02/01/2026;07:30;16:00;\n"
    with pytest.raises(InputRefusedError, match="tampak seperti data"):
        month.put("punch", "rekap.csv", row.replace(";\n", ";x\n") + RECAP + row, "rekap-harian")


def test_the_header_may_stand_on_row_twenty_and_not_on_row_twenty_one(month: Month) -> None:
    row = f"{NIP_A};02/01/2026;07:30;16:00;\n"
    month.put("punch", "a.csv", "judul\n" * 19 + RECAP + row, "rekap-harian")
    with pytest.raises(InputRefusedError, match="kolom wajib"):
        month.put("punch", "b.csv", "judul\n" * 20 + RECAP + row, "rekap-harian")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("07.30", True),
        ("07:30:15", True),
        ("7:30", True),
        ("7.30", False),
        ("24:00:00", False),
        ("07:30:60", False),
    ],
)
def test_only_times_that_cannot_be_numbers_are_times(month: Month, written: str, read: bool) -> None:
    month.put("punch", "rekap.csv", RECAP + f"{NIP_A};02/01/2026;{written};-;\n", "rekap-harian")
    assert len(punches(month.validated())) == int(read)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2 Januari 2026", None),
        ("2 JAN 2026", None),
        ("02-01-2026", None),
        ("2 Janvier 2026", "DATE_FORMAT"),
        ("2026-01-02", "DATE_FORMAT"),
        ("01/13/2026", "DATE_FORMAT"),
        ("02/01/26", "TIME_IMPLAUSIBLE"),
        ("31/12/2025", None),
        ("30/12/2025", "TIME_IMPLAUSIBLE"),
    ],
)
def test_dates_are_read_in_the_declared_forms_only(month: Month, written: str, code: str | None) -> None:
    """The window opens a day before the period."""
    month.put("punch", "rekap.csv", RECAP + f"{NIP_A};{written};07:30;-;\n", "rekap-harian")
    assert issues(month.validated()) == ([(2, "tanggal", code)] if code else [])


DUMP = [
    ("7", "2026-01-02 07:29:58", "0"),
    ("7", "2026-01-02 16:00:01", "1"),
    ("8", "2026-01-02 07:31:00", "255"),
]


@pytest.mark.parametrize("mark", ["\t", ",", "spaces"])
def test_a_machine_dump_is_read_with_tabs_commas_or_blanks(month: Month, mark: str) -> None:
    """A pin may be padded; the machine's name in the file's name tells whose pin 8 it is; no key gives no direction."""
    shipped = (PROFILES / "attlog.toml").read_text("utf-8")
    (month.folder / "profil").mkdir()
    text = shipped.replace('delimiter = "\\t"', f'delimiter = "{mark}"'.replace("\t", "\\t"))
    if mark == "spaces":
        text = text.replace('["pin", "waktu", "arah", ""]', '["pin", "tanggal", "jam", "arah", ""]')
    (month.folder / "profil/attlog.toml").write_text(
        text.replace('"pin", "waktu"]\ncolumns', '"pin"]\ncolumns')
    )
    join = " " if mark == "spaces" else mark
    lines = "".join(f"{pin:>9}{join}{join.join((at, key, '1', '0', '0'))}\r\n" for pin, at, key in DUMP)
    month.put("punch", "M01_attlog.dat", lines, "attlog")
    found = month.validated()
    assert issues(found) == []
    assert punches(found) == [
        (NIP_A, "2026-01-02 00:29:58", "in"),
        (NIP_A, "2026-01-02 09:00:01", "out"),
        (NIP_B, "2026-01-01 23:31:00", None),
    ]
    assert {row["device_id"] for row in found.tables["punch"].to_pylist()} == {"M01"}


def test_pins_of_another_machine_unknown_keys_and_short_lines_are_quarantined(month: Month) -> None:
    """Pin 8 is mapped on machine M01 only; 007 is the pin 7 of the region; a fault keeps its line."""
    lines = "8\t2026-01-02 07:00:00\t0\t1\n007\t2026-01-02 07:00:00\t0\t1\n7\t2026-01-02 07:00:00\t9\t1\n7\t2026-01-02\n\n7\n"
    month.put("punch", "M03_attlog.dat", lines, "attlog")
    found = month.validated()
    assert [(reject.line_no, reject.code) for reject in month.records["M03_attlog.dat"].rejects] == [
        (4, "ROW_RAGGED"),
        (6, "ROW_RAGGED"),
    ]
    assert issues(found) == [(1, "pin", "PIN_UNMAPPED"), (3, "arah", "CODE_UNKNOWN")]
    assert len(punches(found)) == 1


def test_adms_keeps_device_time_and_receipt_time(month: Month) -> None:
    """The server's own zone may be declared: here it wrote UTC beside the device's local time."""
    shipped = (PROFILES / "adms.toml").read_text("utf-8")
    (month.folder / "profil").mkdir()
    (month.folder / "profil/adms.toml").write_text(shipped.replace("# received_zone", "received_zone"))
    text = (
        "id,sn,table,stamp,employee_id,timestamp,status1,status2,created_at\n"
        "1,M01,ATTLOG,9999,8,2026-01-02 07:30:00,0,1,2026-01-03 01:00:00\n"
    )
    month.put("punch", "attendances.csv", text, "adms")
    found = month.validated()
    (row,) = found.tables["punch"].to_pylist()
    assert (str(row["punched_at"]), str(row["received_at"])) == ("2026-01-01 23:30:00", "2026-01-03 01:00:00")
    assert (row["nip"], row["direction_code"], row["channel_code"]) == (NIP_B, "in", "device")


def test_siasn_headers_and_names_of_units_are_understood(month: Month) -> None:
    shipped = (PROFILES / "siasn.toml").read_text("utf-8")
    (month.folder / "profil").mkdir()
    (month.folder / "profil/siasn.toml").write_text(
        shipped.replace("[table.codes.unit]", '[table.codes.unit]\n"dinas a" = "A"')
    )
    text = (
        "NO;NIP BARU;NAMA;STATUS ASN;JABATAN NAMA;UNOR 2;UNOR 1;KELOMPOK;TPP\n"
        f"1;'{NIP_A};Orang A;PNS;Analis;Bidang 1;Dinas A;kantor-5;4.000.000,00\n"
    )
    month.put("employee", "siasn.csv", text, "siasn")
    (row,) = month.validated().tables["employee"].to_pylist()
    assert (row["nip"], row["unit_id"], row["tpp_idr"], row["position"]) == (NIP_A, "A", 4_000_000, "Analis")


def test_leave_exports_use_their_own_words(month: Month) -> None:
    text = f"NIP,Jenis Cuti,Tgl Mulai,Tgl Selesai,No SK\n{NIP_A},Cuti Karena Alasan Penting,05/01/2026,6 Januari 2026,7\n"
    month.put("absence", "cuti.csv", text, "cuti")
    (row,) = month.validated().tables["absence"].to_pylist()
    assert (row["kind_code"], str(row["valid_from"]), str(row["valid_to"]), row["letter_no"]) == (
        "cuti_alasan_penting",
        "2026-01-05",
        "2026-01-07",
        "7",
    )


def test_uptime_kuma_probes_the_vantage_of_its_source(month: Month) -> None:
    """Status 2 is a failed check that is being repeated; 3 is maintenance, which probes nothing."""
    times = [
        f"2026-01-02 00:0{status}:00.123,{status},{12 if status == 1 else ''},5\n" for status in range(4)
    ]
    month.put("probe", "kuma.csv", "time,status,ping,monitor_id\n" + "".join(times), "uptime-kuma", "pusat")
    found = month.validated()
    probes = found.tables["probe"].to_pylist()
    assert sorted((str(row["probed_at"])[14:], row["is_up"], row["vantage_code"]) for row in probes) == [
        ("00:00", False, "pusat"),
        ("01:00", True, "pusat"),
        ("02:00", False, "pusat"),
    ]
    assert (found.accepted["kuma.csv"], issues(found)) == (4, [])


def test_two_shifts_of_one_person_on_one_date_are_a_split_shift_with_a_warning(month: Month) -> None:
    """Split shifts are kept and named; the same shift twice keeps one."""
    rows = [
        (NIP_A, "02", "P"),
        (NIP_A, "02", "M"),
        (NIP_B, "02", "P"),
        (NIP_B, "02", "P"),
        (NIP_A, "03", "P"),
    ]
    month.put(
        "roster",
        "jaga.csv",
        "nip,tanggal,shift\n" + "".join(f"{nip},2026-01-{day},{shift}\n" for nip, day, shift in rows),
    )
    found = month.validated()
    assert issues(found) == [
        (2, "shift", "SHIFT_TWICE"),
        (3, "shift", "SHIFT_TWICE"),
        (5, "nip", "KEY_TWICE"),
    ]
    assert {
        (row["nip"], str(row["duty_date"])[8:], row["shift_code"])
        for row in found.tables["roster"].to_pylist()
    } == {(NIP_A, "02", "P"), (NIP_A, "02", "M"), (NIP_B, "02", "P"), (NIP_A, "03", "P")}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('delimiter = ";"', 'delimitr = ";"', "Maksudnya `delimiter`"),
        ("[table.kind.punch]", "[table.kind.punches]", "Maksudnya `punch`"),
        ("aliases.nip", "aliases.nipp", "Maksudnya `nip`"),
        ("[table.codes.direction]", "[table.codes.directions]", "Maksudnya `direction`"),
        ('"%d/%m/%Y", "%d-', '"%d/%m/%Q", "%d-', "%Q"),
        ("header_within = 20", "header_within = 0", "header_within"),
        ('empty = ["-"', 'zone = "Asia/Jakartaa"\nempty = ["-"', "Asia/Jakartaa"),
        ('dates = ["%d/%m/%Y", "%d-%m-%Y", "%d %B %Y"]', "dates = []", "dates"),
        ('"%d/%m/%Y", "%d-', '"%d/%m/%", "%d-', "dates: pola"),
        ('sakit = "cuti_sakit"', 'sakit = "cuti_sakit"\n"SAKIT " = "cuti_sakit"', "codes: pola"),
        (
            "[table.codes.direction]",
            '[table.codes.direction]\nmasuk = "inn"',
            r"direction.masuk: kode `inn`.*Maksudnya `in`",
        ),
        ('mesin = "device"', 'mesin = "devise"', "Maksudnya `device`"),
        ("# Rekap", "# Rekap \udcff", "bukan TOML"),
    ],
)
def test_a_mistake_in_a_profile_is_named_with_its_place(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    shipped = (PROFILES / "rekap-harian.toml").read_text("utf-8")
    assert before in shipped
    (tmp_path / "profil").mkdir()
    edited = shipped.replace(before, after).encode("utf-8", "surrogateescape")
    (tmp_path / "profil/vendor.toml").write_bytes(edited)
    with pytest.raises(SettingsError, match=said) as caught:
        load_table_profile("vendor", tmp_path)
    assert "profil/vendor.toml" in str(caught.value)


def test_a_delimiter_other_than_the_declared_is_named_and_an_undeclared_one_found(month: Month) -> None:
    with pytest.raises(InputRefusedError, match=r"dipisah koma.*titik koma"):
        month.put("punch", "a.csv", RECAP.replace(";", ","), "rekap-harian")
    text = f"NIP\tJenis Cuti\tTgl Mulai\tTgl Selesai\n{NIP_A}\tizin\t05/01/2026\t05/01/2026\n"
    assert month.put("absence", "b.csv", text, "cuti").count == 1


def test_a_header_that_is_not_there_names_the_nearest_and_shows_no_person(month: Month) -> None:
    """A first row without any known header may be a record: only its shape is shown."""
    with pytest.raises(InputRefusedError, match=r"tanggal.*Maksudnya `tangal`"):
        month.put("punch", "a.csv", "nip;tangal;jam_masuk;jam_pulang\n", "rekap-harian")
    with pytest.raises(InputRefusedError) as caught:
        month.put("punch", "b.csv", f"{NIP_A};Budi;07:30;16:00\n", "rekap-harian")
    assert NIP_A not in str(caught.value)
    assert "Budi" not in str(caught.value)
