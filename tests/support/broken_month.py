"""Break a table that a stage of a finished month wrote, run what reads it again, and hear what the run says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.commands.month import READS, check_whole
from pipeline.engine.stage import Rule, Stage, StageContext
from pipeline.engine.warehouse import Warehouse, arrow_schema
from pipeline.errors import RekonError
from pipeline.periods.history import write_history
from pipeline.publishing.totals import check_totals
from pipeline.publishing.totals.sums import sum_of
from pipeline.settings import load_settings
from pipeline.stages import BY_NAME, GIVEN, STAGES
from pipeline.stages.intake.load_policy import setting_row
from schemas import Sensitivity, Setting, Table

Contract = type[Table]
Row = dict[str, Any]
Break = tuple[str, list[Row]]
UNSEEN = {
    "flip": ("row lost", "person lost"),
    "punch_doubt": ("row lost", "person lost"),
    "awaited_machine": ("row lost", "person lost"),
    "restoration_screen": ("row lost", "+1"),
    "sensitivity": ("row lost (last)", "+1"),
    "storage_minute": ("+1 stored_count",),
    "request_minute": (
        "+1 gateway",
        "+1 upstream",
        "+1 client",
        "+1 sender",
        "+1 failed_sender",
        "+1 health_failed",
    ),
    "coverage": ("row lost",),
    "clock_lag": ("row lost", "+1"),
    "outage_segment": ("row lost",),
    "measurable_span": ("row lost",),
    "outage_evidence": ("row lost",),
    "source_file": ("+1 byte_count",),
    "file_total": ("+1 warning",),
    "absence_count": ("+1 longest_run_days", "+1 open_run_days"),
}
"""What no total tells, by table and how the break begins; decision 62 says why of each."""


def is_unseen(contract: Contract, words: str) -> bool:
    """Whether decision 62 lists the break."""
    return words.startswith(UNSEEN.get(contract.table_name(), ()))


def breaks(contract: Contract, rows: list[Row]) -> Iterator[Break]:
    """What is broken, and the table's rows then."""
    if not rows:
        return
    for words, place in {"first": 0, "middle": len(rows) // 2, "last": len(rows) - 1}.items():
        yield f"row lost ({words})", rows[:place] + rows[place + 1 :]
    yield "row twice", [rows[0], *rows]
    if "nip" in rows[0]:
        person = rows[len(rows) // 2]["nip"]
        yield "person lost", [row for row in rows if row["nip"] != person]
    for name, kind in contract.columns().items():
        if kind == "bigint" and name.endswith(("_idr", "_count", "_days")):
            place = max(range(len(rows)), key=lambda at: (rows[at][name] or 0, -at))
            changed = {**rows[place], name: (rows[place][name] or 0) + 1}
            yield f"+1 {name}", [*rows[:place], changed, *rows[place + 1 :]]


def history(context: StageContext) -> None:
    """What the run writes before its first stage, as a stage that can be broken like any other."""
    write_history(context.warehouse, context.workspace, context.settings.period)


HISTORY = Stage(history, reads=(), writes=GIVEN[1:])


class Month:
    """A finished month whose tables can be broken one at a time."""

    def __init__(self, workspace: Path, scratch: Path) -> None:
        self.workspace, self.scratch = workspace, scratch
        self.settings = load_settings(workspace)
        self.warehouse = Warehouse(None, threads=2)
        self.warehouse.write(Setting, setting_row(self.settings))
        self.stages = [HISTORY, *STAGES]
        for stage in self.stages:
            self._run(stage)
        self.whole = {
            contract: self.warehouse.arrow(contract) for stage in self.stages for contract in stage.writes
        }
        self.totals()

    def said(self, stage: Stage | Rule, contract: Contract, rows: list[Row]) -> str:
        """What the run says of such a table; nothing where it ends well. Leaves the month whole."""
        moved: dict[Contract, None] = {contract: None}
        try:
            self.warehouse.write(contract, pa.Table.from_pylist(rows, arrow_schema(contract)))
            for later in self.stages[self.stages.index(stage) + 1 :]:
                if moved.keys() & set(later.reads) and later is not BY_NAME["analyze_sensitivity"]:
                    written = later.writes
                    moved |= dict.fromkeys(written)  # also where it stops half-way
                    self._run(later)
                    for each in written:
                        if self.warehouse.arrow(each).equals(self.whole[each]):
                            del moved[each]
            self.totals(sensitivity_is_broken=contract is Sensitivity)
        except RekonError as error:
            return f"exit {error.exit_code}: {' | '.join(str(error).splitlines()[-2:])}"
        finally:
            for each in moved:
                self.warehouse.write(each, self.whole[each])
        return ""

    def totals(self, *, sensitivity_is_broken: bool = False) -> None:
        """As the last stage asks them. The sensitivity, slow to analyze, is taken to start from the month as it is."""
        tables = {contract.table_name(): self.warehouse.arrow(contract) for contract in READS}
        if not sensitivity_is_broken:
            sums = {name: sum_of(tables["person_month"], name) for name in ("recorded_idr", "potential_idr")}
            tables["sensitivity"] = pa.Table.from_pylist([{"alternative_no": 0, **sums}])
        check_whole(tables, self.settings, self.workspace)
        check_totals(tables, self.settings.period)

    def context(self, stage: Stage | Rule) -> StageContext:
        """What the stage has before it."""
        folder = self.scratch / stage.name
        return StageContext(stage, self.warehouse, self.settings, self.workspace, folder)

    def _run(self, stage: Stage | Rule) -> None:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            context = self.context(stage)
            context.scratch = Path(folder)
            stage.run(context)
