"""What the screen of restorations sees of a month with truants and false statements, and what it cannot see."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.commands.month import run_month
from pipeline.simulation import simulate
from pipeline.simulation.evaluation import evaluate
from schemas import Finding, RestorationScreen

pytestmark = pytest.mark.campaign

DAY = "2026-01-02"
UNIT = "OPD003"


@pytest.fixture(scope="module")
def abused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outage on 2 January; one in nine stays away all day, half of these get a statement, in every office alike."""
    workspace = tmp_path_factory.mktemp("abuse") / "ruang"
    simulate(workspace, 240, 7, scenario="abuse", other_regions=1)
    return workspace


def flagged(workspace: Path) -> tuple[set[tuple[str, str, str]], list[dict[str, object]]]:
    """Groups that stand out, and the findings."""
    with run_month(workspace) as (outcome, _revision):
        rows = outcome.arrow(RestorationScreen).to_pylist()
        findings = outcome.arrow(Finding).to_pylist()
    names = ("dimension_code", "group_code", "measure_code")
    return {
        tuple(row[name] for name in names) for row in rows if row["is_flagged"] and row["dimension_code"] != "window"
    }, findings  # fmt: skip


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without(log: Path, people: set[str]) -> None:
    """Drop the lines of these people from a log."""
    content = log.read_bytes()
    is_packed = log.suffix == ".gz"
    lines = (gzip.decompress(content) if is_packed else content).decode().splitlines(keepends=True)
    kept = "".join(line for line in lines if not any(nip in line for nip in people)).encode()
    log.write_bytes(gzip.compress(kept, mtime=0) if is_packed else kept)


def sign_for_half_an_office(workspace: Path) -> str:
    """Half of an office stays away on the day of the outage, and its superior signs for all of them."""
    inputs = workspace / "masukan" / "2026-01"
    staff = [row for row in lines_of(inputs / "pegawai.csv") if row["kode_opd"] == UNIT]
    signers = [row["nip_atasan"] for row in staff if row["nip_atasan"]]
    signer = max(sorted(set(signers)), key=signers.count)
    away = {row["nip"] for row in staff if row["nip_atasan"] == signer}
    punches = inputs / "presensi.csv"
    kept = [
        line
        for line in punches.read_text("utf-8").splitlines(keepends=True)
        if f",{DAY} " not in line or line[:18] not in away
    ]
    punches.write_text("".join(kept), "utf-8")
    for log in inputs.rglob("access-*2026-01-0[12]*"):
        without(log, away)
    letters = inputs / "surat-keterangan.csv"
    rows = [line for line in letters.read_text("utf-8").splitlines(keepends=True) if line[:18] not in away]
    rows += [f"{nip},{DAY},masuk,07:20,{signer},SKet/{nip}/2026,2026-01-05\n" for nip in sorted(away)]
    letters.write_text("".join(rows), "utf-8")
    return signer


def test_false_statements_spread_over_all_offices_do_not_stand_out(abused: Path) -> None:
    """A screen compares groups: what everybody does alike it cannot see, only evidence of each side can."""
    shown, findings = flagged(abused)
    assert shown == set()
    sides = evaluate(abused, abused.with_name("ruang.truth"), "2026-01").sides
    assert sides.false_statements > 5
    assert sides.own_fault_restored == sides.false_statements_restored == 0
    signed = [row for row in findings if row["has_statement"] and row["grade_code"] == "D"]
    assert {row["action_code"] for row in signed} == {"needs_statement"}


def test_a_signer_whose_people_have_letters_instead_of_traces_stands_out(
    abused: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "ruang"
    shutil.copytree(abused, workspace, ignore=shutil.ignore_patterns("terbit", "kerja"))
    signer = sign_for_half_an_office(workspace)
    shown, _ = flagged(workspace)
    assert ("signer", signer, "statement") in shown
    assert ("unit", UNIT, "statement") in shown
    assert {group for dimension, group, _ in shown if dimension in ("unit", "signer")} == {signer, UNIT}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    workspace = tmp_path_factory.mktemp("quiet") / "ruang"
    simulate(workspace, 240, 7, scenario="quiet", other_regions=1)
    with run_month(workspace):
        yield workspace


def test_in_a_quiet_month_hardly_anybody_is_asked_for_a_statement(quiet: Path) -> None:
    """At most 2 % of late or absent sides that no outage touches."""
    sides = evaluate(quiet, quiet.with_name("ruang.truth"), "2026-01").sides
    assert sides.own_fault_untouched > 200
    assert 100 * sides.own_fault_untouched_statement <= 2 * sides.own_fault_untouched
    assert sides.own_fault_restored == 0
