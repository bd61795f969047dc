"""What holds for every month, whatever its numbers: shown on the rules of a real tiny month and on drawn changes to it."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.engine.stage import Rule, StageContext
from pipeline.engine.warehouse import Warehouse, arrow_schema
from pipeline.run import run_pipeline
from pipeline.settings import load_settings
from pipeline.stages import STAGES
from pipeline.stages.intake.load_policy import setting_row
from schemas import (
    Adjustment,
    Assessment,
    Attempt,
    Coverage,
    DutySide,
    FileTotal,
    Finding,
    Outage,
    PersonMonth,
    Recommendation,
    Setting,
    Table,
)

pytestmark = pytest.mark.fuzz

Tables = dict[type[Table], pa.Table]
Explain = Callable[..., Warehouse]
NAMES = [stage.name for stage in STAGES]
READING = STAGES[: NAMES.index("expect_duty")]
EXPLAINING = [stage for stage in STAGES[NAMES.index("place_attempts") :] if isinstance(stage, Rule)]
FOUND = {stage.contract for stage in EXPLAINING}
INPUTS = {contract for stage in EXPLAINING for contract in stage.reads} - FOUND
EXAMPLES = settings().max_examples
"""200 in the suite, 1,000 in a campaign; an example here takes seconds."""
few = settings(
    max_examples=max(EXAMPLES // 333, 1),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
once = settings(few, max_examples=1)
DAY = dt.datetime(2026, 1, 2)
KINDNESS = {
    "not_supported": 0, "not_assessable": 1, "needs_statement": 1, "restore_partly": 2, "restore": 3,
}  # fmt: skip


@pytest.fixture(scope="session")
def month(tiny_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Every table of the tiny month's run."""
    folder = tmp_path_factory.mktemp("properties") / "ruang"
    shutil.copytree(tiny_month, folder)
    return tables_of(folder)


def tables_of(folder: Path) -> Tables:
    contracts: dict[type[Table], None] = {Setting: None}
    for stage in STAGES:
        contracts |= dict.fromkeys(stage.reads)
        contracts |= dict.fromkeys(stage.writes)
    with run_pipeline(folder) as outcome:
        return {contract: outcome.arrow(contract) for contract in contracts}


@pytest.fixture(scope="session")
def explain(month: Tables) -> Iterator[Explain]:
    """The rules from the requests to the rupiah, run on the month with some tables changed."""
    needed = {contract.table_name(): contract for contract in INPUTS}
    with closing(Warehouse(None, threads=1)) as warehouse:
        changed: set[str] = set(needed)

        def run(**rows: list[dict[str, Any]]) -> Warehouse:
            for name in sorted(changed | set(rows)):
                contract = needed[name]
                given_rows = pa.Table.from_pylist(rows.get(name, []), schema=arrow_schema(contract))
                warehouse.write(contract, given_rows if name in rows else month[contract])
            changed.clear()
            changed.update(rows)
            for stage in EXPLAINING:
                stage.create(warehouse)
            return warehouse

        yield run


def rows_of(warehouse: Warehouse, contract: type[Table], *without: str) -> list[dict[str, Any]]:
    return warehouse.arrow(contract).drop_columns(list(without)).to_pylist()


def decisions(
    findings: list[dict[str, Any]], verdicts: list[str], superior: dict[Any, Any]
) -> list[dict[str, Any]]:
    """A decision of the superior on each finding, by the drawn verdicts in turn."""
    return [
        {
            "decision_id": f"d{number}",
            "finding_id": row["finding_id"],
            "finding_hash": row["finding_hash"],
            "verdict_code": verdicts[number % len(verdicts)],
            "decider_nip": superior[row["nip"], row["duty_date"]],
            "row_sha256": "0",
            "file_id": "f" * 16,
            "line_no": number + 1,
        }
        for number, row in enumerate(findings)
    ]


def superiors(month: Tables) -> dict[Any, Any]:
    duty = next(table for contract, table in month.items() if contract.table_name() == "duty")
    return {(row["nip"], row["duty_date"]): row["superior_nip"] for row in duty.to_pylist()}


minutes = st.integers(min_value=-90, max_value=600)
windows = st.tuples(minutes, st.integers(min_value=1, max_value=240), st.booleans())
verdicts = st.lists(st.sampled_from(["approve", "reject", "ask_evidence"]), min_size=1, max_size=5)


def outage_rows(month: Tables, drawn: list[tuple[int, int, bool]]) -> list[dict[str, Any]]:
    """Outages of the whole region at drawn minutes around the start of 2 January, some certified."""
    like = month[Outage].to_pylist()[0]
    found = []
    for number, (start, length, certified) in enumerate(drawn):
        begin = DAY + dt.timedelta(minutes=start)
        end = begin + dt.timedelta(minutes=length)
        window = dict.fromkeys(("started_at", "impact_started_at", "certified_started_at"), begin)
        window |= dict.fromkeys(("ended_at", "impact_ended_at", "certified_ended_at"), end)
        found.append({**like, **window, "outage_id": f"o{number}", "is_certified": certified})
    return found


@few
@given(drawn=st.lists(windows, max_size=3), verdicts=verdicts)
def test_restoring_never_raises_a_persons_month_and_its_steps_add_up(
    month: Tables, explain: Explain, drawn: list[tuple[int, int, bool]], verdicts: list[str]
) -> None:
    outage = outage_rows(month, drawn)
    findings = rows_of(explain(outage=outage, decision=[]), Finding)
    warehouse = explain(outage=outage, decision=decisions(findings, verdicts, superiors(month)))
    months = rows_of(warehouse, PersonMonth)
    assert months
    for row in months:
        assert row["restored_idr"] <= row["recorded_idr"]
        assert row["potential_idr"] <= row["restored_idr"]
    moved = rows_of(warehouse, Recommendation)
    approved = sum(row["adjustment_idr"] for row in moved if row["status_code"] == "approved")
    assert approved == sum(row["recorded_idr"] - row["restored_idr"] for row in months)


@settings(few, max_examples=max(EXAMPLES // 166, 1))
@given(drawn=st.lists(windows, max_size=2), more=windows)
def test_another_outage_never_worsens_anybody(
    month: Tables, explain: Explain, drawn: list[tuple[int, int, bool]], more: tuple[int, int, bool]
) -> None:
    """Neither what a side may get back nor what a person's month costs."""
    one = explain(outage=outage_rows(month, drawn), decision=[])
    before = {row["finding_id"]: row for row in rows_of(one, Finding)}
    costs = {(row["nip"], row["unit_id"]): row["potential_idr"] for row in rows_of(one, PersonMonth)}
    other = explain(outage=outage_rows(month, [*drawn, more]), decision=[])
    for row in rows_of(other, Finding):
        was = before[row["finding_id"]]
        assert KINDNESS[row["action_code"]] >= KINDNESS[was["action_code"]], (was, row)
    for row in rows_of(other, PersonMonth):
        assert row["potential_idr"] <= costs[row["nip"], row["unit_id"]]


@few
@given(verdicts=st.lists(st.sampled_from(["reject", "ask_evidence"]), max_size=3))
def test_without_an_approval_no_rupiah_moves(month: Tables, explain: Explain, verdicts: list[str]) -> None:
    decided = decisions(month[Finding].to_pylist(), verdicts, superiors(month)) if verdicts else []
    warehouse = explain(decision=decided)
    assert rows_of(warehouse, Adjustment) == []
    assert all(row["restored_idr"] == row["recorded_idr"] for row in rows_of(warehouse, PersonMonth))
    assert any(row["potential_idr"] < row["recorded_idr"] for row in month[PersonMonth].to_pylist())


@few
@given(dice=st.randoms(use_true_random=False))
def test_without_an_outage_before_is_after(month: Tables, explain: Explain, dice: random.Random) -> None:
    """Some requests fail on any day; without an outage they move nothing."""
    failed = [
        row for row in month[Attempt].to_pylist() if row["outcome_code"] == "failed" and dice.random() < 0.7
    ]
    warehouse = explain(outage=[], attempt=failed, decision=[])
    findings = rows_of(warehouse, Finding)
    assert {row["grade_code"] for row in findings if row["cause_code"] not in ("lost", "flipped")} == {"-"}
    assert {row["action_code"] for row in findings} <= {"not_supported", "not_assessable"}
    assert all(row["potential_idr"] == row["recorded_idr"] for row in rows_of(warehouse, PersonMonth))


@few
@given(dice=st.randoms(use_true_random=False))
def test_a_persons_result_does_not_depend_on_other_people(
    month: Tables, explain: Explain, dice: random.Random
) -> None:
    some = set(dice.sample(sorted(set(month[PersonMonth]["nip"].to_pylist())), 12))
    of_some = {
        contract.table_name(): [row for row in table.to_pylist() if row["nip"] in some]
        for contract, table in month.items()
        if "nip" in contract.columns() and contract in INPUTS
    }
    warehouse = explain(**of_some)
    for contract in (Finding, PersonMonth):
        whole = [row for row in month[contract].to_pylist() if row["nip"] in some]
        assert rows_of(warehouse, contract) == whole


def test_without_own_requests_no_grade_is_above_c_and_nothing_new_is_restored(
    month: Tables, explain: Explain
) -> None:
    before = {row["finding_id"]: row for row in month[Finding].to_pylist()}
    assert any(row["grade_code"] == "A" for row in before.values())
    for row in rows_of(explain(attempt=[]), Finding):
        assert row["grade_code"] not in ("A", "B")
        if row["action_code"] in ("restore", "restore_partly") and not row["has_statement"]:
            assert before[row["finding_id"]]["action_code"] in ("restore", "restore_partly")


@pytest.mark.parametrize("vantage", ["pusat", "gerbang"])
def test_a_missing_log_lifts_no_grade_above_c_and_restores_nothing_new(
    month: Tables, explain: Explain, vantage: str
) -> None:
    """What is left of the logs may still prove an act, but nothing that they did not prove before."""
    before = {row["finding_id"]: row for row in month[Finding].to_pylist()}
    left = {
        contract.table_name(): [row for row in month[contract].to_pylist() if row["vantage_code"] != vantage]
        for contract in (Attempt, Coverage)
    }
    assert 0 < len(left["attempt"]) < month[Attempt].num_rows
    for row in rows_of(explain(**left), Finding):
        was = before[row["finding_id"]]
        assert row["grade_code"] not in ("A", "B") or was["grade_code"] in ("A", "B"), (was, row)
        if row["action_code"] in ("restore", "restore_partly") and not row["has_statement"]:
            assert was["action_code"] in ("restore", "restore_partly"), (was, row)


@once
@given(dice=st.randoms(use_true_random=False))
def test_shuffled_lines_split_files_and_copies_change_no_result(
    month: Tables, tiny_month: Path, tmp_path_factory: pytest.TempPathFactory, dice: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("shuffled") / "ruang"
    shutil.copytree(tiny_month, folder)
    inputs = folder / "masukan" / "2026-01"
    for path in sorted(inputs.glob("*.csv")):
        header, *lines = path.read_text("utf-8").splitlines(keepends=True)
        dice.shuffle(lines)
        path.write_text(header + "".join(lines), "utf-8")
    header, *lines = (inputs / "presensi.csv").read_text("utf-8").splitlines(keepends=True)
    cut = dice.randrange(1, len(lines))
    (inputs / "presensi.csv").write_text(header + "".join(lines[:cut]), "utf-8")
    (inputs / "presensi-2.csv").write_text(header + "".join(lines[cut:]), "utf-8")
    shutil.copyfile(inputs / "presensi.csv", inputs / "presensi-salinan.csv")
    toml = folder / "rekon.toml"
    toml.write_text(toml.read_text("utf-8").replace("presensi.csv", "presensi*.csv"), "utf-8")
    found = tables_of(folder)
    for contract, ids in ((DutySide, ["punch_id"]), (Finding, []), (Assessment, []), (PersonMonth, [])):
        assert found[contract].drop_columns(ids) == month[contract].drop_columns(ids), contract


@few
@given(
    broken=st.lists(st.text(alphabet=",;A0\t ", max_size=12), min_size=1, max_size=6),
    dice=st.randoms(use_true_random=False),
)
def test_every_record_is_accepted_or_quarantined(
    tiny_month: Path, tmp_path_factory: pytest.TempPathFactory, broken: list[str], dice: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("broken") / "ruang"
    shutil.copytree(tiny_month, folder, ignore=shutil.ignore_patterns("access-*"))
    path = folder / "masukan" / "2026-01" / "presensi.csv"
    lines = path.read_text("utf-8").splitlines()
    for text in broken:
        lines.insert(dice.randrange(1, len(lines)), text)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    chosen = load_settings(folder)
    with closing(Warehouse(None, threads=1)) as warehouse:
        warehouse.write(Setting, setting_row(chosen))
        for stage in READING:
            scratch = folder / "coret" / stage.name
            scratch.mkdir(parents=True)
            stage.run(StageContext(stage, warehouse, chosen, folder, scratch))
        totals = rows_of(warehouse, FileTotal)
    assert totals
    assert all(row["record_count"] == row["accepted_count"] + row["quarantined_count"] for row in totals)
