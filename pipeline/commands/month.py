"""A month as the commands publish it: the run, its checks, and the pages and files of the revision and the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.audit import completeness
from pipeline.audit.comparison import Revision, compare, published_revision
from pipeline.engine.outcome import RunOutcome
from pipeline.payroll.batches import Batch, BatchPage, publish_batch
from pipeline.publishing import bundle, totals
from pipeline.publishing.ledger import BATCH, GENESIS
from pipeline.publishing.publication import Published, RunFacts, publish_run
from pipeline.run import Progress, run_pipeline
from pipeline.stages import BY_NAME, STAGES
from pipeline.stages.intake.load_policy import policy_tables
from schemas import (
    Adjustment,
    AssessmentRule,
    ClockLag,
    Coverage,
    DecisionCheck,
    Employee,
    Incident,
    MeasurableSpan,
    Network,
    OutageSegment,
    Probe,
    RequestMinute,
    RestorationScreen,
    Sensitivity,
    Setting,
    Statement,
    Table,
    Unit,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.settings import Settings

POLICY = BY_NAME["load_policy"].writes
SHOWN: tuple[type[Table], ...] = (
    Setting,
    AssessmentRule,
    Employee,
    Unit,
    Network,
    Incident,
    Statement,
    DecisionCheck,
    RequestMinute,
    ClockLag,
    Coverage,
    Probe,
    OutageSegment,
    MeasurableSpan,
    Sensitivity,
    RestorationScreen,
)
"""Tables that the pages or the run id need beside the totals' and the published ones."""
STEPS = len(STAGES) + 1
"""Lines of progress of a month: every stage, and publishing."""
READS = tuple(dict.fromkeys((*totals.READS, *completeness.READS, *POLICY, *bundle.LEADING, *SHOWN)))


@contextmanager
def run_month(
    workspace: Path, settings: Settings | None = None, *, progress: Progress = lambda _text: None
) -> Iterator[tuple[RunOutcome, Published]]:
    """Run every stage and publish the revision; raises the errors of pipeline.errors, and then publishes nothing."""
    with run_pipeline(workspace, settings, progress=progress) as outcome:
        progress("publish")
        yield outcome, publish_month(outcome)


def publish_month(outcome: RunOutcome) -> Published:
    """Check every total and publish the revision: evidence tables, report pages, manifest, ledger line."""
    tables = {contract.table_name(): outcome.arrow(contract) for contract in READS}
    check_whole(tables, outcome.settings, outcome.workspace)
    return publish_run(
        tables,
        outcome.settings,
        outcome.workspace,
        outcome.scratch,
        render=partial(render_pages, outcome.workspace),
    )


def check_whole(tables: Mapping[str, pa.Table], settings: Settings, workspace: Path) -> None:
    """Raise TotalsError where what the month takes from outside has not come through whole."""
    policy = policy_tables(workspace, settings)
    completeness.check_outside(
        tables, settings, workspace, {contract: policy[contract] for contract in POLICY}
    )


def publish_month_batch(outcome: RunOutcome, revision: Published) -> Batch | None:
    """Publish the payroll batch of what a revision says is to be paid now; None where that is nothing."""
    return publish_batch(
        outcome.arrow(Adjustment),
        outcome.settings,
        outcome.workspace,
        outcome.scratch,
        revision,
        render=partial(batch_minutes, outcome.settings, revision),
    )


def remake(workspace: Path, settings: Settings, kind: str, *, progress: Progress) -> Path | None:
    """Run a month once more and publish it; the folder of the revision or of the batch, None where nothing is to be paid."""
    with run_month(workspace, settings, progress=progress) as (outcome, revision):
        if kind != BATCH:
            return revision.path
        batch = publish_month_batch(outcome, revision)
        return batch.path if batch else None


def render_pages(
    workspace: Path, tables: Mapping[str, pa.Table], settings: Settings, facts: RunFacts
) -> dict[str, bytes]:
    """The report, what changed since the revision before, draft minutes and verification sheets, by path."""
    # Loaded here: a run that its totals stop need not spend half a second on templates.
    from reports.changes import render_changes
    from reports.models import ReportMeta
    from reports.render import render_report
    from reports.sheets import render_sheets

    manifest, before = facts.manifest, facts.before
    meta = ReportMeta(
        run_id=manifest["run_id"],
        revision=manifest["revision"],
        period=settings.period,
        region_code=settings.region,
        previous_head=_shown_head(manifest["ledger"]["previous"]),
        policy_code=settings.policy,
        versions={**manifest["engines"], "rekon": manifest["code"]["version"]},
        compared_with=before.path.partition("/")[2] if before else "",
    )
    pages = render_report(tables, meta) | render_sheets(tables, meta)
    if before:
        here = Revision(f"r{meta.revision}-{meta.run_id}", tables, manifest)
        pages["laporan/perubahan.html"] = render_changes(compare(published_revision(workspace, before), here))
    return pages


def batch_minutes(settings: Settings, revision: Published, page: BatchPage) -> bytes:
    """berita-acara.html of a payroll batch."""
    from reports.batch_minutes import render_batch_minutes
    from reports.models import ReportMeta

    meta = ReportMeta(
        run_id=revision.run_id,
        revision=revision.revision,
        period=settings.period,
        region_code=settings.region,
        previous_head=_shown_head(page.ledger_head),
        policy_code=settings.policy,
        versions={},
    )
    return render_batch_minutes(page.rows, page.batch_id, page.number, page.csv_sha256, meta)


def _shown_head(head: str) -> str:
    """The ledger's head as minutes print it."""
    return "-" if head == GENESIS else head[:16]
