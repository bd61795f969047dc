"""Two revisions beside each other: each person counts once, and the kinds add up to the difference of the totals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import rekon
from pipeline.publishing.publication import publish_run
from schemas import Adjustment, DutySide, Finding, PersonMonth, Recommendation, Table
from tests.support.handmade_month import (
    APPROVED,
    DUE,
    PEOPLE,
    PROPOSED,
    REJECTED,
    Person,
    Tables,
    adjustment_row,
    month,
    receive,
    settings,
    table,
    with_value,
    workspace_at,
)

Change = Callable[[Tables], Tables]
FIRST, SECOND, THIRD = PEOPLE


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


def publish(
    folder: Path, content: str, people: tuple[Person, ...] = PEOPLE, change: Change | None = None
) -> str:
    receive(folder, content)
    tables = month(content, people)
    owed = {**adjustment_row(), "unit_id": people[0][1], "deduction_before_idr": people[0][2]}
    owed |= {"deduction_after_idr": people[0][3], "adjustment_idr": people[0][2] - people[0][3]}
    tables["adjustment"] = table(Adjustment, [owed])
    tables = change(tables) if change else tables
    scratch = folder / "kerja" / "coret"
    return publish_run(tables, settings(), folder, scratch, lambda _tables, _settings, _facts: {}).name


def diff(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(rekon, ["diff", "-C", str(folder), *arguments])


def compared(folder: Path, before: str, after: str) -> dict[str, Any]:
    result = diff(folder, "--json", before, after)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    for name in ("recorded_idr", "restored_idr", "potential_idr"):
        expected = found["after"][name] - found["before"][name]
        assert found["difference"][name] == expected == sum(kind[name] for kind in found["kinds"])
        assert expected == sum(line[name] for line in found["people"])
    assert sum(kind["people"] for kind in found["kinds"]) == len({line["nip"] for line in found["people"]})
    return found


def setting(contract: type[Table], row: int, **values: Any) -> Change:
    def change(tables: Tables) -> Tables:
        for column, value in values.items():
            tables = with_value(tables, contract, row, column, value)
        return tables

    return change


def less(person: Person, amount: int) -> Person:
    """The person with every deduction lower by `amount`."""
    nip, unit, recorded, restored, potential, status = person
    return nip, unit, recorded - amount, restored - amount, potential - amount, status


@pytest.mark.parametrize(
    ("kind", "people", "change", "moved"),
    [
        ("person_removed", (FIRST, SECOND), None, (REJECTED, -10_000)),
        ("person_added", (*PEOPLE, ("199001012015011004", "5.02", 7, 7, 7, "rejected")), None, ("199001012015011004", 7)),
        ("tpp_changed", (FIRST, SECOND, less(THIRD, 1)), setting(PersonMonth, 2, tpp_idr=4_999_999), (REJECTED, -1)),
        ("data_arrived", (FIRST, SECOND, less(THIRD, 10_000)),
         setting(DutySide, 2, state_code="on_time", recorded_at=DUE), (REJECTED, -10_000)),
        ("newly_excused", (FIRST, SECOND, less(THIRD, 10_000)),
         setting(DutySide, 2, state_code="excused"), (REJECTED, -10_000)),
        ("record_changed", (FIRST, SECOND, less(THIRD, 10)), setting(DutySide, 2, state_code="late"), (REJECTED, -10)),
        ("decision_changed", PEOPLE, setting(Recommendation, 2, status_code="not_supported"), (REJECTED, 0)),
        ("evidence_changed", PEOPLE, setting(Finding, 2, finding_hash="e" * 64), (REJECTED, 0)),
        ("evidence_changed", PEOPLE, setting(Finding, 2, is_certified=True), (REJECTED, 0)),
        ("month_effect", (FIRST, SECOND, less(THIRD, 10)), None, (REJECTED, -10)),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told_from_the_others(
    workspace: Path, kind: str, people: tuple[Person, ...], change: Change | None, moved: tuple[str, int]
) -> None:
    first, second = publish(workspace, "a"), publish(workspace, "b", people, change)
    found = compared(workspace, first, second)
    (line,) = found["people"]
    assert (line["kinds"][0], line["nip"], line["recorded_idr"]) == (kind, *moved)
    back = compared(workspace, second, first)
    assert back["difference"] == {name: -amount for name, amount in found["difference"].items()}


def test_what_had_no_record_yet_and_still_has_none_became_missing(workspace: Path) -> None:
    first = publish(workspace, "a", change=setting(DutySide, 2, state_code="provisional"))
    second = publish(workspace, "b")
    found = compared(workspace, first, second)
    assert [kind["kind"] for kind in found["kinds"]] == ["became_missing"]
    assert {"before": "provisional", "after": "missing", "sides": 1} in found["states"]


def test_an_approval_that_no_longer_binds_was_changed_by_no_decision(workspace: Path) -> None:
    """What the approval was given on is another finding now; a decision taken back on the same facts is a decision."""
    first = publish(workspace, "a")
    released = setting(Recommendation, 0, status_code="proposed")

    def change(tables: Tables) -> Tables:
        return released(setting(Finding, 0, finding_hash="e" * 64)(tables))

    back = ((APPROVED, "5.01", 100_000, 100_000, 60_000, "proposed"), SECOND, THIRD)
    unbound, withdrawn = publish(workspace, "b", back, change), publish(workspace, "c", back)
    for second, kind in ((unbound, "evidence_changed"), (withdrawn, "decision_changed")):
        (found,) = compared(workspace, first, second)["kinds"]
        assert (found["kind"], found["people"], found["restored_idr"]) == (kind, 1, 40_000)


def test_a_person_who_moved_is_one_person_on_two_lines(workspace: Path) -> None:
    first = publish(workspace, "a")
    second = publish(workspace, "b", (FIRST, (PROPOSED, "5.02", *SECOND[2:]), THIRD))
    found = compared(workspace, first, second)
    kind = found["kinds"][0]
    assert (kind["kind"], kind["people"], kind["recorded_idr"]) == ("unit_changed", 1, 0)
    assert [(line["unit_id"], line["recorded_idr"]) for line in found["people"]] == [
        ("5.01", -50_000),
        ("5.02", 50_000),
    ]


def test_other_rules_are_named_only_where_the_record_is_the_same_and_the_rules_are_not(
    workspace: Path,
) -> None:
    """Of a person whose data arrived too, both kinds are said, and the rules count."""
    first = publish(workspace, "a")
    cheaper = (less(FIRST, 1_000), SECOND, THIRD)
    same_rules = publish(workspace, "b", cheaper)
    (workspace / "kebijakan.toml").write_text('versi = "lain"\n', "utf-8")
    arrived = setting(DutySide, 1, state_code="late", recorded_at=DUE)
    other_rules = publish(workspace, "b", (less(FIRST, 1_000), less(SECOND, 1_000), THIRD), arrived)
    assert compared(workspace, first, same_rules)["people"][0]["kinds"] == ["month_effect"]
    kinds = {line["nip"]: line["kinds"] for line in compared(workspace, first, other_rules)["people"]}
    assert kinds == {APPROVED: ["policy_changed"], PROPOSED: ["data_arrived"]}


def test_of_several_kinds_the_first_is_counted_and_all_are_said(workspace: Path) -> None:
    first = publish(workspace, "a")

    def change(tables: Tables) -> Tables:
        arrived = setting(DutySide, 2, state_code="on_time", recorded_at=DUE)(tables)
        return setting(PersonMonth, 2, tpp_idr=1)(arrived)

    found = compared(workspace, first, publish(workspace, "b", (FIRST, SECOND, less(THIRD, 5)), change))
    assert found["people"][0]["kinds"] == ["tpp_changed", "data_arrived"]
    assert [(kind["kind"], kind["people"], kind["sides"]) for kind in found["kinds"]] == [
        ("tpp_changed", 1, 0),
        ("data_arrived", 0, 1),
    ]


def test_the_same_result_of_other_inputs_differs_in_nothing(workspace: Path) -> None:
    first, second = publish(workspace, "a"), publish(workspace, "b")
    assert compared(workspace, first, second)["kinds"] == []
    assert "Tidak ada yang berbeda." in diff(workspace, first, second).stdout


def test_what_is_no_revision_is_exit_2_and_a_changed_one_exit_7(workspace: Path) -> None:
    first, second = publish(workspace, "a"), publish(workspace, "b")
    assert diff(workspace, first, "r9-000000000000").exit_code == 2
    (workspace / "terbit/2026-01" / second / "bukti/finding.parquet").write_bytes(b"x")
    assert diff(workspace, first, second).exit_code == 7


def test_decisions_move_a_real_month_by_what_they_approved(published_month: Path, tmp_path: Path) -> None:
    """Revision 1 has no decision, revision 2 those of one OPD: the batch paid exactly this difference."""
    first, second = (max((published_month / "terbit/2026-01").glob(f"r{number}-*")).name for number in (1, 2))
    found = compared(published_month, first, second)
    (batch,) = (published_month / "terbit/2026-01").glob("bayar-*")
    paid = json.loads((batch / "penyesuaian-tpp.csv.json").read_text("utf-8"))
    assert [kind["kind"] for kind in found["kinds"]] == ["decision_changed"]
    assert found["kinds"][0]["people"] == paid["count"] > 0
    assert found["difference"]["recorded_idr"] == 0
    assert found["difference"]["restored_idr"] == -paid["sums"]["adjustment_idr"]
    page = tmp_path / "perubahan.html"
    told = diff(published_month, "--people", "--html", str(page), first, second).stdout
    assert "keputusan atasan berubah" in told
    html = page.read_text("utf-8")
    assert all(line["nip"] in told and line["nip"] not in html for line in found["people"])
    assert "keputusan atasan berubah" in html
    published = {name: published_month / "terbit/2026-01" / name / "laporan" for name in (first, second)}
    assert (published[second] / "perubahan.html").read_text("utf-8") == html
    link = f'<a href="perubahan.html">Apa yang berubah sejak {first}</a>'
    assert link in (published[second] / "index.html").read_text("utf-8")
    assert not (published[first] / "perubahan.html").exists()
    assert "perubahan.html" not in (published[first] / "index.html").read_text("utf-8")
