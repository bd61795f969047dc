"""Months that more than one test file needs, made once a session; copy what a test changes."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import filelock
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

from pipeline.cli import rekon
from pipeline.commands.month import run_month
from pipeline.engine.outcome import RunOutcome
from pipeline.engine.scratch import database_path
from pipeline.engine.warehouse import Warehouse
from pipeline.readers.files.sandbox import Sandbox
from pipeline.settings import load_settings
from pipeline.simulation import simulate
from pipeline.simulation.decide import approve_unit
from tests.support import LACKING, SAMPLE
from tests.support.log_world import Logs

UNIT = "OPD001"

# Every run tries the same examples, a campaign five times as many; `--hypothesis-profile=long` tries others for hours.
settings.register_profile("suite", max_examples=200, derandomize=True, deadline=None)
settings.register_profile("campaign", max_examples=1000, derandomize=True, deadline=None)
settings.register_profile(
    "long", max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write tests/months/golden/ anew instead of comparing with it",
    )


def _lacking(config: pytest.Config) -> Counter[str]:
    """What was not there -> how many tests were skipped for lack of it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reasons = [report.longrepr[2] for report in reporter.stats.get("skipped", ())] if reporter else []
    return Counter(reason.partition(LACKING)[2] for reason in reasons if LACKING in reason)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Names what tests were skipped for lack of, and how many."""
    if found := _lacking(config):
        named = ", ".join(f"{name}: {count}" for name, count in sorted(found.items()))
        terminalreporter.write_line(f"{found.total()} tests skipped for lack of: {named}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where REKON_DATA_REQUIRED is set, as CI does where the data lies beside the clone, a skip for lack of it fails."""
    if os.environ.get("REKON_DATA_REQUIRED") and _lacking(session.config) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A reader's child process, shared by the tests of a file."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def logs(tmp_path: Path, sandbox: Sandbox) -> Logs:
    """A folder of logs of one's own, read as a month."""
    return Logs(tmp_path, sandbox)


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first of the parallel test processes makes and the others find."""
    base = factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / name
    with filelock.FileLock(f"{shared}.lock"):
        if not shared.exists():
            making = shared.with_name(f"{name}.part") / "ruang"
            make(making)
            making.parent.rename(shared)
    return shared / "ruang"


@pytest.fixture(scope="session")
def sample_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled month, run and published."""

    def make(folder: Path) -> None:
        shutil.copytree(SAMPLE, folder)
        with run_month(folder):
            pass

    return _made_once(tmp_path_factory, "contoh", make)


@pytest.fixture(scope="session")
def sample_run(sample_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunOutcome]:
    """The tables of the bundled month's run, in a copy of one's own."""
    settings = load_settings(sample_month)
    scratch = tmp_path_factory.mktemp("tabel")
    database = database_path(sample_month, settings.period)
    outcome = RunOutcome(settings, Warehouse(Path(shutil.copy(database, scratch))), sample_month, scratch)
    yield outcome
    outcome.warehouse.close()


@pytest.fixture(scope="session")
def sample_revision(sample_month: Path) -> Path:
    """The bundled month as it is published: the folder of its first revision."""
    (folder,) = sample_month.glob("terbit/*/r1-*")
    return folder


@pytest.fixture(scope="session")
def tiny_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 people whose logs cover 2 January, the day of the outage; not yet run."""

    def make(folder: Path) -> None:
        simulate(folder, 48, 3, other_regions=1)
        for log in sorted((folder / "masukan").rglob("access-*")):
            if "2026-01-02" not in log.name:
                log.unlink()

    return _made_once(tmp_path_factory, "tiny", make)


@pytest.fixture(scope="session")
def published_month(tiny_month: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny month after run, decisions for one OPD, and finalize: r1, r2 and bayar-1."""

    def make(folder: Path) -> None:
        shutil.copytree(tiny_month, folder)
        for step in ("run", "finalize"):
            result = CliRunner().invoke(rekon, [step, "-C", str(folder)])
            assert result.exit_code == 0, result.output
            if step == "run":
                assert approve_unit(folder, UNIT) > 0

    return _made_once(tmp_path_factory, "published", make)
