"""Check every total and publish the revision: evidence tables, report pages, manifest, ledger line."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline import bundle, totals
from pipeline.comparison import Revision, compare, published
from pipeline.ledger import GENESIS
from pipeline.publication import RunFacts, publish_run
from pipeline.settings import Settings
from pipeline.stage import Desk, Stage
from pipeline.stages import load_policy
from pipeline.totals import outside
from reports.models import ReportMeta
from schemas import (
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

READS: tuple[type[Table], ...] = tuple(
    dict.fromkeys((*totals.READS, *outside.READS, *load_policy.STAGE.writes, *bundle.LEADING, *SHOWN))
)


def publish(desk: Desk) -> None:
    """Leave what was published in desk.result["published"]; writes no table."""
    tables = {contract.table_name(): desk.arrow(contract) for contract in READS}
    check_whole(tables, desk.settings, desk.workspace)
    desk.result["published"] = publish_run(
        tables, desk.settings, desk.workspace, desk.scratch, render=partial(render_pages, desk.workspace)
    )


def check_whole(tables: Mapping[str, pa.Table], settings: Settings, workspace: Path) -> None:
    """Raise TotalsError where what the month takes from outside has not come through whole."""
    policy = load_policy.policy_tables(workspace, settings)
    outside.check_outside(
        tables, settings, workspace, {contract: policy[contract] for contract in load_policy.STAGE.writes}
    )


def render_pages(
    workspace: Path, tables: Mapping[str, pa.Table], settings: Settings, facts: RunFacts
) -> dict[str, bytes]:
    """The report, what changed since the revision before, draft minutes and verification sheets, by path."""
    manifest, before = facts.manifest, facts.before
    head = manifest["ledger"]["previous"]
    meta = ReportMeta(
        run_id=manifest["run_id"],
        revision=manifest["revision"],
        period=settings.period,
        region_code=settings.region,
        previous_head="-" if head == GENESIS else head[:16],
        policy_code=settings.policy,
        versions={**manifest["engines"], "rekon": manifest["code"]["version"]},
        compared_with=before.path.partition("/")[2] if before else "",
    )
    # Loaded here: a run that its totals stop need not spend half a second on templates.
    render, sheets = importlib.import_module("reports.render"), importlib.import_module("reports.sheets")
    pages: dict[str, bytes] = render.render_report(tables, meta) | sheets.render_sheets(tables, meta)
    if before:
        here = Revision(f"r{meta.revision}-{meta.run_id}", tables, manifest)
        found = compare(published(workspace, before), here)
        pages["laporan/perubahan.html"] = importlib.import_module("reports.changes").render_changes(found)
    return pages


STAGE = Stage(__name__, reads=READS, writes=(), work=publish)
