"""Sheets go out with what binds them, come back filled, and every decision that does not count is told why."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import rekon
from pipeline.decisions.sheets import read_sheet
from pipeline.errors import InputRefusedError
from pipeline.publishing.ledger import read_ledger
from tests.support.returned_sheets import approved, decide, filled, first_revision, ready_rows, sheet_rows

INCIDENT_SOURCE = '\n[[source]]\nkind = "incident"\nfiles = ["keputusan/{period}/insiden/*.csv"]\n'


@pytest.fixture
def done(published_month: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder)
    return folder


def test_a_sheet_lists_each_open_finding_once_with_the_hash_that_binds_the_decision(
    published_month: Path,
) -> None:
    folder = first_revision(published_month) / "lembar-verifikasi"
    rows = [row for path in sorted(folder.glob("*.xlsx")) for row in sheet_rows(path)]
    asked = "select finding_id, finding_hash from finding where action_code in ('restore', 'restore_partly', 'needs_statement')"
    answer = CliRunner().invoke(
        rekon, ["sql", "-C", str(published_month), f"{asked} and restored_at is not null"]
    )
    expected = {tuple(line.split(",")) for line in answer.stdout.splitlines()[1:]}
    assert {(row["finding_id"], row["finding_hash"]) for row in rows} == expected
    assert len(rows) == len(expected)
    assert all(row["keputusan"] == row["nip_pemutus"] == "" for row in rows)


def test_a_sheet_is_locked_but_where_people_write_and_hides_the_machines_columns(
    published_month: Path,
) -> None:
    path = min((first_revision(published_month) / "lembar-verifikasi").glob("*.xlsx"))
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert '<sheetProtection sheet="1"' in sheet
    assert re.findall(r'<col min="(\d+)"[^>]*hidden="1"', sheet) == ["1", "2"]
    formats = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", styles.partition("<cellXfs")[2])
    is_open = ['locked="0"' in each for each in formats]
    second = re.search(r'<row r="2".*?</row>', sheet, re.DOTALL)
    assert second is not None
    cells = dict(re.findall(r'<c r="([A-Z]+)2" s="(\d+)"', second[0]))
    assert [column for column, style in cells.items() if is_open[int(style)]] == ["O", "P", "Q", "R"]
    assert 'type="list"' in sheet
    assert "pilihan_keputusan" in sheet


def test_filled_sheets_are_kept_as_inputs_and_recorded_once(done: Path, tmp_path: Path) -> None:
    rows = ready_rows(done)
    path = filled(tmp_path, [approved(rows[0]), rows[1]])
    first = decide(done, path)
    assert first.exit_code == 0, first.output
    assert "1 setuju; 0 tidak dapat dipakai, 1 belum diisi" in first.stdout
    entry = read_ledger(done).entries[-1]
    assert (entry.kind, dict(entry.totals)) == ("decision", {"approve": 1, "ask_evidence": 0, "reject": 0})
    (kept,) = csv.DictReader(io.StringIO((done / entry.path).read_text("utf-8")))
    assert kept["finding_hash"] == rows[0]["finding_hash"]
    again = decide(done, path)
    assert "sudah diterima sebelumnya" in again.stdout
    assert read_ledger(done).entries[-1] == entry


def test_every_decision_that_does_not_count_is_listed_with_its_row_and_reason(
    done: Path, tmp_path: Path
) -> None:
    rows = ready_rows(done)
    answers = [
        (approved(rows[0]), None),
        (approved(rows[1], keputusan="tolak", alasan="tidak"), "REASON_MISSING"),
        (approved(rows[2], nip_pemutus=rows[2]["NIP"]), "DECIDED_BY_SELF"),
        (approved(rows[3], nip_pemutus="199912312024011001"), "DECIDER_NOT_SUPERIOR"),
        (approved(rows[4], finding_hash="0" * 64), "FINDING_CHANGED"),
        (approved(rows[5], tanggal="2026-03-20"), "DECIDED_TOO_LATE"),
        (approved(rows[6], keputusan="boleh"), "VERDICT_UNKNOWN"),
        (approved(rows[7], nip_pemutus=float(rows[7]["NIP atasan"])), "NIP_PRECISION"),
        (approved(rows[8], finding_id="f" * 16), "FINDING_UNKNOWN"),
        (approved(rows[9], tanggal="3 Februari"), "DATE_FORMAT"),
    ]  # fmt: skip
    told = decide(done, filled(tmp_path, [answer for answer, _ in answers])).stdout
    said = {int(row): code for row, code in re.findall(r"baris (\d+), \S+: ([A-Z_]+),", told)}
    assert said == {number: code for number, (_, code) in enumerate(answers, start=2) if code}
    assert "6 setuju (5 di antaranya tidak berlaku); 4 tidak dapat dipakai" in told
    assert not any(row["NIP"] in told or row["Nama"] in told for row in rows), "no person is named"


def test_a_decision_on_a_finding_that_changed_since_says_what_changed(done: Path, tmp_path: Path) -> None:
    """The sheet is of revision 1; the last run saw another cause."""
    rows = ready_rows(done)
    import duckdb

    with duckdb.connect(str(done / "kerja" / "2026-01.duckdb")) as database:
        database.execute(
            "update finding set cause_code = 'lost', finding_hash = repeat('e', 64) where finding_id = ?",
            [rows[0]["finding_id"]],
        )
    told = decide(done, filled(tmp_path, [approved(rows[0])])).stdout
    assert re.search(r"FINDING_CHANGED, temuan sudah berubah \(sebab \w+ menjadi lost\)", told)


def test_a_certification_comes_back_as_an_incident_with_who_and_which_minutes(
    done: Path, tmp_path: Path
) -> None:
    settings = done / "rekon.toml"
    settings.write_text(settings.read_text("utf-8") + INCIDENT_SOURCE, "utf-8")
    row = {
        "id_insiden": "INS-x", "mulai": "2026-01-02 06:40:00", "selesai": "2026-01-02 08:40:00", "lapisan": "link",
        "wilayah": "3205", "kode_opd": "", "penetap": "BKD", "nip_penetap": "197001011995011001", "nomor_ba": "BA/7",
        "tanggal_ba": "2026-01-03",
        "keterangan": "",
    }  # fmt: skip
    result = decide(
        done,
        filled(
            tmp_path,
            [
                row,
                {**row, "id_insiden": "INS-y", "nomor_ba": ""},
                {**row, "id_insiden": "INS-z", "tanggal_ba": ""},
                {**row, "id_insiden": "INS-w", "tanggal_ba": "kemarin"},
            ],
        ),
    )
    assert result.exit_code == 0, result.output
    assert "1 penetapan gangguan; 3 tidak dapat dipakai" in result.stdout
    assert "INS-y: VALUE_MISSING" in result.stdout
    assert "INS-z: VALUE_MISSING" in result.stdout
    assert "INS-w: DATE_FORMAT" in result.stdout
    entry = read_ledger(done).entries[-1]
    assert entry.path.startswith("keputusan/2026-01/insiden/")
    assert "197001011995011001" in (done / entry.path).read_text("utf-8")


def test_a_folder_that_no_source_reads_is_refused_with_the_lines_to_add(done: Path, tmp_path: Path) -> None:
    row = dict.fromkeys(("id_insiden", "mulai", "selesai", "penetap", "nip_penetap", "nomor_ba"), "x")
    result = decide(done, filled(tmp_path, [row]))
    assert result.exit_code == 2
    assert 'kind = "incident"' in result.stderr


def test_what_is_no_sheet_of_ours_is_exit_3_and_nothing_is_kept(done: Path, tmp_path: Path) -> None:
    good, bad = filled(tmp_path, [approved(ready_rows(done)[0])]), tmp_path / "lain.csv"
    bad.write_text("a,b\n1,2\n", "utf-8")
    before = read_ledger(done).head
    result = decide(done, good, bad)
    assert result.exit_code == 3
    assert "lain.csv: bukan lembar" in result.stderr
    assert read_ledger(done).head == before
    torn = tmp_path / "rusak.xlsx"
    torn.write_bytes(good.read_bytes()[:500])
    with pytest.raises(InputRefusedError, match=r"rusak\.xlsx"):
        read_sheet(torn, done)


def test_json_lists_what_was_kept_and_refused(done: Path, tmp_path: Path) -> None:
    path = filled(tmp_path, [approved(ready_rows(done)[0], tanggal="")])
    result = CliRunner().invoke(rekon, ["decide", "-C", str(done), "--json", str(path)])
    (told,) = json.loads(result.stdout)["files"]
    assert told["counts"]["approve"] == 1
    assert [each["code"] for each in told["refused"]] == ["DATE_MISSING"]


def test_draft_minutes_of_an_outage_carry_window_evidence_and_the_ledgers_head(published_month: Path) -> None:
    second = max((published_month / "terbit" / "2026-01").glob("r2-*"))
    (path,) = (second / "berita-acara").glob("*.html")
    text = path.read_text("utf-8")
    assert "2 Januari 2026 pukul" in text
    assert "INS-2026-01-02-01" in text
    assert read_ledger(published_month).entries[0].hash[:16] in text
    assert not list((second / "berita-acara").glob("*.xlsx")), "the one outage is certified"
