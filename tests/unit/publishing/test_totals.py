"""Totals that do not tie stop the run with exit code 4 and say which total at which level, naming nobody."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import TotalsError
from pipeline.publishing.totals import check_totals
from pipeline.publishing.totals.counts import COUNTED, Counted
from schemas import (
    Adjustment,
    Assessment,
    ClosedMonth,
    Decision,
    Deduction,
    DeductionCheck,
    Duty,
    FileTotal,
    Finding,
    Incident,
    IssuedAdjustment,
    Outage,
    OutageEvidence,
    PersonMonth,
    Recommendation,
    Sensitivity,
    Table,
)
from tests.support.handmade_month import (
    APPROVED,
    PEOPLE,
    PERIOD,
    PROPOSED,
    adjustment_row,
    issued_row,
    month,
    table,
    with_value,
)


def _message(tables: dict[str, Any]) -> str:
    with pytest.raises(TotalsError) as caught:
        check_totals(tables, PERIOD)
    assert caught.value.exit_code == 4
    message = str(caught.value)
    assert not any(nip in message for nip, *_ in PEOPLE), "a message names no person"
    return message


def test_a_month_that_ties_gives_its_totals() -> None:
    totals = check_totals(month(), PERIOD)
    assert totals["records"] == {"record": 9, "accepted": 7, "quarantined": 2, "warning": 1}
    assert (totals["people"], totals["findings"]) == (3, 3)
    assert (totals["recorded_idr"], totals["restored_idr"], totals["potential_idr"]) == (
        160_000,
        120_000,
        90_000,
    )
    assert (totals["approved_idr"], totals["proposed_idr"]) == (40_000, 30_000)
    assert totals["units"][0] == {
        "unit_id": "5.01",
        "people": 2,
        "recorded_idr": 150_000,
        "restored_idr": 110_000,
        "potential_idr": 80_000,
    }


@pytest.mark.parametrize(
    ("contract", "row", "column", "value", "said"),
    [
        (FileTotal, 0, "accepted_count", 6, "rekaman, tingkat berkas"),
        (FileTotal, 0, "stored_count", 5, "memberi 6 rekaman yang diterima, tetapi 5 tersimpan"),
        (FileTotal, 0, "stored_idr", 1, "rupiah masukan, tingkat berkas: 'masukan/x.csv' memberi 0, tersimpan 1"),
        (Adjustment, 0, "issued_idr", 1, "rupiah yang sudah dibayar, tingkat orang-bulan dan OPD: 1 berbeda, pertama di OPD 5.01, selisih 1 rupiah"),
        (Adjustment, 0, "is_held", True, "orang yang ditahan, tingkat orang-bulan: 1 ditahan tanpa selisih potongan atau sebaliknya"),
        (Adjustment, 0, "origin_period", "2025-12", "penyesuaian, tingkat bulan: 1 bulan asal yang bukan bulan ini dan tidak dikunci"),
        (Sensitivity, 0, "potential_idr", 1, "rupiah kepekaan, tingkat seluruh daerah: 1, seharusnya 90000 rupiah"),
        (Adjustment, 0, "tpp_idr", 5_000_001, "rupiah TPP baris penggajian, tingkat orang-bulan dan OPD: 1 berbeda, pertama di OPD 5.01, selisih 1 rupiah"),
        (PersonMonth, 0, "recorded_idr", 100_001, "potongan skenario recorded, tingkat OPD: 1 berbeda, pertama di OPD 5.01"),
        (PersonMonth, 0, "restored_idr", 60_001, "tercatat - dipulihkan = penyesuaian, tingkat orang-bulan dan OPD"),
        (PersonMonth, 0, "restored_idr", 60_001, "tercatat - dipulihkan = penyesuaian, tingkat OPD"),
        (PersonMonth, 0, "restored_idr", 60_001, "tercatat - dipulihkan = penyesuaian, tingkat seluruh daerah"),
        (PersonMonth, 1, "potential_idr", 20_001, "jumlah rekomendasi proposed, tingkat orang-bulan"),
        (Assessment, 0, "deduction_idr", 99_999, "potongan skenario recorded, tingkat seluruh daerah: 1 berbeda, selisih -1"),
        (Adjustment, 0, "adjustment_idr", 39_999, "1 baris adjustment dengan sebelum - penyesuaian != sesudah"),
        (Recommendation, 0, "adjustment_idr", 39_999, "1 baris recommendation dengan sebelum"),
        (Recommendation, 0, "status_code", "rejected", "jumlah rekomendasi approved, tingkat orang-bulan: 1 berbeda"),
        (Recommendation, 0, "finding_id", "f" * 16, "temuan, tingkat baris: 2 temuan"),
    ],
)  # fmt: skip
def test_one_broken_value_is_found(
    contract: type[Table], row: int, column: str, value: Any, said: str
) -> None:
    assert said in _message(with_value(month(), contract, row, column, value))


@pytest.mark.parametrize(
    ("each", "pair"),
    [
        pytest.param(each, pair, id=f"{each.contract.table_name()}-{pair[3]}")
        for each in COUNTED
        for pair in each.pairs
    ],
)
def test_one_more_or_one_less_than_the_count_that_is_due_is_found(
    each: Counted, pair: tuple[str, str, str, str]
) -> None:
    total, what, _due, found = pair
    tables = month()
    held = tables[each.contract.table_name()][found].to_pylist()
    for step in (-1, 1):
        message = _message(with_value(tables, each.contract, 0, found, held[0] + step))
        said = f"{total}, tingkat {each.level}: 1 {each.whom} dengan {what}; seluruhnya {sum(held) + step}, seharusnya {sum(held)}"
        assert said in message
        assert message.count("\n") == 1, "nothing else differs"


CLOSED = {
    "origin_period": "2025-12", "nip": APPROVED, "unit_id": "5.01", "tpp_idr": 5_000_000, "recorded_idr": 9_000, "restored_idr": 2_000
}  # fmt: skip


def test_a_closed_month_must_be_adjusted_as_it_moved() -> None:
    late = adjustment_row() | {
        "origin_period": "2025-12", "deduction_before_idr": 9_000, "deduction_after_idr": 2_000, "adjustment_idr": 7_000
    }  # fmt: skip
    tables = {
        **month(),
        "closed_month": table(ClosedMonth, [CLOSED]),
        "adjustment": table(Adjustment, [adjustment_row(), late]),
    }
    check_totals(tables, PERIOD)
    said = (
        "rupiah tercatat - dipulihkan = penyesuaian susulan 2025-12, tingkat orang-bulan dan OPD: 1 berbeda"
    )
    assert said in _message({**tables, "adjustment": table(Adjustment, [adjustment_row()])})
    assert said in _message(with_value(tables, ClosedMonth, 0, "recorded_idr", 9_001))


def test_what_was_issued_and_is_not_netted_out_is_missed() -> None:
    assert "rupiah yang sudah dibayar" in _message(
        {**month(), "issued_adjustment": table(IssuedAdjustment, [issued_row(1)])}
    )


def test_a_difference_between_the_real_and_the_recomputed_deduction_that_is_not_listed_is_missed() -> None:
    """Per person: what payroll deducted less what the record costs."""
    real = [
        {"nip": nip, "period": PERIOD, "deduction_idr": recorded + (5 if nip == PROPOSED else 0)}
        for nip, _unit, recorded, *_ in PEOPLE
    ]
    tables = {**month(), "deduction": table(Deduction, real)}
    assert "rupiah potongan nyata - dihitung ulang, tingkat orang: 1 berbeda, selisih -5 rupiah" in _message(
        tables
    )
    check = {
        "nip": PROPOSED, "period": PERIOD, "deduction_idr": 50_005, "recorded_idr": 50_000, "difference_idr": 5
    }  # fmt: skip
    listed = {**tables, "deduction_check": table(DeductionCheck, [check])}
    check_totals(listed, PERIOD)
    said = "1 baris deduction_check dengan nyata - dihitung ulang != selisih"
    assert said in _message(with_value(listed, DeductionCheck, 0, "recorded_idr", 50_001))


@pytest.mark.parametrize(
    ("contract", "row", "said"),
    [
        (Incident, {"incident_id": "INS"}, "gangguan, tingkat baris: 1 baris incident tanpa uji"),
        (Outage, {"outage_id": "a"}, "gangguan, tingkat baris: 1 baris outage tanpa uji"),
    ],
)
def test_an_outage_or_incident_that_nothing_tested_is_missed(
    contract: type[Table], row: dict[str, str], said: str
) -> None:
    assert said in _message({**month(), contract.table_name(): table(contract, [row])})


def test_an_outage_that_was_tested_and_is_not_listed_is_missed() -> None:
    row = {"subject_id": "a", "outage_id": "a"}
    message = _message({**month(), "outage_evidence": table(OutageEvidence, [row])})
    assert "1 gangguan yang diuji tetapi tidak tercatat" in message


def test_an_outage_of_a_finding_that_is_not_known_or_not_screened_is_missed() -> None:
    message = _message(with_value(month(), Finding, 0, "outage_id", "a"))
    assert "1 gangguan pada temuan yang tidak tercatat" in message
    assert "1 gangguan pada temuan yang tidak disaring" in message


def test_a_rupiah_moved_between_two_people_of_an_opd_breaks_the_person_level_only() -> None:
    tables = with_value(month(), PersonMonth, 0, "restored_idr", 60_001)
    tables = with_value(tables, PersonMonth, 1, "restored_idr", 49_999)
    message = _message(tables)
    assert "penyesuaian, tingkat orang-bulan dan OPD: 2 berbeda" in message
    assert "penyesuaian, tingkat OPD" not in message
    assert "penyesuaian, tingkat seluruh daerah" not in message


@pytest.mark.parametrize("contract", [PersonMonth, Duty])
def test_a_lost_person_is_missed(contract: type[Table]) -> None:
    assert "orang, tingkat daerah: 1 orang" in _message(_without(contract))


@pytest.mark.parametrize(
    "each", [each for each in COUNTED if each.key == "nip"], ids=lambda each: each.contract.table_name()
)
def test_a_person_whom_nobody_counted_is_missed(each: Counted) -> None:
    assert f"{each.contract.table_name()}, tingkat daerah: 1 orang tidak dihitung" in _message(
        _without(each.contract)
    )


def _without(contract: type[Table]) -> dict[str, Any]:
    """The month without one person in one table."""
    tables = month()
    kept = [row for row in tables[contract.table_name()].to_pylist() if row["nip"] != APPROVED]
    return {**tables, contract.table_name(): table(contract, kept)}


def test_a_file_that_nobody_counted_is_missed() -> None:
    assert "tidak dihitung" in _message({**month(), "file_total": table(FileTotal, [])})


def test_an_adjustment_left_out_is_missed() -> None:
    assert "penyesuaian, tingkat seluruh daerah" in _message({**month(), "adjustment": table(Adjustment, [])})


def test_a_decision_that_nobody_judged_is_missed() -> None:
    message = _message({**month(), "decision": table(Decision, [{"decision_id": "d"}])})
    assert "keputusan, tingkat baris: 1 keputusan tidak diperiksa atau sebaliknya" in message


def test_a_month_without_anything_ties() -> None:
    tables = {name: rows.slice(0, 0) for name, rows in month().items()}
    assert check_totals(tables, PERIOD)["people"] == 0
