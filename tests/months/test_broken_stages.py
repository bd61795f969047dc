"""A stage that loses a row, a person or a rupiah stops the run with exit 4, whichever stage it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.stages import BY_NAME, STAGES
from tests.support.broken_month import Month, breaks, is_unseen
from tests.support.full_month import build

QUICK = (
    "list_employed_days",
    "match_punches",
    "name_causes",
    "charge_sides",
    "sum_person_months",
    "recommend",
)
"""One of each chapter, broken in the tiny month by `make test`; a campaign breaks all in a month with rows of every kind."""
FIRST = STAGES.index(BY_NAME["list_employed_days"])
NAMES = [
    "history",
    *(stage.name for stage in STAGES[FIRST:] if stage.name not in ("detect_outages", "attribute_outages")),
]
"""The others read files or look for outages, which takes long: `benchmarks/broken_stages.py` breaks them too."""


@pytest.fixture(scope="module")
def tiny(published_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("rusak")
    (folder / "coret").mkdir()
    made = Month(Path(shutil.copytree(published_month, folder / "ruang")), folder / "coret")
    yield made
    made.warehouse.close()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("rusak")
    (folder / "ruang").mkdir()
    (folder / "coret").mkdir()
    build(folder / "ruang")
    made = Month(folder / "ruang", folder / "coret")
    yield made
    made.warehouse.close()


@pytest.mark.parametrize("name", QUICK)
def test_a_stage_broken_in_a_tiny_month_stops_the_run(tiny: Month, name: str) -> None:
    break_and_hear(tiny, name)


@pytest.mark.campaign
@pytest.mark.parametrize("name", NAMES)
def test_a_broken_stage_stops_the_run_and_says_which_total(month: Month, name: str) -> None:
    break_and_hear(month, name)


def break_and_hear(month: Month, name: str) -> None:
    """One row from the middle, one person, and one more of the first amount or count."""
    (stage,) = (each for each in month.stages if each.name == name)
    for contract in stage.writes:
        rows = month.whole[contract].to_pylist()
        assert rows, "the month has such rows"
        asked = dict(breaks(contract, rows))
        added = [words for words in asked if words.startswith("+1")][:1]
        for words in ("row lost (middle)", "person lost", *added):
            if words in asked and not is_unseen(contract, words):
                said = month.said(stage, contract, asked[words])
                assert said.startswith("exit 4"), (
                    f"{contract.table_name()}: {words}: {said or 'nobody saw it'}"
                )


def test_a_row_that_stands_twice_breaks_the_contract_of_its_table(tiny: Month) -> None:
    (stage,) = (each for each in tiny.stages if each.name == "rank_candidates")
    (contract,) = stage.writes
    rows = tiny.whole[contract].to_pylist()
    said = tiny.said(stage, contract, [rows[0], *rows])
    assert said.startswith("exit 4")
    assert "tabel candidate: 1 baris dengan kunci (finding_id) yang sudah ada" in said
