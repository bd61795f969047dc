"""Totals that do not tie stop the run with exit code 4 and say which total at which level, naming nobody."""

from __future__ import annotations

from typing import Any

import pytest
from handmade_month import APPROVED, PEOPLE, PERIOD, month, table, with_value

from pipeline.errors import TotalsError
from pipeline.totals import check_totals
from schemas import (
    Adjustment,
    Assessment,
    ChargeTotal,
    Decision,
    Duty,
    DutyTotal,
    FileTotal,
    PersonMonth,
    Recommendation,
    SideTotal,
    Table,
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
        (SideTotal, 0, "judged_side_count", 1, "sisi, tingkat orang: 1 orang dengan sisi kewajiban tanpa keadaan; seluruhnya 5, seharusnya 6"),
        (SideTotal, 1, "finding_count", 0, "1 orang dengan sisi yang menyimpang tanpa temuan"),
        (SideTotal, 2, "scenario_side_count", 5, "1 orang dengan sisi yang hilang dari skenario"),
        (DutyTotal, 0, "duty_count", 0, "kewajiban, tingkat orang dan OPD: 1 orang dengan hari kerja tanpa kewajiban atau sebaliknya; seluruhnya 2, seharusnya 3"),
        (DutyTotal, 1, "duty_tpp_idr", 2, "rupiah TPP harian, tingkat orang dan OPD: 1 orang dengan TPP yang bukan TPP pegawai; seluruhnya 4, seharusnya 3"),
        (DutyTotal, 2, "month_tpp_idr", 0, "rupiah TPP bulanan, tingkat orang dan OPD: 1 orang"),
        (ChargeTotal, 0, "valued_count", 0, "dasar potongan, tingkat orang dan OPD: 1 orang dengan dasar yang bukan dari TPP"),
        (ChargeTotal, 0, "priced_count", 2, "potongan, tingkat orang dan OPD: 1 orang dengan kejadian tanpa harga"),
        (ChargeTotal, 1, "assessed_idr", 2, "rupiah potongan harian, tingkat orang dan OPD: 1 orang"),
        (ChargeTotal, 2, "based_count", 0, "1 orang dengan baris yang dasarnya bukan dasar hari atau bulannya"),
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


def test_a_rupiah_moved_between_two_people_of_an_opd_breaks_the_person_level_only() -> None:
    tables = with_value(month(), PersonMonth, 0, "restored_idr", 60_001)
    tables = with_value(tables, PersonMonth, 1, "restored_idr", 49_999)
    message = _message(tables)
    assert "penyesuaian, tingkat orang-bulan dan OPD: 2 berbeda" in message
    assert "penyesuaian, tingkat OPD" not in message
    assert "penyesuaian, tingkat seluruh daerah" not in message


@pytest.mark.parametrize("contract", [PersonMonth, Duty, DutyTotal, SideTotal, ChargeTotal])
def test_a_lost_person_is_missed(contract: type[Table]) -> None:
    tables = month()
    kept = [row for row in tables[contract.table_name()].to_pylist() if row["nip"] != APPROVED]
    is_count = contract in (DutyTotal, SideTotal, ChargeTotal)
    said = "total, tingkat daerah: 1 orang tidak dihitung" if is_count else "orang, tingkat daerah: 1 orang"
    assert said in _message({**tables, contract.table_name(): table(contract, kept)})


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
