"""`rekon purge`: the personal data of closed and paid months goes, the proof of them stays, and nothing stumbles over it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import rekon
from pipeline.payroll.batches import closed_months, issued_adjustments
from pipeline.periods.closing import close_period
from pipeline.periods.history import earlier_absences
from pipeline.publishing.ledger import DECISION, PURGE, open_ledger, read_ledger
from pipeline.publishing.manifest import sha256_of
from pipeline.publishing.publication import publish_run
from schemas import Adjustment, IssuedAdjustment
from tests.support.handmade_month import (
    APPROVED,
    PEOPLE,
    PERIOD,
    adjustment_row,
    issued_row,
    month,
    pay_batch,
    table,
    workspace_at,
)
from tests.support.handmade_month import settings as settings_of

NEXT = "2026-02"
SETTINGS = """
period = "2026-02"
region = "3205"
zone = "Asia/Jakarta"
policy = "kebijakan.toml"
[[source]]
kind = "employee"
files = ["titipan/{period}-*.csv", "masukan/tetap.csv"]
"""
INPUTS = ("masukan/2026-01/log/akses.log", "titipan/2026-01-pegawai.csv", "keputusan/2026-01/putusan.csv")
OTHERS = ("masukan/2026-02/presensi.csv", "masukan/tetap.csv", "titipan/2026-02-pegawai.csv")


def call(name: str, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rekon, [name, "-C", str(folder), *arguments])


def purge(folder: Path, *arguments: str, before: str = NEXT) -> Result:
    return call("purge", folder, "--before", before, *arguments)


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256_of(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".lock")
    }


@pytest.fixture
def paid(tmp_path: Path) -> Path:
    """A month with a revision and a batch that paid everything, not yet closed; inputs of it and of the next month."""
    folder, scratch = workspace_at(tmp_path / "ruang")
    (folder / "rekon.toml").write_text(SETTINGS, "utf-8")
    for name in (*INPUTS, *OTHERS, f"kerja/{PERIOD}.duckdb", f"kerja/{NEXT}.duckdb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} {APPROVED}\n", "utf-8")
    content = (folder / INPUTS[2]).read_bytes()
    pages = {"laporan/index.html": APPROVED.encode(), "laporan-publik/index.html": b"jumlah"}
    revision = publish_run(month(), settings_of(), folder, scratch, lambda *_: pages)
    open_ledger(folder).append(
        kind=DECISION, period=PERIOD, path=INPUTS[2], identity="x", manifest_sha256=sha256_of(content),
        supersedes=None, totals={"approve": 1},
    )  # fmt: skip
    pay_batch(table(Adjustment, [adjustment_row()]), settings_of(), folder, revision)
    return folder


@pytest.fixture
def closed(paid: Path) -> Path:
    close_period(paid, PERIOD)
    return paid


def test_without_yes_nothing_changes_and_what_would_go_is_said(closed: Path) -> None:
    before = files(closed)
    told = purge(closed)
    assert told.exit_code == 0, told.output
    assert "2026-01: " in told.stdout
    assert "akan dimusnahkan" in told.stdout
    assert "1 temuan bulan itu belum diputus" in told.stdout
    assert "Ulangi dengan --yes" in told.stdout
    assert files(closed) == before


def test_persons_go_and_the_proof_stays(closed: Path) -> None:
    before = files(closed)
    told = purge(closed, "--yes")
    assert told.exit_code == 0, told.output
    assert "Salinan cadangan" in told.stdout
    after = files(closed)
    gone = before.keys() - after.keys()
    revision, batch = (next(closed.glob(f"terbit/2026-01/{kind}-*")).name for kind in ("r1", "bayar-1"))
    assert {*INPUTS, f"kerja/{PERIOD}.duckdb", f"terbit/2026-01/{revision}/laporan/index.html"} <= gone
    stays = {*OTHERS, f"kerja/{NEXT}.duckdb", "kebijakan.toml", "rekon.toml", "terbit/ledger.jsonl"}
    stays |= {path for path in before if f"/{batch}/" in path}
    stays |= {
        f"terbit/2026-01/{revision}/{name}"
        for name in ("manifest.json", "datapackage.json", "laporan-publik/index.html")
    }
    entry = read_ledger(closed).entries[-1]
    assert after.keys() == stays | {f"terbit/{entry.path}"}
    texts = {
        path: (closed / path).read_bytes()
        for path in after
        if f"/{batch}/" not in path and path not in OTHERS
    }
    assert [
        path
        for path, text in texts.items()
        if any(nip.encode() in text for nip, *_ in PEOPLE) and NEXT not in path
    ] == []


def test_the_line_in_the_ledger_names_each_file_that_went_by_its_hash(closed: Path) -> None:
    before = files(closed)
    purge(closed, "--yes")
    entry = read_ledger(closed).entries[-1]
    content = (closed / "terbit" / entry.path).read_bytes()
    assert (entry.kind, entry.period, entry.manifest_sha256) == (PURGE, PERIOD, sha256_of(content))
    listed = {item["path"]: item["sha256"] for item in json.loads(content)["files"]}
    scratch = {path for path in before if path.startswith("kerja/")}
    assert listed == {path: before[path] for path in before.keys() - files(closed).keys() - scratch}
    assert dict(entry.totals)["files"] == len(listed)


def test_a_month_that_is_open_owing_or_on_hold_stays_whole(paid: Path) -> None:
    before = files(paid)
    assert "belum dikunci" in purge(paid, "--yes").stdout
    close_period(paid, PERIOD)
    locked = files(paid)
    assert locked.keys() == before.keys()
    rekon_toml = paid / "rekon.toml"
    rekon_toml.write_text(f'{SETTINGS}\n[retention]\nhold = ["{PERIOD}"]\n', "utf-8")
    assert "ditahan oleh [retention] hold" in purge(paid, "--yes").stdout
    rekon_toml.write_text(SETTINGS, "utf-8")
    publish_run(
        month("b", [(*PEOPLE[0][:3], 50_000, 50_000, "approved"), *PEOPLE[1:]])
        | {"adjustment": table(Adjustment, [adjustment_row(40_000, 50_000)])}
        | {"issued_adjustment": table(IssuedAdjustment, [issued_row(40_000)])},
        settings_of(), paid, paid / "kerja" / "coret", lambda *_: {},
    )  # fmt: skip
    assert "masih ada yang belum dibayar" in purge(paid, "--yes").stdout
    assert not read_ledger(paid).purged
    assert all((paid / name).exists() for name in INPUTS)


def test_only_months_before_the_one_named_go(closed: Path) -> None:
    before = files(closed)
    assert "Tidak ada yang perlu dimusnahkan sebelum 2026-01" in purge(closed, "--yes", before=PERIOD).stdout
    assert files(closed) == before
    assert purge(closed, before="Januari").exit_code == 2


def test_again_there_is_nothing_to_do_and_what_comes_back_goes_with_a_line_of_its_own(closed: Path) -> None:
    purge(closed, "--yes")
    once = files(closed)
    assert "Tidak ada yang perlu dimusnahkan" in purge(closed, "--yes").stdout
    assert files(closed) == once
    back = closed / "masukan" / PERIOD / "cadangan.csv"
    back.parent.mkdir(parents=True)
    back.write_text(APPROVED, "utf-8")
    purge(closed, "--yes")
    assert not back.exists()
    assert [entry.totals["files"] for entry in read_ledger(closed).of(PURGE)][1:] == [1]
    assert call("verify", closed).exit_code == 0


def test_verify_and_status_take_a_purged_month_as_it_is_and_still_see_a_change(closed: Path) -> None:
    purge(closed, "--yes")
    told = call("verify", closed)
    assert told.exit_code == 0, told.output
    assert "dimusnahkan" in told.stdout
    status = call("status", closed)
    assert status.exit_code == 0
    assert "data 2026-01 dimusnahkan: " in status.stdout
    listed = closed / "terbit" / read_ledger(closed).entries[-1].path
    manifest = next(closed.glob("terbit/2026-01/r1-*/manifest.json"))
    for path in (listed, manifest, next(closed.glob("terbit/2026-01/bayar-*/penyesuaian-tpp.csv"))):
        content = path.read_bytes()
        path.write_bytes(content[:-1])
        broken = call("verify", closed)
        assert broken.exit_code == 7
        assert path.relative_to(closed).as_posix() in broken.stderr
        path.write_bytes(content)


def test_later_months_know_what_was_issued_and_that_nothing_else_is_known(closed: Path) -> None:
    purge(closed, "--yes")
    assert closed_months(closed, NEXT).periods == frozenset()
    assert sum(row["adjustment_idr"] for row in issued_adjustments(closed, {PERIOD})) == 40_000
    assert earlier_absences(closed, read_ledger(closed), NEXT) == (
        [{"period": PERIOD, "is_known": False, "is_of_year": True}],
        [],
    )


def test_what_needs_the_purged_tables_says_so_with_exit_2(closed: Path) -> None:
    purge(closed, "--yes")
    revision = read_ledger(closed).entries[0].path
    close = shutil.copytree(closed, closed.with_name("lain"))
    settings = close / "rekon.toml"
    settings.write_text(SETTINGS.replace("2026-02", PERIOD), "utf-8")
    for name, *arguments in (
        ("diff", revision, revision),
        ("verify", "--recompute", revision),
        ("verify", "--finding", "0" * 16, revision),
        ("run",),
        ("finalize",),
    ):
        if name == "diff":
            open_ledger(close).append(
                kind="revision", period=NEXT, path=f"{NEXT}/r1-x", identity="x", manifest_sha256="0" * 64,
                supersedes=None, totals={},
            )  # fmt: skip
        told = call(name, close, *arguments)
        assert told.exit_code == 2, (name, told.output)
        assert "dimusnahkan" in told.stderr


def test_of_a_real_month_no_name_and_no_number_is_left_but_in_the_batches(
    published_month: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder)
    people = (folder / "masukan/2026-01/pegawai.csv").read_text("utf-8").splitlines()[1:]
    canaries = [cell.encode() for row in people for cell in row.split(",")[:2]]
    assert len(canaries) >= 96
    close_period(folder, PERIOD)
    assert purge(folder, "--yes").exit_code == 0
    left = {
        path: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "bayar-" not in path.as_posix()
    }
    assert [path for path, content in left.items() if any(each in content for each in canaries)] == []
    assert call("verify", folder, "--recompute").exit_code == 0
