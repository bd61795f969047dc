"""What tests of whole months share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.run import RunOutcome, run_pipeline

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample" / "garut-contoh"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden", action="store_true", help="write tests/golden/ anew instead of comparing with it"
    )


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunOutcome]:
    """The bundled month, run once."""
    workspace = tmp_path_factory.mktemp("contoh") / "garut-contoh"
    shutil.copytree(SAMPLE, workspace)
    with run_pipeline(workspace) as outcome:
        yield outcome
