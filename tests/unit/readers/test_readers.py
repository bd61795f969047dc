"""Reading: every record is accepted or quarantined, files that are not what they claim are refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.errors import InputRefusedError, SettingsError
from pipeline.readers.catalogue import CATALOGUE, masked
from pipeline.readers.profiles import load_profile, shipped_profiles
from pipeline.settings import load_settings
from pipeline.stages import BY_NAME
from schemas import (
    Absence,
    Coverage,
    Employee,
    FileTotal,
    Punch,
    PunchCoverage,
    Quarantine,
    RawCoverage,
    SourceFile,
    Table,
)

READING = (
    "load_policy",
    "snapshot",
    "ingest",
    "validate",
    "ingest_logs",
    "collect_quarantine",
    "count_stored",
    "control_files",
)
NIP_A, NIP_B = "198001012006041001", "199002022020122002"
UNITS = "kode_opd,nama_opd,wilayah,zona\nA,Dinas A,3205,\nB,Dinas B,3205,Asia/Makassar\n"
PEOPLE = (
    "NIP,Nama,Status,Kode OPD,kelompok,TPP,pin,mulai,selesai\n"
    f"{NIP_A},Orang A,PNS,A,kantor-5,4000000,7,,\n{NIP_B},Orang B,pppk,B,kantor-5,3000000,8,2026-01-01,2026-12-31\n"
)
PUNCHES = f"nip,pin,waktu,arah,kanal,waktu_terima\n{NIP_A},,2026-01-02 07:30:59,masuk,aplikasi,\n,8,2026-01-02T07:30:00,,mesin,\n"
NETWORKS = "cidr,kode_opd,penyedia,jenis\n10.1.0.0/16,,Operator,seluler\n10.1.2.0/24,A,Jalur,kantor\n2001:db8::/32,B,Enam,wifi\n"
TOML = """period = "2026-01"
region = "3205"
zone = "Asia/Jakarta"
policy = "kepmendagri"
"""


def zipped(name: str, content: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


class World:
    """A workspace in the making, and its tables after reading."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.toml = TOML
        self.put("unit", "opd.csv", UNITS)
        self.put("employee", "pegawai.csv", PEOPLE)
        self.put("punch", "presensi.csv", PUNCHES)
        self.put("network", "jaringan.csv", NETWORKS)

    def put(self, kind: str, name: str, content: str | bytes, extra: str = "") -> None:
        """Write an input; the first of its name also becomes a source."""
        path = self.folder / "masukan" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if f'"masukan/{name}"' not in self.toml:
            self.toml += f'[[source]]\nkind = "{kind}"\nfiles = ["masukan/{name}"]\n{extra}'

    def read(self) -> Warehouse:
        """Run the reading stages."""
        (self.folder / "rekon.toml").write_text(self.toml)
        loaded = load_settings(self.folder)
        warehouse = Warehouse(None)
        for stage in (BY_NAME[name] for name in READING):
            scratch = self.folder / "coret" / stage.name
            scratch.mkdir(parents=True)
            stage.run(StageContext(stage, warehouse, loaded, self.folder, scratch))
        return warehouse


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def rows(warehouse: Warehouse, contract: type[Table]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = warehouse.arrow(contract).to_pylist()
    return found


def codes(warehouse: Warehouse) -> list[tuple[int, str]]:
    return [(row["line_no"], row["code"]) for row in rows(warehouse, Quarantine)]


def file_id(warehouse: Warehouse, name: str) -> str:
    return next(str(row["file_id"]) for row in rows(warehouse, SourceFile) if name in row["path"])


LOG = 'profile = "nginx-presensi"\nvantage = "pusat"\n'


def test_clean_files_are_accepted_whole(world: World) -> None:
    """Headers match without regard to case, spaces and dots; a pin stands for its owner; open spans stay open."""
    warehouse = world.read()
    assert codes(warehouse) == []
    assert [(row["nip"], row["direction_code"]) for row in rows(warehouse, Punch)] == [
        (NIP_A, "in"),
        (NIP_B, None),
    ]
    spans = [(str(row["valid_from"]), str(row["valid_to"])) for row in rows(warehouse, Employee)]
    assert spans == [("1900-01-01", "9999-12-31"), ("2026-01-01", "2027-01-01")]


def test_local_times_use_the_unit_zone_and_offsets_win(world: World) -> None:
    """07:30 in Makassar is half past eleven at night in UTC; a written offset overrides both."""
    world.put("punch", "presensi.csv", PUNCHES + f"{NIP_A},,2026-01-02T07:00:00+09:00,,,\n")
    times = [str(row["punched_at"]) for row in rows(world.read(), Punch)]
    assert times == ["2026-01-02 00:30:59", "2026-01-01 23:30:00", "2026-01-01 22:00:00"]


BAD_PUNCHES = [
    ("1.98001E+17,,2026-01-02 07:00:00,masuk,,", "NIP_PRECISION"),
    ("12345,,2026-01-02 07:00:00,masuk,,", "NIP_FORMAT"),
    ("199912312020121009,,2026-01-02 07:00:00,masuk,,", "UNKNOWN_NIP"),
    (",99,2026-01-02 07:00:00,masuk,,", "PIN_UNMAPPED"),
    (",,2026-01-02 07:00:00,masuk,,", "VALUE_MISSING"),
    (f"{NIP_A},,02/01/2026 07:00,masuk,,", "TIME_FORMAT"),
    (f"{NIP_A},,0026-01-02 07:00:00,masuk,,", "TIME_IMPLAUSIBLE"),
    (f"{NIP_A},,2026-01-02 07:00:00,datang,,", "CODE_UNKNOWN"),
    (f"{NIP_A},,2026-01-02 07:00:00,masuk,,,", "ROW_RAGGED"),
    (f'{NIP_A},,"2026"-01-02,masuk,,', "ROW_QUOTE"),
    (f"{NIP_A},,2026-01-02 07:00:00,\0,,", "ROW_NUL"),
    ("\u00a0", "ROW_RAGGED"),  # a blank of a web page is no blank line
]


def test_bad_records_are_quarantined_with_line_and_code_and_the_sums_tie(world: World) -> None:
    """One problem each, in the order of the file; no message holds a NIP."""
    world.put("punch", "presensi.csv", PUNCHES + "".join(f"{line}\n" for line, _code in BAD_PUNCHES))
    warehouse = world.read()
    assert codes(warehouse) == [(number, code) for number, (_line, code) in enumerate(BAD_PUNCHES, start=4)]
    for total in rows(warehouse, FileTotal):
        assert total["record_count"] == total["accepted_count"] + total["quarantined_count"]
    assert not any(NIP_A in str(value) for row in rows(warehouse, Quarantine) for value in row.values())


def test_nip_decorations_are_stripped(world: World) -> None:
    """Spaces, a leading apostrophe and a backtick are spreadsheet decorations."""
    lines = "".join(
        f"{nip},,2026-01-02 07:00:00,,,\n" for nip in (f"'{NIP_A}", f"`{NIP_A}", f"{NIP_A[:8]} {NIP_A[8:]}")
    )
    world.put("punch", "presensi.csv", PUNCHES + lines)
    assert [row["nip"] for row in rows(world.read(), Punch)].count(NIP_A) == 4


def test_line_numbers_are_physical_after_quoted_line_ends_and_mixed_ends(world: World) -> None:
    """A quoted line end, CRLF beside LF, a BOM and blank lines shift nothing."""
    text = f'\ufeffnip,jenis,mulai,selesai,nomor_surat\r\n{NIP_A},izin,2026-01-05,2026-01-06,"a\nb"\r\n\n{NIP_B},izin,x,2026-01-06,\n'
    world.put("absence", "cuti.csv", text)
    warehouse = world.read()
    (absence,) = rows(warehouse, Absence)
    assert (absence["line_no"], str(absence["valid_to"])) == (2, "2026-01-07")
    assert codes(warehouse) == [(5, "DATE_FORMAT")]


def test_overlapping_spans_are_quarantined_and_a_gap_is_a_warning(world: World) -> None:
    """The later span of an overlap is set aside; days between spans are nobody's, and said so."""
    head = "nip,nama,status,kode_opd,kelompok,tpp,mulai,selesai\n"
    first, second = f"{NIP_A},A,PNS,A,kantor-5,1", f"{NIP_B},B,PNS,B,kantor-5,1"
    spans = [f"{first},,2026-01-10", f"{first},2026-01-10,", f"{second},,2026-01-10", f"{second},2026-01-12,"]
    world.put("employee", "pegawai.csv", head + "\n".join(spans) + "\n")
    warehouse = world.read()
    assert [
        row["code"] for row in rows(warehouse, Quarantine) if row["file_id"] == file_id(warehouse, "pegawai")
    ] == [
        "SPAN_OVERLAP",
        "SPAN_GAP",
    ]
    assert len(rows(warehouse, Employee)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kode_opd,nama_opd\nA,Dinas A\n", "wilayah"),
        ("kode_opd,nama_opd,wilayah,Kode OPD\nA,Dinas A,3205,A\n", "dua kali"),
        ('kode_opd,nama_opd,wilayah\nA,"Dinas A,3205\n', "baris 2"),
        ("", "kosong"),
        ("<!DOCTYPE html><table>", "HTML"),
        (b"PK\x03\x04rest", "XLSX"),
        (b"kode_opd,nama_opd,wil\xffyah\nA,Dinas A,3205\n", "wilayah"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(world: World, text: str | bytes, said: str) -> None:
    world.put("unit", "opd.csv", text)
    with pytest.raises(InputRefusedError, match=said) as caught:
        world.read()
    assert "masukan/opd.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", PUNCHES, "tidak dibaca"),
        ("a.ods", PUNCHES, "tidak dibaca"),
        ("a.XLSM", PUNCHES, "tidak dibaca"),
        ("a.zip", zipped("b.csv", PUNCHES), "tidak dibaca"),
        ("a.csv", zipped("b.csv", PUNCHES), "arsip ZIP"),
        ("a.xlsx", PUNCHES, "bukan XLSX"),
        ("a.parquet", PUNCHES, "bukan Parquet"),
        ("a.csv.gz", PUNCHES, "tidak terkompresi"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kata sandi"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.csv", "", "kosong"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "tanpa isi"),
    ],
)
def test_a_file_of_another_type_or_name_is_refused_plainly(
    world: World, name: str, content: str | bytes, said: str
) -> None:
    """By its first bytes, and by its name where that promises what is not inside."""
    world.put("punch", name, content)
    with pytest.raises(InputRefusedError, match=said) as caught:
        world.read()
    assert f"masukan/{name}: " in str(caught.value)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("cut", rf"terpotong setelah {len(PUNCHES.encode())} bita"),
        ("crc", "tidak utuh"),
        ("tail", "tidak utuh"),
        ("bomb", "mengembang"),
    ],
)
def test_a_damaged_gz_is_refused(world: World, harm: str, said: str) -> None:
    """DuckDB would read a gz with a wrong CRC without a word. What was there before a cut is counted to the byte."""
    packed = gzip.compress(PUNCHES.encode())
    packed = {
        "cut": packed[:-4],
        "crc": packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:],
        "tail": packed + b"rubbish",
        "bomb": gzip.compress(b"0" * (20 << 20)),
    }[harm]
    world.put("punch", "lagi.csv.gz", packed)
    with pytest.raises(InputRefusedError, match=rf"lagi\.csv\.gz: .*{said}"):
        world.read()


def test_the_same_content_is_used_once_also_packed(world: World) -> None:
    world.put("punch", "presensi.csv.gz", gzip.compress(PUNCHES.encode()))
    warehouse = world.read()
    assert len(rows(warehouse, Punch)) == 2
    assert [row["same_as_path"] for row in rows(warehouse, SourceFile)].count("masukan/presensi.csv") == 1


def test_a_link_out_of_the_folder_is_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "luar.csv").write_text(PUNCHES)
    world.put("punch", "tautan.csv", "")
    (world.folder / "masukan" / "tautan.csv").unlink()
    (world.folder / "masukan" / "tautan.csv").symlink_to(tmp_path / "luar.csv")
    with pytest.raises(InputRefusedError, match="simbolik"):
        world.read()


def test_a_required_pattern_that_matches_nothing_is_named(world: World) -> None:
    (world.folder / "masukan" / "presensi.csv").unlink()
    with pytest.raises(SettingsError, match=r"punch.*masukan/presensi\.csv"):
        world.read()


def test_declared_coverage_stands_beside_the_derived(world: World) -> None:
    world.put(
        "coverage", "cakupan.csv", "titik,mulai,selesai\npusat,2026-01-01 00:00:00,2026-02-01 00:00:00\n"
    )
    warehouse = world.read()
    assert len(rows(warehouse, RawCoverage)) == 1
    (span,) = rows(warehouse, Coverage)
    assert (str(span["started_at"]), span["source_code"]) == ("2025-12-31 17:00:00", "declared")


def test_masks_hide_letters_and_digits_and_every_code_has_a_sentence() -> None:
    assert masked("Budi 1980-01-01") == "xxxx 9999-99-99"
    assert all(problem.message.endswith(".") for problem in CATALOGUE.values())


def test_every_shipped_profile_loads_and_an_unknown_one_names_its_neighbour(tmp_path: Path) -> None:
    assert {"baku", "nginx-presensi", "nginx-combined"} <= set(shipped_profiles())
    for code in shipped_profiles():
        assert load_profile(code, tmp_path).table or load_profile(code, tmp_path).log
    with pytest.raises(SettingsError, match="baku"):
        load_profile("bakuu", tmp_path)


@pytest.mark.parametrize(
    ("extra", "until"),
    [
        ("", "2026-01-31 17:00:00"),
        ("covers_until = 2026-01-20T12:00:00\n", "2026-01-20 05:00:00"),
        ("covers_until = 2026-01-20T12:00:00+09:00\n", "2026-01-20 03:00:00"),
        ("covers_until = 2026-02-02T00:00:00\nzone = 'Asia/Makassar'\n", "2026-02-01 16:00:00"),
    ],
)
def test_a_punch_source_vouches_for_its_period_or_until_it_says_so(
    world: World, extra: str, until: str
) -> None:
    """A time without offset is in the source's zone, else the workspace's."""
    world.toml = world.toml.replace(
        'files = ["masukan/presensi.csv"]\n', f'files = ["masukan/presensi.csv"]\n{extra}'
    )
    (row,) = rows(world.read(), PunchCoverage)
    assert (row["source_no"], str(row["covered_from"])[:10], str(row["covered_to"])) == (
        3,
        "2025-12-31",
        until,
    )
