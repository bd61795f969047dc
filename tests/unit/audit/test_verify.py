"""`rekon verify`: every change of what was published is seen and named, and nothing else is."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.audit.verification import verify
from pipeline.cli import rekon
from pipeline.publishing.ledger import GENESIS, LEDGER_NAME, read_ledger
from pipeline.publishing.manifest import json_bytes, sha256_of
from pipeline.publishing.publication import unknown_folders
from tests.support.command import in_process
from tests.support.returned_sheets import approved, decide, filled, ready_rows


def call(*arguments: object) -> Result:
    return CliRunner().invoke(rekon, ["verify", *map(str, arguments)])


@pytest.fixture(scope="module")
def kept(published_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """r1, r2, bayar-1 and a decision file; whoever changes a byte puts it back."""
    folder = tmp_path_factory.mktemp("verify") / "ruang"
    shutil.copytree(published_month, folder)
    answer = filled(folder.parent, [approved(ready_rows(folder)[0])])
    assert decide(folder, answer).exit_code == 0
    return folder


@pytest.fixture
def own(kept: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "ruang"
    shutil.copytree(kept, folder)
    return folder


def published_files(workspace: Path) -> list[Path]:
    """Everything in terbit/ but the ledger: the publications' files and the inputs kept with them."""
    return [path for path in sorted((workspace / "terbit" / "2026-01").rglob("*")) if path.is_file()]


def test_what_was_published_is_found_as_it_was(kept: Path) -> None:
    result = call("-C", kept)
    assert result.exit_code == 0, result.output
    assert read_ledger(kept).head[:16] in result.stdout
    told = json.loads(call("-C", kept, "--json").stdout)
    assert told["is_valid"] is True
    assert [each["kind"] for each in told["checked"]] == ["revision", "revision", "batch", "decision"]
    first, _second, batch, decision = told["checked"]
    folder = kept / "terbit" / first["path"]
    kept_inputs = sum(path.is_file() for path in kept.glob("masukan/**/*"))
    assert first["files"] == sum(path.is_file() for path in folder.rglob("*")) + kept_inputs
    assert (batch["files"], decision["files"]) == (5, 1)


def test_verifying_changes_nothing_and_needs_no_right_to_write(kept: Path) -> None:
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    assert call("-C", kept).exit_code == 0
    assert {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()} == before


def test_one_changed_byte_in_any_published_file_is_found_and_the_file_named(kept: Path) -> None:
    """Every file, kept inputs too; the place of the byte goes from first to last over the files."""
    files = published_files(kept)
    assert {"manifest.json", "datapackage.json", "penyesuaian-tpp.csv"} <= {path.name for path in files}
    for number, path in enumerate(files):
        content = path.read_bytes()
        changed = bytearray(content)
        changed[(len(content) - 1) * number // (len(files) - 1)] ^= 1
        path.write_bytes(changed)
        problems = verify(kept).problems
        shown = f"terbit/{path.relative_to(kept / 'terbit').as_posix()} "
        assert problems, shown
        assert all(problem.startswith(shown) for problem in problems)
        path.write_bytes(content)
    assert verify(kept).problems == ()


@pytest.mark.parametrize("name", ["manifest.json", "penyesuaian-tpp.csv", "laporan/index.html"])
def test_a_changed_and_a_missing_file_are_exit_7(own: Path, name: str) -> None:
    path = next(path for path in published_files(own) if path.as_posix().endswith(name))
    path.write_bytes(path.read_bytes() + b" ")
    for _ in ("changed", "missing"):
        result = call("-C", own)
        assert result.exit_code == 7
        assert f"terbit/{path.relative_to(own / 'terbit').as_posix()} " in result.stderr
        path.unlink(missing_ok=True)
    told = json.loads(call("-C", own, "--json").stdout)
    assert told["is_valid"] is False


@pytest.mark.parametrize("place", ["2026-01/{revision}/laporan/tambahan.html", "2026-01/catatan.txt", "x"])
def test_a_file_too_many_is_exit_7(own: Path, place: str) -> None:
    revision = read_ledger(own).entries[0].path.partition("/")[2]
    path = own / "terbit" / place.format(revision=revision)
    path.write_bytes(b"x")
    result = call("-C", own)
    assert result.exit_code == 7
    assert f"{path.name} " in result.stderr


def test_a_changed_decision_file_is_exit_7(own: Path) -> None:
    path = own / read_ledger(own).entries[-1].path
    path.write_bytes(path.read_bytes().replace(b"setuju", b"tolak"))
    result = call("-C", own)
    assert result.exit_code == 7
    assert f"{path.relative_to(own).as_posix()} hilang atau berubah" in result.stderr


def test_every_flipped_byte_of_the_ledger_is_exit_7_and_stays(own: Path) -> None:
    """Bit 5 makes other letters, bit 0 other digits, bit 7 what is no ASCII; test_ledger.py flips all three."""
    path = own / "terbit" / LEDGER_NAME
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= (0x01, 0x20, 0x80)[place % 3]
        path.write_bytes(changed)
        result = call("-C", own)
        assert result.exit_code == 7, f"byte {place}"
        assert f"{LEDGER_NAME} baris {content[:place].count(10) + 1} " in result.stderr
        assert path.read_bytes() == changed


def test_every_cut_of_the_ledger_is_recovered_or_told(own: Path) -> None:
    """A cut line is left out; a publication that thereby has no line is exit 8. The last line is a decision's."""
    path = own / "terbit" / LEDGER_NAME
    content = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(content) if byte == 10]
    for length in range(len(content)):
        path.write_bytes(content[:length])
        ledger = read_ledger(own)
        whole = sum(end - 1 <= length for end in ends)  # a line that lacks only its line feed is whole
        assert [entry.sequence for entry in ledger.entries] == list(range(1, whole + 1))
        assert ledger.is_torn == (length not in (0, *ends, *(end - 1 for end in ends)))
        assert len(unknown_folders(ledger, own / "terbit")) == max(0, 3 - whole)
        if length + 1 in ends:
            result = call("-C", own)
            assert (result.exit_code, "tidak tercatat" in result.stderr) == (
                (8, True) if whole < 3 else (0, False)
            )
    path.write_bytes(content + content[:9])
    result = call("-C", own)
    assert (result.exit_code, "terpotong" in result.stdout) == (0, True)


def test_a_head_on_signed_minutes_tells_of_whole_lines_cut_since(own: Path) -> None:
    """The last line is a decision's: without it nothing in terbit/ is amiss."""
    ledger, path = read_ledger(own), own / "terbit" / LEDGER_NAME
    for entry in ledger.entries:
        assert call("-C", own, "--head", entry.hash[:16].upper()).exit_code == 0
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert call("-C", own).exit_code == 0
    assert call("-C", own, "--head", ledger.entries[-2].hash).exit_code == 0
    result = call("-C", own, "--head", ledger.head[:16])
    assert result.exit_code == 7
    assert f"kepala {ledger.head[:16]} tidak ada dalam rantainya" in result.stderr
    assert call("-C", own, "--head", "kepala").exit_code == 2


def test_a_ledger_written_anew_is_seen_in_the_manifests(own: Path) -> None:
    """Whoever rewrites a line and the chain after it must also rewrite what carries the heads of before."""
    path = own / "terbit" / LEDGER_NAME
    lines, head = b"", GENESIS
    for entry in read_ledger(own).entries:
        at = "2026-03-01T00:00:00+00:00" if entry.sequence == 1 else entry.at
        forged = dataclasses.replace(entry, previous=head, at=at)
        lines, head = lines + forged.line, forged.hash
    path.write_bytes(lines)
    result = call("-C", own)
    assert result.exit_code == 7
    assert result.stderr.count("ledger di manifest.json bukan yang di buku terbit") == 2


def forge(workspace: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a batch's file, and its manifest and ledger line to match, as the owner of the PC could."""
    *before, entry, _decision = read_ledger(workspace).entries
    folder = workspace / "terbit" / entry.path
    content = (folder / name).read_bytes()
    assert old in content
    (folder / name).write_bytes(content.replace(old, new))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for item in manifest["files"]:
        item["sha256"] = sha256_of((folder / item["path"]).read_bytes())
    (folder / "manifest.json").write_bytes(json_bytes(manifest))
    sha256 = sha256_of((folder / "manifest.json").read_bytes())
    forged = dataclasses.replace(entry, manifest_sha256=sha256)
    (workspace / "terbit" / LEDGER_NAME).write_bytes(b"".join(each.line for each in (*before, forged)))


def test_totals_are_counted_anew_not_only_hashed(own: Path) -> None:
    batch = next(entry for entry in read_ledger(own).entries if entry.kind == "batch")
    row = (own / "terbit" / batch.path / "penyesuaian-tpp.csv").read_bytes().splitlines()[1].split(b";")
    forge(own, "penyesuaian-tpp.csv", b";".join(row[6:8]), b";".join((row[6], b"1" + row[7])))
    result = call("-C", own)
    assert result.exit_code == 7
    assert "penyesuaian-tpp.csv: jumlahnya bukan yang tercatat" in result.stderr


def test_a_month_is_computed_again_from_what_was_kept_wherever_that_is(kept: Path, tmp_path: Path) -> None:
    """Only terbit/ and the decision files are left, in another folder, zone, locale, hash seed and thread count."""
    folder = tmp_path / "salinan auditor" / "b"
    for name in ("terbit", "keputusan"):
        shutil.copytree(kept / name, folder / name)
    settings = (kept / "rekon.toml").read_text("utf-8")
    (folder / "rekon.toml").write_text(f"{settings}\n[engine]\nthreads = 1\n", "utf-8")
    told = in_process(
        "verify", "-C", ".", "--recompute", "--json",
        cwd=folder, TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="77",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)["recomputed"]
    entries = [entry for entry in read_ledger(kept).entries if entry.kind != "decision"]
    assert [each["path"] for each in found] == [entry.path for entry in entries]
    assert all(each["versions"] == each["differing"] == [] for each in found)
    assert sum(each["files"] for each in found) == sum(
        len(list((kept / "terbit" / entry.path).rglob("*.*"))) for entry in entries
    )
    assert list((folder / "kerja").iterdir()) == [], "nothing is left behind"


def test_a_result_that_the_inputs_do_not_give_is_exit_7(own: Path) -> None:
    """A payroll file changed with its sidecar, manifest and ledger line ties in itself, and was not computed."""
    batch = next(entry for entry in read_ledger(own).entries if entry.kind == "batch")
    forge(own, "berita-acara.html", b"Rp", b"rp")
    assert call("-C", own).exit_code == 0
    result = call("-C", own, "--recompute", batch.path)
    assert result.exit_code == 7
    assert f"terbit/{batch.path}: berita-acara.html, manifest.json" in result.stderr


def test_another_version_of_the_program_compares_rows_and_says_so(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.audit.recomputation.code_sha256", lambda: "0" * 64)
    first = read_ledger(own).entries[0]
    result = call("-C", own, "--recompute", first.path)
    assert result.exit_code == 0, result.stderr
    assert "isi tabel sama, dengan versi lain (rekon)" in result.stdout


def test_one_run_can_be_asked_for_by_path_name_or_id_and_an_unknown_one_is_exit_2(own: Path) -> None:
    first, second, *_ = read_ledger(own).entries
    (own / "terbit" / second.path / "laporan" / "index.html").unlink()
    for name in (first.path, f"terbit/{first.path}/", first.path.partition("/")[2], first.identity):
        assert call("-C", own, name).exit_code == 0
    assert call("-C", own, second.path).exit_code == 7
    unknown = call("-C", own, first.path[:-1])
    assert unknown.exit_code == 2
    assert f"Maksudnya `{first.path}`?" in unknown.stderr
