"""How far each judgement of the policy moves the month: the rules run again under stated alternatives.

Works on a copy of a finished run's tables. Only rules (SQL stages) run again, from the first that the alternative
touches; which outages there were stays as it was found.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.stage import SqlStage
from pipeline.stages import STAGES
from pipeline.warehouse import Warehouse
from schemas import ActionRule, AssessmentRule, Band, PolicyPeriod

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.stage import Contract

LAST = "recommend"


class Alternative(NamedTuple):
    """A judgement taken otherwise: in words, the first stage that notices, and how its tables change."""

    words: str
    begins: str
    changes: dict[Contract, Callable[[pd.DataFrame], pd.DataFrame]]


class Totals(NamedTuple):
    """Rupiah of the month: as recorded, with every open finding applied, and what papers that takes."""

    words: str
    recorded_idr: int
    potential_idr: int
    ready_idr: int
    needs_statement_idr: int


def _with(**values: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame.assign(**values)


def _graded(grade: str, action: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        asked = (frame["grade_code"] == grade) & (frame["action_code"] != "not_assessable")
        return frame.assign(action_code=frame["action_code"].mask(asked, action))

    return change


def _later(seconds: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The first band of lateness begins so much later; the others stay where they are."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        late = frame[frame["event_code"] == "late"]
        first = late.groupby(["variant_code", "valid_from"])["seconds_from"].transform("min")
        begins = late.index[late["seconds_from"] == first]
        shifted = frame.copy()
        shifted.loc[begins, "seconds_from"] = shifted.loc[begins, "seconds_from"] + seconds
        return shifted

    return change


ALTERNATIVES = (
    *(
        Alternative(f"tenggang pemulihan {minutes} menit", "gather_attempts", {PolicyPeriod: _with(recovery_grace_minutes=minutes)})
        for minutes in (0, 15, 60)
    ),
    Alternative(
        "rekaman dicocokkan dengan log hanya pada detik yang sama", "gather_attempts",
        {PolicyPeriod: _with(match_early_seconds=0, match_late_seconds=0)},
    ),
    Alternative(
        "rekaman dicocokkan dengan log sampai 60 detik", "gather_attempts",
        {PolicyPeriod: _with(match_early_seconds=60, match_late_seconds=60)},
    ),
    Alternative("mutu C dipulihkan tanpa surat", "explain_gaps", {ActionRule: _graded("C", "restore")}),
    Alternative("mutu C tidak pernah dipulihkan", "explain_gaps", {ActionRule: _graded("C", "not_supported")}),
    Alternative("mutu D tidak pernah dipulihkan", "explain_gaps", {ActionRule: _graded("D", "not_supported")}),
    *(
        Alternative(
            f"tenggang terlambat {minutes} menit lebih lama", "expect_duty",
            {
                Band: _later(60 * minutes),
                AssessmentRule: lambda frame, minutes=minutes: frame.assign(  # type: ignore[misc]
                    late_from_seconds=frame["late_from_seconds"] + 60 * minutes
                ),
            },
        )
        for minutes in (5, 15)
    ),
)  # fmt: skip


def weigh(
    database: Path,
    progress: Callable[[str], None] = lambda _text: None,
    alternatives: tuple[Alternative, ...] = ALTERNATIVES,
) -> list[Totals]:
    """Totals of a finished run as it stands and under each alternative."""
    found = [_settled(database, Alternative("seperti kebijakan", "", {}))]
    for alternative in alternatives:
        progress(alternative.words)
        found.append(_settled(database, alternative))
    return found


def _settled(database: Path, alternative: Alternative) -> Totals:
    with tempfile.TemporaryDirectory(dir=database.parent, prefix="andai-") as folder:
        copied = Path(folder) / database.name
        shutil.copyfile(database, copied)
        warehouse = Warehouse(copied, scratch=Path(folder) / "spill")
        try:
            for contract, change in alternative.changes.items():
                warehouse.write(contract, change(warehouse.frame(contract)))
            for stage in _rules(alternative.begins):
                warehouse.create(stage.writes, stage.sql)
            return Totals(alternative.words, *_sums(warehouse))
        finally:
            warehouse.close()


def _rules(begins: str) -> list[SqlStage]:
    names = [stage.name for stage in STAGES]
    span = STAGES[names.index(begins) : names.index(LAST) + 1] if begins else ()
    return [stage for stage in span if isinstance(stage, SqlStage)]


def _sums(warehouse: Warehouse) -> tuple[int, ...]:
    (months,) = warehouse.query(
        "select coalesce(sum(recorded_idr), 0)::bigint as recorded, coalesce(sum(potential_idr), 0)::bigint"
        " as potential from person_month"
    ).to_pylist()
    (papers,) = warehouse.query(
        "select coalesce(sum(adjustment_idr) filter (where action_code <> 'needs_statement'), 0)::bigint as ready,"
        " coalesce(sum(adjustment_idr) filter (where action_code = 'needs_statement'), 0)::bigint as asked"
        " from recommendation"
    ).to_pylist()
    return months["recorded"], months["potential"], papers["ready"], papers["asked"]
