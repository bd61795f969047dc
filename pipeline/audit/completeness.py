"""What a month takes from outside its tables: input files, policy and calendars, earlier publications. All of it is there.

Asked once more at the end of a run, of the folders and the ledger themselves: a row lost since is lost money.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.engine.rows import Row
from pipeline.payroll.batches import batch_lines
from pipeline.publishing.bundle import table_path
from pipeline.publishing.ledger import BATCH, LOCK, REVISION, Ledger, read_ledger
from pipeline.publishing.published import read_manifest, read_table
from pipeline.publishing.totals import refuse
from pipeline.publishing.totals.sums import Tables, distinct, sum_of, where
from pipeline.settings import Settings
from schemas import (
    ClosedHold,
    ClosedMonth,
    EarlierAbsence,
    EarlierMonth,
    IssuedAdjustment,
    PunchCoverage,
    SourceFile,
    Table,
)

Policy = Mapping[type[Table], list[Row]]
RECALLED: tuple[type[Table], ...] = (ClosedMonth, ClosedHold, IssuedAdjustment, EarlierMonth, EarlierAbsence)
READS: tuple[type[Table], ...] = (SourceFile, PunchCoverage, *RECALLED)
"""Tables that `check_outside` needs beside those of the policy."""


def check_outside(tables: Tables, settings: Settings, workspace: Path, policy: Policy) -> None:
    """Raise TotalsError where an input, a rule or an earlier publication has not come through whole.

    `policy` is the rows of each table of the policy, compiled once more.
    """
    ledger = read_ledger(workspace)
    refuse(
        [
            *_inputs(tables, settings, workspace),
            *_policy(tables, policy),
            *_issued(tables, settings.period, ledger, workspace),
            *_closed(tables, settings.period, ledger, workspace),
            *_earlier(tables, settings.period, ledger, workspace),
        ]
    )


def _inputs(tables: Tables, settings: Settings, workspace: Path) -> Iterator[str]:
    """Every file that a source names is an input; every source of punches says how far it reaches."""
    sources = tables["source_file"]
    named = {
        path.relative_to(workspace).as_posix()
        for source in settings.source
        for pattern in source.files
        for path in workspace.glob(pattern.replace("{period}", settings.period))
        if path.is_file()
    }
    if lost := len({(path,) for path in named} - distinct(sources, "path")):
        yield f"berkas, tingkat masukan: {lost} berkas yang cocok dengan rekon.toml tidak ikut dihitung"
    reaching = distinct(tables["punch_coverage"], "source_no")
    if lost := len(distinct(where(sources, "kind_code", "punch"), "source_no") - reaching):
        yield f"rekaman, tingkat sumber: {lost} sumber presensi tanpa batas cakupan"


def _policy(tables: Tables, policy: Policy) -> Iterator[str]:
    """Every table of the policy is what its file says."""
    for contract, due in policy.items():
        name, columns = contract.table_name(), contract.columns()
        found = Counter(tuple(row.values()) for row in tables[name].to_pylist())
        found.subtract(tuple(row[column] for column in columns) for row in due)
        if differing := sum(1 for count in found.values() if count):
            yield f"kebijakan, tingkat baris: {differing} baris {name} yang bukan dari berkas kebijakan atau hilang"


def _issued(tables: Tables, period: str, ledger: Ledger, workspace: Path) -> Iterator[str]:
    """Per month of origin, the lines of the ledger's batches are what is netted out."""
    paid: dict[str, dict[str, int]] = defaultdict(dict)
    for entry in ledger.of(BATCH):
        for line in batch_lines(workspace, entry):
            paid[line["origin_period"]][line["adjustment_id"]] = int(line["adjustment_idr"])
    for origin in (period, *_locked(ledger, period)):
        rows = where(tables["issued_adjustment"], "origin_period", origin).to_pylist()
        known, due = {row["adjustment_id"]: row["adjustment_idr"] for row in rows}, paid[origin]
        if differing := len(known.items() ^ due.items()):
            yield (
                f"rupiah yang sudah dibayar, tingkat baris bulan {origin}: {differing} baris bukan baris batchnya atau "
                f"hilang; seluruhnya {sum(known.values())}, menurut batchnya {sum(due.values())}"
            )


def _closed(tables: Tables, period: str, ledger: Ledger, workspace: Path) -> Iterator[str]:
    """A closed month has the sums, people and differences of deductions that its newest revision states."""
    for origin in _locked(ledger, period):
        entry = ledger.of(REVISION, origin)[-1]
        manifest = read_manifest(workspace, entry.path)
        months = where(tables["closed_month"], "origin_period", origin)
        held = where(tables["closed_hold"], "origin_period", origin).num_rows
        published = read_table(workspace, entry, "person_month", ("tpp_idr",))
        row_counts = {file["path"]: file.get("rows") for file in manifest["files"]}
        for name, known, due in (
            ("rupiah tercatat", sum_of(months, "recorded_idr"), manifest["totals"]["recorded_idr"]),
            ("rupiah dipulihkan", sum_of(months, "restored_idr"), manifest["totals"]["restored_idr"]),
            ("rupiah TPP", sum_of(months, "tpp_idr"), sum_of(published, "tpp_idr")),
            ("orang", len(distinct(months, "nip")), manifest["totals"]["people"]),
            ("orang yang ditahan", held, row_counts[table_path("deduction_check")]),
        ):
            if known != due:
                yield f"{name} susulan, tingkat bulan {origin}: {known}, menurut revisinya {due}"


def _earlier(tables: Tables, period: str, ledger: Ledger, workspace: Path) -> Iterator[str]:
    """Each month before, of the year or in January December, is known or known to be missing, with all its days of absence."""
    months = {row["period"]: row["is_known"] for row in tables["earlier_month"].to_pylist()}
    due = max(1, int(period[5:7]) - 1)
    if len(months) != due:
        yield f"bulan sebelumnya, tingkat tahun: {len(months)}, seharusnya {due}"
    for month in sorted(name for name, is_known in months.items() if is_known):
        published = read_table(workspace, ledger.of(REVISION, month)[-1], "absence_count")
        recalled = where(tables["earlier_absence"], "period", month)
        for name, column in (("hari alpa", "absent_days"), ("hari alpa berturut-turut", "open_run_days")):
            if (known := sum_of(recalled, column)) != (told := sum_of(published, column)):
                yield f"{name}, tingkat bulan {month}: {known}, menurut revisinya {told}"


def _locked(ledger: Ledger, period: str) -> list[str]:
    """The closed months before the period that still hold their data, in order."""
    return sorted({entry.period for entry in ledger.of(LOCK) if entry.period < period} - ledger.purged)
