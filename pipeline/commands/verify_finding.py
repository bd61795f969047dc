"""`rekon verify --finding`: one amount from its input lines, step by step."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.workspace import engine_of, stage_progress
from reports.derivation import steps

if TYPE_CHECKING:
    from pipeline.audit.derivation import Derivation


def print_derivation(workspace: Path, run: str | None, finding_id: str, *, as_json: bool) -> None:
    """Print the steps of one amount; the revision that has it must be as published.

    Raises SettingsError for an unknown finding, VerificationError where it does not come out as published.
    """
    from pipeline.audit.derivation import derive, revision_of
    from pipeline.audit.verification import published_entry, raise_problems, verify
    from pipeline.errors import SettingsError, VerificationError
    from pipeline.publishing.ledger import read_ledger, refuse_purged
    from pipeline.run import run_pipeline
    from pipeline.stages import STAGES

    if not re.fullmatch("[0-9a-f]{16}", finding_id):
        raise SettingsError("nomor temuan adalah 16 angka heksadesimal.")
    ledger = read_ledger(workspace)
    there = tuple(entry for entry in ledger.entries if entry.period not in ledger.purged)
    entries = (published_entry(ledger, run),) if run else there
    for each in entries:
        refuse_purged(ledger, each)
    entry = revision_of(workspace, entries, finding_id)
    raise_problems(verify(workspace, entry.path))
    with stage_progress(len(STAGES)) as progress:
        again = partial(run_pipeline, progress=progress)
        found = derive(workspace, ledger, entry, finding_id, engine_of(workspace), again)
    click.echo(
        json.dumps(_document(finding_id, found), sort_keys=True) if as_json else "\n".join(_lines(found))
    )
    if found.problems:
        versions = f" (versi lain: {'; '.join(found.versions)})" if found.versions else ""
        listed = "\n".join(f"  {problem}" for problem in found.problems)
        raise VerificationError(f"Temuan {finding_id} tidak terbukti{versions}:\n{listed}")


def _document(finding_id: str, found: Derivation) -> dict[str, Any]:
    return {
        "schema": 1,
        "finding_id": finding_id,
        "path": found.entry.path,
        "versions": list(found.versions),
        "steps": [{"step": name, "lines": lines} for name, lines in steps(found)],
        "adjustment_idr": found.adjustment_idr,
        "published_idr": found.published_idr,
        "problems": list(found.problems),
    }


def _lines(found: Derivation) -> list[str]:
    return [
        line
        for number, (name, lines) in enumerate(steps(found), start=1)
        for line in (f"{number}. {name}", *(f"   {each}" for each in lines))
    ]
