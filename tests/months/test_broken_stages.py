"""A stage that loses a row, a person or a rupiah stops the run with exit 4, whichever stage it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.stages import BY_NAME, STAGES
from tests.support.broken_month import Month, breaks, is_unseen
from tests.support.full_month import build

FIRST = STAGES.index(BY_NAME["list_employed_days"])
NAMES = [
    "history",
    *(stage.name for stage in STAGES[FIRST:] if stage.name not in ("detect_outages", "attribute_outages")),
]
"""The others read files or look for outages, which takes long: `benchmarks/broken_stages.py` breaks them too."""


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("rusak")
    (folder / "ruang").mkdir()
    (folder / "coret").mkdir()
    build(folder / "ruang")
    made = Month(folder / "ruang", folder / "coret")
    yield made
    made.warehouse.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_stage_stops_the_run_and_says_which_total(month: Month, name: str) -> None:
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


def test_a_row_that_stands_twice_breaks_the_contract_of_its_table(month: Month) -> None:
    (stage,) = (each for each in month.stages if each.name == "rank_candidates")
    rows = month.whole[stage.writes].to_pylist()
    said = month.said(stage, stage.writes, [rows[0], *rows])
    assert said.startswith("exit 4")
    assert "tabel candidate: 1 baris dengan kunci (finding_id) yang sudah ada" in said
