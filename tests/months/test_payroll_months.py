"""Two whole months by their commands, in any order: payroll holds what the last approved recommendations say.

The wider machine of test_payroll_history.py knows amounts only. Here late records come and go, decision files go through
`rekon decide`, and every stage runs; five people, one certified outage a month. REKON_MONTHS asks for more examples.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.cli import rekon
from pipeline.payroll.batches import is_locked
from pipeline.publishing.ledger import REVISION, read_ledger
from pipeline.simulation import simulate
from tests.support.received import Line, Owed, check_lines, lines_of, received

pytestmark = [
    pytest.mark.campaign,
    pytest.mark.fuzz,
]  # minutes; unit/payroll/test_payroll_history.py is the short one

JANUARY, FEBRUARY = PERIODS = ("2026-01", "2026-02")
OUTAGE = {JANUARY: "2026-01-02", FEBRUARY: "2026-02-02"}
PEOPLE = 5
DECISIONS = '\n[[source]]\nkind = "decision"\nfiles = ["keputusan/{period}/*.csv"]\n'
READY = (
    "select finding.finding_id, finding.finding_hash, finding.nip, duty.superior_nip from finding"
    " inner join duty using (nip, duty_date)"
    " where finding.is_certified and finding.action_code in ('restore', 'restore_partly') order by all"
)
REFUSED = {"stale": "FINDING_CHANGED", "self": "DECIDED_BY_SELF"}

periods = st.sampled_from(PERIODS)
people = st.integers(0, PEOPLE - 1)
verdicts = st.sampled_from(("setuju", "setuju", "setuju", "tolak", "stale", "self"))


def call(folder: Path, name: str, *arguments: str) -> str:
    result = CliRunner().invoke(rekon, [name, "-C", str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def turn_to(folder: Path, period: str) -> None:
    settings = folder / "rekon.toml"
    text = settings.read_text("utf-8")
    for other in PERIODS:
        text = text.replace(f'period = "{other}"', f'period = "{period}"')
    settings.write_text(text, "utf-8")


def ready(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(call(folder, "sql", READY).splitlines()))


def keep_only(folder: Path, kept: set[str]) -> None:
    for path in folder.glob("masukan/*/*.csv"):
        head, *rows = path.read_text("utf-8").splitlines()
        if head.startswith("nip,"):
            path.write_text("\n".join([head, *(row for row in rows if row[:18] in kept), ""]), "utf-8")


@cache
def prepared() -> tuple[Path, dict[str, list[dict[str, str]]]]:
    """Both months of the same five people, published once, and the finding of each that a superior may decide."""
    folder = Path(tempfile.mkdtemp(prefix="rekon-bulan-")) / "ruang"
    for period in PERIODS:
        month = folder if period == JANUARY else folder.with_name(period)
        simulate(month, 48, 3, period=period, other_regions=1)
        for log in month.rglob("access-*"):
            if OUTAGE[period] not in log.name:
                log.unlink()
    shutil.copytree(folder.with_name(FEBRUARY) / "masukan" / FEBRUARY, folder / "masukan" / FEBRUARY)
    settings = folder / "rekon.toml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("covers_until")]
    settings.write_text("\n".join(kept) + DECISIONS, "utf-8")
    met = []
    for period in PERIODS:
        turn_to(folder, period)
        call(folder, "run")
        met.append({row["nip"] for row in ready(folder)})
    keep_only(folder, set(sorted(met[0] & met[1])[:PEOPLE]))
    shutil.rmtree(folder / "terbit")
    findings = {}
    for period in PERIODS:
        turn_to(folder, period)
        call(folder, "run")
        findings[period] = ready(folder)
    return folder, findings


class PayrollMonths(RuleBasedStateMachine):
    """`verdicts` are the decisions filed that may bind, `arrived` whose record is in the input, `owed` what payroll holds."""

    def __init__(self) -> None:
        super().__init__()
        self.owed: Owed = {}
        self.issued: list[Line] = []
        self.filed = 0

    @initialize()
    def begin(self) -> None:
        made, self.findings = prepared()
        self.folder = Path(tempfile.mkdtemp(prefix="rekon-bulan-")) / "ruang"
        shutil.copytree(made, self.folder)
        self.exports = {
            period: (self.folder / f"masukan/{period}/presensi.csv").read_text("utf-8") for period in PERIODS
        }
        self.arrived: dict[str, set[str]] = {period: set() for period in PERIODS}
        self.known: dict[str, set[str]] = {
            period: {row["finding_id"] for row in self.findings[period]} for period in PERIODS
        }
        self.verdicts: dict[str, dict[str, str]] = {period: {} for period in PERIODS}
        self.proposed: dict[str, Owed] = {period: {} for period in PERIODS}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder.parent)

    @rule(period=periods, person=people)
    def a_record_arrives_or_is_withdrawn(self, period: str, person: int) -> None:
        self.arrived[period] ^= {self.findings[period][person]["nip"]}
        late = "".join(
            f"{nip},{OUTAGE[period]} 06:45:00,masuk,aplikasi,android,4.1.3,\n"
            for nip in sorted(self.arrived[period])
        )
        path = self.folder / f"masukan/{period}/presensi.csv"
        path.write_text(self.exports[period] + late, "utf-8")

    @rule(period=periods, answers=st.dictionaries(people, verdicts, min_size=1))
    def decide(self, period: str, answers: dict[int, str]) -> None:
        """`rekon decide`: what cannot count is said at once, and never pays."""
        turn_to(self.folder, period)
        self.filed += 1
        rows, refused = [], []
        for person, answer in sorted(answers.items()):
            finding = self.findings[period][person]
            rows.append(
                {
                    "finding_id": finding["finding_id"],
                    "finding_hash": "0" * 64 if answer == "stale" else finding["finding_hash"],
                    "keputusan": "tolak" if answer == "tolak" else "setuju",
                    "nip_pemutus": finding["nip"] if answer == "self" else finding["superior_nip"],
                    "alasan": "tidak tampak di kantor pagi itu",
                    "tanggal": f"{period}-{4 + self.filed:02d}",
                }
            )
            if finding["finding_id"] not in self.known[period]:
                refused.append("FINDING_UNKNOWN")
            elif answer in REFUSED:
                refused.append(REFUSED[answer])
            if answer not in REFUSED:
                self.verdicts[period][finding["finding_id"]] = answer
        content = io.StringIO()
        writer = csv.DictWriter(content, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        path = self.folder.with_name(f"putusan-{self.filed}.csv")
        path.write_text(content.getvalue(), "utf-8")
        (told,) = json.loads(call(self.folder, "decide", "--json", str(path)))["files"]
        assert [each["code"] for each in told["refused"]] == refused

    @rule(period=periods)
    def propose(self, period: str) -> None:
        """`rekon run`: a finding keeps its id, and is approved where its last decision that binds approves it."""
        turn_to(self.folder, period)
        call(self.folder, "run")
        self.read_newest(period)

    @rule(period=periods)
    def finalize(self, period: str) -> None:
        """`rekon finalize`: a run, and a batch of what the month and closed ones before it are still owed."""
        turn_to(self.folder, period)
        call(self.folder, "finalize")
        self.read_newest(period)
        ledger = read_ledger(self.folder)
        if not is_locked(ledger, period):
            closed = [each for each in PERIODS if each < period and is_locked(ledger, each)]
            for origin in (period, *closed):
                self.owed |= self.proposed[origin]

    @precondition(lambda self: self.issued)
    @rule()
    def lock(self) -> None:
        call(self.folder, "lock", JANUARY)

    def read_newest(self, period: str) -> None:
        newest = self.folder / "terbit" / read_ledger(self.folder).of(REVISION, period)[-1].path / "bukti"
        advice = pq.read_table(newest / "recommendation.parquet").to_pylist()
        here = {row["finding_id"] for row in self.findings[period] if row["nip"] not in self.arrived[period]}
        self.known[period] = {row["finding_id"] for row in advice}
        ours = {row["finding_id"] for row in self.findings[period]}
        assert self.known[period] & ours == here
        approved = {row["finding_id"] for row in advice if row["status_code"] == "approved"}
        assert approved == {key for key in here if self.verdicts[period].get(key) == "setuju"}
        months: list[dict[str, Any]] = pq.read_table(newest / "person_month.parquet").to_pylist()
        self.proposed[period] = {
            (row["nip"], period, row["unit_id"]): row["recorded_idr"] - row["restored_idr"] for row in months
        }
        paid_for = {nip for (nip, _, _), amount in self.proposed[period].items() if amount}
        assert paid_for == {row["nip"] for row in advice if row["finding_id"] in approved}

    @invariant()
    def payroll_holds_what_is_owed(self) -> None:
        if hasattr(self, "folder"):
            lines = lines_of(self.folder)
            check_lines(lines, self.issued)
            self.issued = lines
            assert received(lines) == {key: paid for key, paid in self.owed.items() if paid}


TestPayrollMonths = PayrollMonths.TestCase
TestPayrollMonths.settings = how(
    max_examples=int(os.environ.get("REKON_MONTHS", max(how().max_examples // 500, 1))),
    stateful_step_count=int(os.environ.get("REKON_MONTH_STEPS", 6 + how().max_examples // 250)),
    deadline=None,
    derandomize="REKON_MONTHS" not in os.environ,
    database=None,
    phases=[Phase.generate],
)
