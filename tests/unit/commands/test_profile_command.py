"""`rekon profile` says which profile reads an unknown file and leaves one to start from."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.readers.fitting import Fit, fit_profiles
from pipeline.readers.profiles import load_table_profile, shipped_profiles
from tests.support.exports import NIP_A
from tests.support.workbooks import HEAD, workbook

RECAP = [
    ["REKAP PRESENSI JANUARI"],
    [*HEAD, "Terlambat"],
    *[
        [NIP_A, dt.date(2026, 1, day), dt.time(7, 30), "16.05", "KENEG" if day == 9 else None, "0"]
        for day in range(5, 10)
    ],
]
LOG = (
    '10.0.0.1 - - [02/Jan/2026:07:00:10 +0700] "POST /api/presensi HTTP/1.1" 502 32 "-" "okhttp/4.9" '
    'rt=0.2 ust=502 urt=0.2 uid="-" wil="3205" ver="4.2.1"\n'
)
FILES = {
    "rekap.xlsx": (workbook(("Januari", RECAP)), "rekap-harian", "punch"),
    "1_attlog.dat": (b"       7\t2026-01-02 07:29:58\t0\t1\t0\t0\n" * 5, "attlog", "punch"),
    "attendances.csv": (
        b"id,sn,employee_id,timestamp,status1,created_at\n1,M01,8,2026-01-02 07:30:00,0,2026-01-02 07:30:02\n",
        "adms",
        "punch",
    ),
    "kuma.csv.gz": (
        gzip.compress(b"monitor_id,status,time,ping\n1,1,2026-01-02 00:00:00.123,12\n", mtime=0),
        "uptime-kuma",
        "probe",
    ),
    "opd.csv": (b"kode_opd,nama_opd,wilayah\nA,Dinas A,3205\n", "baku", "unit"),
    "daftar cuti.csv": (
        f"NIP;Jenis Cuti;Tgl Mulai;Tgl Selesai\n{NIP_A};Cuti Tahunan;05/01/2026;06/01/2026\n".encode(),
        "cuti",
        "absence",
    ),
    "access.log": (LOG.encode() * 5, "nginx-presensi", "access_log"),
}


def best(path: Path) -> Fit:
    return fit_profiles(path, shipped_profiles(), path.parent)[0]


@pytest.mark.parametrize("name", FILES)
def test_the_profile_that_reads_a_file_comes_first(tmp_path: Path, name: str) -> None:
    content, profile, kind = FILES[name]
    (tmp_path / name).write_bytes(content)
    fit = best(tmp_path / name)
    assert (fit.profile, fit.kind, fit.share) == (profile, kind, 1.0)


def test_the_command_tells_why_shows_rows_and_writes_a_profile_that_loads(tmp_path: Path) -> None:
    """Run twice, the profile of the first run is kept and wins."""
    (tmp_path / "Rekap Dinas.xlsx").write_bytes(FILES["rekap.xlsx"][0])
    answer = CliRunner().invoke(rekon, ["profile", str(tmp_path / "Rekap Dinas.xlsx"), "-C", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    for said in (
        "rekap-harian",
        "5 dari 5",
        "Jam Masuk -> jam_masuk",
        "keterangan: KENEG",
        "jam_masuk=07:30:00",
        "Terlambat",
    ):
        assert said in answer.output
    text = (tmp_path / "profil/rekap-dinas.toml").read_text("utf-8")
    assert "belum dipakai: Terlambat" in text
    assert load_table_profile("rekap-dinas", tmp_path).of("punch").required
    again = CliRunner().invoke(rekon, ["profile", str(tmp_path / "Rekap Dinas.xlsx"), "-C", str(tmp_path)])
    assert "tidak ditimpa" in again.output
    assert 'cocok dengan profil "rekap-dinas"' in again.output


def test_a_profile_that_was_begun_for_one_file_does_not_stand_before_the_shipped_for_another(
    tmp_path: Path,
) -> None:
    for name in ("Rekap Dinas.xlsx", "Rekap Lain.xlsx"):
        (tmp_path / name).write_bytes(FILES["rekap.xlsx"][0])
        answer = CliRunner().invoke(rekon, ["profile", str(tmp_path / name), "-C", str(tmp_path)])
        assert 'cocok dengan profil "rekap-harian"' in answer.output


@pytest.mark.parametrize(("tpp", "readable"), [("4000000", 1), ("4.000.000", 0), ("4000000,50", 0)])
def test_money_that_a_profile_does_not_read_is_not_understood(
    tmp_path: Path, tpp: str, readable: int
) -> None:
    text = f'nip,nama,status,kode_opd,kelompok,tpp\n{NIP_A},Orang A,PNS,A,kantor-5,"{tpp}"\n'
    (tmp_path / "pegawai.csv").write_text(text)
    (fit,) = (
        fit for fit in fit_profiles(tmp_path / "pegawai.csv", ("baku",), tmp_path) if fit.kind == "employee"
    )
    assert (fit.records, fit.readable) == (1, readable)


def test_of_a_log_the_first_requests_are_shown_and_the_profile_that_says_most_of_them_wins(
    tmp_path: Path,
) -> None:
    """Here the upstream's status, which `nginx-combined` leaves out."""
    (tmp_path / "access.log").write_text(LOG * 2)
    answer = CliRunner().invoke(rekon, ["profile", str(tmp_path / "access.log"), "-C", str(tmp_path)])
    assert 'cocok dengan profil "nginx-presensi"' in answer.output
    assert "Baris 1: mulai_utc=2026-01-02 00:00:09, pengirim=10.0.0.1, wilayah=3205" in answer.output
    assert "titik_akhir=punch, hasil=failed, kode_http=502, kode_hulu=502" in answer.output


def test_a_file_that_nothing_fits_ends_with_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "asing.csv").write_text(f"nip,tgl_absen,masuk_jam\n{NIP_A},1,2\n")
    answer = CliRunner().invoke(rekon, ["profile", str(tmp_path / "asing.csv"), "-C", str(tmp_path)])
    assert answer.exit_code == 3
    assert "belum ada profil yang cocok" in answer.stderr
    assert (tmp_path / "profil/asing.toml").exists()


def test_a_name_that_is_shipped_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "baku.csv").write_bytes(FILES["opd.csv"][0])
    CliRunner().invoke(rekon, ["profile", str(tmp_path / "baku.csv"), "-C", str(tmp_path)])
    assert [path.name for path in (tmp_path / "profil").iterdir()] == ["baku-vendor.toml"]
