"""The command: help, exit codes as a contract, messages for people, the same bytes wherever it runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from pipeline import run as pipeline_run
from pipeline.cli import COMMANDS, rekon
from pipeline.engine.locks import workspace_lock
from pipeline.engine.stage import Stage, StageContext
from pipeline.stages import STAGES
from schemas import (
    Assessment,
    Duty,
    DutySide,
    FileTotal,
    Finding,
    PersonMonth,
    PricedCharge,
    ScenarioSide,
    Table,
)
from tests.support.command import in_process

OF_WORKSPACE = [name for name in COMMANDS if name not in {"init", "simulate", "evaluate", "docs", "policy"}]
Change = Callable[[list[dict[str, Any]]], None]
ARGUMENTS = {
    "diff": ["r1", "r2"],
    "purge": ["--before", "2026-01"],
    "sql": ["select 1"],
    "explain": ["199001012015011001"],
}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(rekon, [str(argument) for argument in arguments])


def refused(code: int, *arguments: object) -> str:
    """The message of a call that ends with this exit code: one for people, without a traceback."""
    result = call(*arguments)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def workspace(tiny_month: Path, tmp_path: Path) -> Path:
    """The tiny month without logs: quick to run."""
    folder = tmp_path / "ruang"
    shutil.copytree(tiny_month, folder, ignore=shutil.ignore_patterns("log"))
    return folder


@pytest.fixture
def done(published_month: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "ruang"
    shutil.copytree(published_month, folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# Help


def test_help_names_every_command() -> None:
    result = in_process("--help")
    assert result.returncode == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


def test_help_of_a_command_loads_no_heavy_library() -> None:
    """Which is why `rekon --help` answers at once; how fast is a benchmark's business."""
    program = (
        "import sys; from pipeline.cli import COMMANDS, rekon\n"
        "for name in COMMANDS: rekon.get_command(None, name)\n"
        "print(sorted({'duckdb', 'numpy', 'pandas', 'pandera', 'pyarrow', 'scipy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_in_whole_sentences(name: str) -> None:
    result = call(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: rekon {name}" in result.output
    assert COMMANDS[name].endswith(".")
    assert (rekon.get_command(None, name).help or "").split("\n")[0].endswith(".")  # type: ignore[arg-type, union-attr]


# Exit codes of docs/contract/outputs.md


def test_wrong_usage_is_exit_2() -> None:
    assert "No such command 'terbitkan'" in refused(2, "terbitkan")
    assert "--cepat" in refused(2, "run", "--cepat")


@pytest.mark.parametrize("name", OF_WORKSPACE)
def test_a_missing_workspace_is_exit_2(name: str, tmp_path: Path) -> None:
    message = refused(2, name, "-C", tmp_path / "tidak-ada", *ARGUMENTS.get(name, []))
    assert "tidak-ada" in message


@pytest.mark.parametrize("name", ["check", "show", "diff", "cases", "sensitivity"])
def test_a_missing_workspace_is_exit_2_for_the_policy_too(name: str, tmp_path: Path) -> None:
    assert "tidak-ada" in refused(2, "policy", name, "-C", tmp_path / "tidak-ada")


@pytest.mark.parametrize("name", ["run", "finalize", "sql", "explain"])
def test_a_folder_without_settings_is_exit_2_and_says_what_to_do(name: str, tmp_path: Path) -> None:
    message = refused(2, name, "-C", tmp_path, *ARGUMENTS.get(name, []))
    assert "rekon.toml tidak ada" in message
    assert "rekon init" in message


def test_an_unknown_setting_is_exit_2_and_names_the_nearest(workspace: Path) -> None:
    path = workspace / "rekon.toml"
    path.write_text(path.read_text("utf-8").replace("region =", "regoin ="), "utf-8")
    assert "Maksudnya `region`?" in refused(2, "run", "-C", workspace)


def test_asking_before_a_run_is_exit_2_and_says_so(workspace: Path) -> None:
    for name in ("diff", "sql", "explain"):
        assert "rekon run" in refused(2, name, "-C", workspace, *ARGUMENTS[name])


def test_a_refused_input_is_exit_3_and_names_the_file_but_nobody(workspace: Path) -> None:
    path = workspace / "masukan" / "2026-01" / "pegawai.csv"
    lines = path.read_text("utf-8").splitlines()
    people = [line.split(",")[:2] for line in lines[1:]]
    path.write_text("\n".join([lines[0], *(f"x{line}" for line in lines[1:])]), "utf-8")
    message = refused(3, "run", "-C", workspace)
    assert "pegawai.csv" in message
    assert not any(value in message for person in people for value in person)
    path.write_bytes(b"")
    assert "pegawai.csv: berkas kosong" in refused(3, "run", "-C", workspace)
    assert not list((workspace / "terbit").rglob("r*"))


def test_a_disk_that_cannot_be_written_is_exit_5(workspace: Path) -> None:
    (workspace / "kerja").write_bytes(b"a file where a folder should be")
    message = refused(5, "run", "-C", workspace)
    assert "coret" in message
    assert (workspace / "kerja").read_bytes() == b"a file where a folder should be"
    assert not list((workspace / "terbit").rglob("r*"))


@pytest.mark.parametrize("name", ["run", "finalize"])
def test_a_workspace_in_use_is_exit_6_and_names_the_holder(name: str, workspace: Path) -> None:
    with workspace_lock(workspace):
        assert f"PID {os.getpid()}" in refused(6, name, "-C", workspace)


@pytest.mark.parametrize("name", ["run", "finalize", "status"])
def test_a_changed_ledger_is_exit_7(name: str, done: Path) -> None:
    path = done / "terbit" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"seq', b'"Seq', 1))
    assert "baris 1" in refused(7, name, "-C", done)


def test_a_ledger_cut_short_is_exit_8_and_nothing_is_removed(done: Path) -> None:
    path = done / "terbit" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    before = files(done / "terbit")
    message = call("status", "-C", done)
    assert message.exit_code == 8
    assert "tidak tercatat" in message.stderr
    assert files(done / "terbit") == before


def test_an_interrupted_run_is_exit_130_and_publishes_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_context: StageContext) -> None:
        raise KeyboardInterrupt

    stage = Stage(interrupt, reads=(), writes=())
    monkeypatch.setattr(pipeline_run, "STAGES", (stage, *STAGES))
    assert "tidak ada yang terbit" in refused(130, "run", "-C", workspace)
    assert not list((workspace / "terbit").rglob("r*"))


# Exit 4, end to end


def one_rupiah(rows: list[dict[str, Any]]) -> None:
    rows[0]["recorded_idr"] += 1


def one_rupiah_of_tpp(rows: list[dict[str, Any]]) -> None:
    rows[-1]["tpp_idr"] += 1  # of the last duty day too


def one_rupiah_of_base(rows: list[dict[str, Any]]) -> None:
    rows[0]["base_idr"] += 1


def one_person(rows: list[dict[str, Any]]) -> None:
    rows[:] = [row for row in rows if row["nip"] != rows[-1]["nip"]]


def one_row(rows: list[dict[str, Any]]) -> None:
    del rows[0]


def one_record(rows: list[dict[str, Any]]) -> None:
    rows[0]["accepted_count"] -= 1


BREAKS: tuple[tuple[str, type[Table], Change, str], ...] = (
    ("sum_person_months", PersonMonth, one_rupiah, "potongan skenario recorded, tingkat seluruh daerah"),
    ("sum_person_months", PersonMonth, one_person, "1 orang berkewajiban hadir tidak punya hasil bulanan"),
    (
        "expect_duty",
        Duty,
        one_row,
        "kewajiban, tingkat orang dan OPD: 1 orang dengan hari kerja tanpa kewajiban",
    ),
    ("expect_duty", Duty, one_rupiah_of_tpp, "rupiah TPP harian, tingkat orang dan OPD: 2 orang"),
    (
        "sum_person_months",
        PersonMonth,
        one_rupiah_of_tpp,
        "rupiah TPP bulanan, tingkat orang dan OPD: 1 orang",
    ),
    (
        "price_charges",
        PricedCharge,
        one_row,
        "potongan, tingkat orang dan OPD: 1 orang dengan kejadian tanpa harga",
    ),
    (
        "assess_tpp",
        Assessment,
        one_rupiah_of_base,
        "1 orang dengan baris yang dasarnya bukan dasar hari atau bulannya",
    ),
    ("recommend", Finding, one_row, "temuan, tingkat baris: 1 temuan"),
    ("match_punches", DutySide, one_row, "1 orang dengan sisi kewajiban tanpa keadaan"),
    ("build_scenarios", ScenarioSide, one_row, "orang dengan sisi yang hilang dari skenario"),
    ("control_files", FileTotal, one_record, "rekaman, tingkat berkas: "),
)


def break_after(
    stages: tuple[Any, ...], after: str, contract: type[Table], change: Change
) -> tuple[Any, ...]:
    """The stages, with one more that changes a table by hand."""

    def change_by_hand(context: StageContext) -> None:
        held = context.arrow(contract)
        rows = held.to_pylist()
        change(rows)
        context.write(contract, pa.Table.from_pylist(rows, schema=held.schema))

    change_by_hand.__name__ = f"{change.__name__}_of_{contract.table_name()}"
    stage = Stage(change_by_hand, reads=(contract,), writes=(contract,))
    place = [each.name for each in stages].index(after) + 1
    return (*stages[:place], stage, *stages[place:])


def test_tables_broken_by_hand_stop_the_run_with_exit_4_and_it_says_which_total_at_which_level(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run breaks a rupiah, a person, a row and a record; each is said, whatever else is wrong."""
    stages: tuple[Any, ...] = STAGES
    for after, contract, change, _said in BREAKS:
        stages = break_after(stages, after, contract, change)
    monkeypatch.setattr(pipeline_run, "STAGES", stages)
    monkeypatch.setattr(
        pipeline_run, "check_order", lambda _stages, _given: None
    )  # a table changed is written twice
    message = refused(4, "run", "-C", workspace)
    assert [said for *_, said in BREAKS if said not in message] == []
    assert not list((workspace / "terbit").rglob("r*"))
    assert not (workspace / "terbit" / "ledger.jsonl").exists()


# What the commands do


def test_a_second_run_publishes_nothing_new_and_says_so(workspace: Path) -> None:
    first = call("run", "-C", workspace)
    assert first.exit_code == 0
    assert "Sudah terbit" not in first.stdout
    before = files(workspace / "terbit")
    again = call("run", "-C", workspace)
    assert again.exit_code == 0
    assert "Sudah terbit" in again.stdout
    assert files(workspace / "terbit") == before


def test_another_folder_zone_locale_hash_seed_and_thread_count_publish_the_same_bytes_and_answer_as_agreed(
    tiny_month: Path, published_month: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "ruang kerja lain" / "b"
    shutil.copytree(tiny_month, folder)
    settings = folder / "rekon.toml"
    settings.write_text(settings.read_text("utf-8") + "\n[engine]\nthreads = 1\n", "utf-8")
    told = in_process(
        "run", "-C", ".", "--json", cwd=folder, TZ="Asia/Jayapura", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="77"
    )
    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    assert set(summary) == {
        "schema", "period", "run_id", "published", "outages", "findings", "people", "deduction_before_idr",
        "potential_after_idr", "approved_adjustment_idr", "quarantined",
    }  # fmt: skip
    assert (summary["schema"], summary["people"], summary["outages"]) == (1, 48, 1)
    (here,) = (published_month / "terbit" / "2026-01").glob("r1-*")
    assert Path(summary["published"]).name == here.name
    assert files(Path(summary["published"])) == files(here)


def test_finalize_pays_what_is_approved_once(published_month: Path) -> None:
    status = call("status", "-C", published_month).stdout
    assert "bayar-1-" in status
    (batch,) = (published_month / "terbit" / "2026-01").glob("bayar-*")
    sidecar = json.loads((batch / "penyesuaian-tpp.csv.json").read_text("utf-8"))
    approved = call(
        "sql", "-C", published_month, "select sum(recorded_idr - restored_idr)::bigint as a from person_month"
    ).stdout
    assert approved.split() == ["a", str(sidecar["sums"]["adjustment_idr"])]
    assert sidecar["sums"]["adjustment_idr"] > 0


def test_finalize_again_writes_no_second_batch(done: Path) -> None:
    before = files(done / "terbit")
    result = call("finalize", "-C", done)
    assert result.exit_code == 0
    assert "Tidak ada yang perlu dibayar" in result.stdout
    assert files(done / "terbit") == before


def test_sql_answers_as_csv_and_cannot_write(published_month: Path) -> None:
    answer = call("sql", "-C", published_month, "select count(distinct nip) as orang from duty")
    assert answer.stdout == "orang\n48\n"
    before = files(published_month / "kerja")
    assert "kueri tidak dapat dijawab" in refused(2, "sql", "-C", published_month, "drop table duty")
    assert files(published_month / "kerja") == before


def test_explain_walks_from_the_log_line_to_the_rupiah(published_month: Path) -> None:
    nip = call(
        "sql", "-C", published_month,
        "select nip from recommendation where status_code = 'approved' order by nip limit 1",
    ).stdout.split()[1]  # fmt: skip
    told = call("explain", "-C", published_month, nip, "--date", "2026-01-02").stdout
    assert "Jumlah menurut catatan" in told
    assert "; disetujui; pengaruh Rp" in told
    assert "access-2026-01-02.log.gz baris " in told
    assert "NIP harus 18 angka" in refused(2, "explain", "-C", published_month, "123")


def test_every_command_of_a_workspace_works_from_any_folder(
    published_month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = os.path.relpath(published_month, tmp_path)
    for name in ("status", "sql"):
        result = call(name, "-C", relative, *ARGUMENTS.get(name, []))
        assert result.exit_code == 0, result.output
    monkeypatch.chdir(published_month)
    assert call("status").stdout == call("status", "-C", published_month).stdout
    assert list(tmp_path.iterdir()) == []


def test_init_makes_a_workspace_whose_settings_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "bkd"
    assert call("init", folder).exit_code == 0
    assert "tidak ada berkas untuk kind" in refused(2, "run", "-C", folder)
    before = files(folder)
    assert "tidak ada yang ditimpa" in refused(2, "init", folder)
    assert files(folder) == before
