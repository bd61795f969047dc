"""`rekon check` gathers every problem of a month's inputs, publishes nothing and leaves lists to work through."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import python_calamine
from click.testing import CliRunner, Result

from pipeline.cli import rekon
from pipeline.documents.generated import DOCUMENTS
from tests.support import ROOT
from tests.support.exports import NIP_A, NIP_B, PEOPLE, UNITS
from tests.support.log_world import presensi

TOML = """period = "2026-01"
region = "3205"
zone = "Asia/Jakarta"
policy = "kepmendagri"
"""
PUNCHES = "nip,waktu,arah\n" + "".join(f"{NIP_A},2026-01-{day:02d} 07:20:00,masuk\n" for day in (2, 5, 6))


def month(folder: Path, **files: str | bytes) -> Path:
    """A workspace of units, people, punches and what the test puts in their place or beside them."""
    toml = TOML
    contents: dict[str, str | bytes] = {"unit": UNITS, "employee": PEOPLE, "punch": PUNCHES, **files}
    (folder / "masukan").mkdir()
    for kind, content in contents.items():
        (folder / "masukan" / f"{kind}.csv").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
        toml += f'[[source]]\nkind = "{kind}"\nfiles = ["masukan/{kind}.csv"]\n'
    (folder / "rekon.toml").write_text(toml)
    return folder


def check(folder: Path) -> Result:
    return CliRunner().invoke(rekon, ["check", "-C", str(folder)])


def test_a_month_with_faults_is_summed_up_and_listed_and_nothing_is_published(tmp_path: Path) -> None:
    """Two files that a run would stop at are both named; the values in the lists are masked."""
    bad = f"{NIP_A},02/01/2026 07:00,masuk\n1.98E+17,2026-01-02 07:00:00,masuk\n"
    month(tmp_path, punch=PUNCHES + bad, absence=b"<html>", roster=f"nip,tgl\n{NIP_A},2026-01-02\n")
    answer = check(tmp_path)
    assert answer.exit_code == 3, answer.output
    for said in (
        "absence.csv: isi berkas ini sebenarnya HTML",
        "roster.csv: kolom wajib",
        "1 x TIME_FORMAT",
        "1 x NIP_PRECISION",
    ):
        assert said in answer.output
    assert "2 pegawai wajib hadir; 1 tanpa satu pun catatan presensi." in answer.output
    assert not list((tmp_path / "terbit").glob("2026-01/*"))
    lines = list(
        csv.reader(
            (tmp_path / "kerja/periksa-2026-01.csv").read_text("utf-8-sig").splitlines(), delimiter=";"
        )
    )
    assert [line[:5] for line in lines[1:]] == [
        ["masukan/punch.csv", "", "5", "waktu", "TIME_FORMAT"],
        ["masukan/punch.csv", "", "6", "nip", "NIP_PRECISION"],
    ]
    book = python_calamine.CalamineWorkbook.from_path(tmp_path / "kerja/periksa-2026-01.xlsx")
    assert [list(map(str, row)) for row in book.get_sheet_by_index(0).to_python()] == lines
    for text in (answer.output, *map(str, lines)):
        assert NIP_A not in text
        assert NIP_B not in text


@pytest.mark.parametrize("kind", ["punch", "absence"])
def test_a_file_of_a_header_alone_is_named_and_refused_where_the_month_rests_on_it(
    kind: str, tmp_path: Path
) -> None:
    """Nobody on leave may be true; nobody ever present is an export that failed."""
    month(tmp_path, **{kind: {"punch": "nip,waktu,arah\n", "absence": "nip,jenis,mulai,selesai\n"}[kind]})
    answer = check(tmp_path)
    assert f"1 x FILE_HEADER_ONLY (masukan/{kind}.csv)" in answer.output
    assert answer.exit_code == (3 if kind == "punch" else 0)
    assert (f"{kind}.csv: hanya berisi kepala tabel" in answer.output) == (kind == "punch")


def test_every_bad_log_of_a_month_is_named_at_once(tmp_path: Path) -> None:
    """A month has hundreds of logs: nobody repairs them one check at a time. The sound one is still counted."""
    month(tmp_path)
    toml = '[[source]]\nkind = "access_log"\nfiles = ["masukan/*.log"]\nprofile = "nginx-presensi"\nvantage = "pusat"\n'
    (tmp_path / "rekon.toml").write_text((tmp_path / "rekon.toml").read_text() + toml)
    for name, content in (("a", "GET nothing\n"), ("b", presensi()), ("c", "\n"), ("d", "GET nothing\n" * 3)):
        (tmp_path / "masukan" / f"{name}.log").write_text(content)
    answer = check(tmp_path)
    assert answer.exit_code == 3
    for said in ("a.log: 1 dari 1 baris", "c.log: tidak ada baris", "d.log: 3 dari 3 baris", "3 x LOG_SHAPE"):
        assert said in answer.output
    counts = {
        line.split()[0]: line.split()[2:5] for line in answer.output.splitlines() if " access_log " in line
    }
    assert counts["masukan/b.log"] == ["1", "1", "0"]
    assert counts["masukan/d.log"] == ["3", "0", "3"]


def test_a_sound_month_passes_and_two_checks_leave_the_same_bytes(tmp_path: Path) -> None:
    month(tmp_path)
    first = check(tmp_path)
    assert (first.exit_code, "Tidak ada masalah pada isi berkas." in first.output) == (0, True)
    names = ("periksa-2026-01.csv", "periksa-2026-01.xlsx")
    before = [(tmp_path / "kerja" / name).read_bytes() for name in names]
    assert check(tmp_path).output == first.output
    assert [(tmp_path / "kerja" / name).read_bytes() for name in names] == before


def test_copies_of_a_file_and_lines_that_two_logs_share_are_named(tmp_path: Path) -> None:
    """Each counts once, and the analyst sees why the totals of the files are less than what was handed over."""
    month(tmp_path, punch=PUNCHES)
    (tmp_path / "masukan/punch.csv").rename(tmp_path / "masukan/punch-1.csv")
    (tmp_path / "masukan/punch-2.csv").write_text(PUNCHES)
    lines = [presensi(f"02/Jan/2026:07:{minute:02d}:10 +0700") for minute in range(20)]
    (tmp_path / "masukan/a.log").write_text("".join(lines[:15]))
    (tmp_path / "masukan/b.log").write_text("".join(lines[10:]))
    toml = (tmp_path / "rekon.toml").read_text().replace("masukan/punch.csv", "masukan/punch-*.csv")
    toml += '[[source]]\nkind = "access_log"\nfiles = ["masukan/*.log"]\nprofile = "nginx-presensi"\nvantage = "pusat"\n'
    (tmp_path / "rekon.toml").write_text(toml)
    answer = check(tmp_path)
    assert answer.exit_code == 0, answer.output
    assert "masukan/punch-2.csv: isinya sama dengan masukan/punch-1.csv; dipakai sekali." in answer.output
    assert "masukan/b.log: 5 baris sudah ada di log lain; dihitung sekali." in answer.output


def test_without_people_nothing_is_compared_with_them(tmp_path: Path) -> None:
    """One refused list of people must not drown the reader in unknown NIP."""
    month(tmp_path, employee="nip,nama\n1,2\n")
    answer = check(tmp_path)
    assert answer.exit_code == 3
    assert "employee.csv: kolom wajib" in answer.output
    assert "UNKNOWN_NIP" not in answer.output


@pytest.mark.parametrize("good", [80, 79])
def test_a_file_that_is_mostly_wrong_is_refused_above_its_share(tmp_path: Path, good: int) -> None:
    """A fifth may be wrong, by default; one row more may not."""
    row = f"{NIP_A},2026-01-02 07:20:00,masuk\n"
    bad = row.replace("masuk", "datang")
    month(tmp_path, punch="nip,waktu,arah\n" + row * good + bad * (100 - good))
    assert check(tmp_path).exit_code == (0 if good == 80 else 3)


def test_the_catalogue_of_codes_in_the_docs_is_the_programs() -> None:
    """`rekon docs` writes it."""
    page = ROOT / "docs/kode-karantina.md"
    assert page.read_text("utf-8") == DOCUMENTS["kode-karantina.md"]()
