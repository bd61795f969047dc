"""The year's days of absence go on from what earlier months of the workspace published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import VerificationError
from pipeline.periods.history import earlier_absences
from pipeline.publishing.ledger import read_ledger
from pipeline.publishing.publication import Published, publish_run
from pipeline.wording.labels import SANCTIONS
from reports.story import absences
from schemas import AbsenceCount
from tests.support import handmade_month
from tests.support.handmade_month import APPROVED, month, settings, table, workspace_at


def published(workspace: Path, days: int, content: str = "a", period: str = "2026-01") -> Published:
    """The handmade month with a person who was absent so many days."""
    row = {
        "scenario_code": "recorded", "nip": APPROVED, "absent_days": days, "longest_run_days": 1, "open_run_days": 1,
        "year_days": max(days, 1),
        "unknown_months": 0, "sanction_code": "none",
    }  # fmt: skip
    scratch = workspace / "kerja" / "coret"
    tables = {**month(content), "absence_count": table(AbsenceCount, [row])}
    return publish_run(tables, settings(period), workspace, scratch, lambda *_: {"laporan/index.html": b"-"})


def absences_before(workspace: Path, period: str) -> Any:
    return earlier_absences(workspace, read_ledger(workspace), period)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


def test_the_newest_revision_of_each_earlier_month_counts_and_a_month_without_one_is_unknown(
    workspace: Path,
) -> None:
    published(workspace, 1)
    published(workspace, 2, "b")
    months, days = absences_before(workspace, "2026-03")
    assert months == [
        {"period": "2026-01", "is_known": True, "is_of_year": True},
        {"period": "2026-02", "is_known": False, "is_of_year": True},
    ]
    assert days == [
        {
            "period": "2026-01",
            "scenario_code": "recorded",
            "nip": APPROVED,
            "absent_days": 2,
            "open_run_days": 1,
        }
    ]


def test_another_year_counts_anew_and_january_looks_only_at_the_december_before(workspace: Path) -> None:
    published(workspace, 2)
    unknown = {"is_known": False, "is_of_year": True}
    assert absences_before(workspace, "2026-01") == (
        [{**unknown, "period": "2025-12", "is_of_year": False}],
        [],
    )
    assert absences_before(workspace, "2027-02") == ([{**unknown, "period": "2027-01"}], [])


def test_the_run_of_december_goes_on_in_january_though_its_days_are_of_the_year_before(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handmade_month, "PERIOD", "2025-12")
    published(workspace, 9, period="2025-12")
    months, days = absences_before(workspace, "2026-01")
    assert months == [{"period": "2025-12", "is_known": True, "is_of_year": False}]
    assert [(row["period"], row["open_run_days"]) for row in days] == [("2025-12", 1)]
    assert absences_before(workspace, "2026-02") == (
        [{"period": "2026-01", "is_known": False, "is_of_year": True}],
        [],
    )


def test_a_publication_that_was_changed_stops_the_count(workspace: Path) -> None:
    folder = published(workspace, 2).path
    (folder / "bukti" / "absence_count.parquet").write_bytes(b"-")
    with pytest.raises(VerificationError):
        absences_before(workspace, "2026-02")


def test_a_month_without_a_day_of_absence_adds_no_row_though_its_count_has_one(workspace: Path) -> None:
    """A person absent in an earlier month has a row in the count of each later month of the year."""
    published(workspace, 0)
    assert absences_before(workspace, "2026-02") == (
        [{"period": "2026-01", "is_known": True, "is_of_year": True}],
        [],
    )


def test_a_persons_page_says_how_many_days_of_the_year_are_disputed() -> None:
    """The days of earlier months that a dispute would take away count among the year's disputed ones."""
    recorded = {
        "absent_days": 2, "longest_run_days": 10, "year_days": 12, "unknown_months": 1, "sanction_code": "dismissal",
    }  # fmt: skip
    potential = {"absent_days": 1, "year_days": 8, "sanction_code": "written_dissatisfaction"}
    assert absences(recorded, potential) == (
        "Hari kosong seluruhnya menurut catatan: 2, 1 di antaranya disengketakan; paling panjang 10 hari dinas "
        "berturut-turut. Setahun sampai bulan ini 12 hari, 4 di antaranya disengketakan (1 bulan sebelumnya belum "
        "terbit di ruang kerja ini, jadi hari dan rentangnya tidak terhitung). Menurut PP 94/2021 Pasal 11: "
        f"{SANCTIONS['dismissal']} (bila semua usul disetujui: {SANCTIONS['written_dissatisfaction']})."
    )
    assert absences({**recorded, "unknown_months": 0}, None).endswith(
        f"12 hari, 12 di antaranya disengketakan. Menurut PP 94/2021 Pasal 11: {SANCTIONS['dismissal']} "
        f"(bila semua usul disetujui: {SANCTIONS['none']})."
    )
