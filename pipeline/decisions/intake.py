"""Taking filled sheets into a workspace: keputusan/<period>/, and a line in the ledger per file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.decisions.sheets import FilledSheet, RefusedRow, check_decisions, read_sheet
from pipeline.engine.locks import workspace_lock
from pipeline.engine.platform import sync_folder, write_durably
from pipeline.engine.rows import Row
from pipeline.errors import ResourceError, SettingsError
from pipeline.publishing.ledger import DECISION, REVISION, Ledger, open_ledger
from pipeline.publishing.manifest import sha256_of
from pipeline.publishing.published import has_table, read_rows
from pipeline.settings import Settings, load_settings
from pipeline.wording.slugs import slug
from schemas.codes import VERDICTS

FOLDERS = {"decision": "keputusan/{period}", "incident": "keputusan/{period}/insiden"}
ID_DIGITS = 12


@dataclass(frozen=True)
class IntakeResult:
    """One file that came back. `path` is where its usable rows are kept, None where there are none.

    `counts` are the rows kept; `void_count` of them do not count as of now, and are among the `refused`.
    """

    name: str
    kind: str
    path: str | None
    is_new: bool
    counts: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    void_count: int
    blank_count: int


def take_in(workspace: Path, files: tuple[Path, ...]) -> list[IntakeResult]:
    """Read, check and keep every file; nothing is kept where one of them cannot be read.

    Raises InputRefusedError, SettingsError (no run yet, or rekon.toml does not read the folder) or the lock's errors.
    """
    settings = load_settings(workspace)
    sheets = [(path.name, read_sheet(path, workspace)) for path in files]
    for kind in sorted({sheet.kind for _, sheet in sheets}):
        _check_is_read(settings, kind)
    return keep_sheets(workspace, settings, sheets)


def keep_sheets(
    workspace: Path, settings: Settings, sheets: Sequence[tuple[str, FilledSheet]]
) -> list[IntakeResult]:
    """Check filled sheets, by file name, keep and record them under the workspace's lock; raises the lock's errors."""
    with workspace_lock(workspace):
        ledger = open_ledger(workspace)
        return [_keep_sheet(workspace, settings, ledger, name, sheet) for name, sheet in sheets]


def _keep_sheet(
    workspace: Path, settings: Settings, ledger: Ledger, name: str, sheet: FilledSheet
) -> IntakeResult:
    void: tuple[RefusedRow, ...] = ()
    if sheet.kind == "decision" and sheet.rows:
        void = check_decisions(
            sheet, _tables(workspace, settings), _older_findings(workspace, ledger, settings)
        )
    refused, void_count = (*sheet.refused, *void), len({row.row_no for row in void})
    counts = _counts(sheet)
    if not sheet.rows:
        return IntakeResult(name, sheet.kind, None, False, counts, refused, void_count, sheet.blank_count)
    content = sheet.csv_bytes()
    sha256 = sha256_of(content)
    known = [entry for entry in ledger.of(DECISION, settings.period) if entry.manifest_sha256 == sha256]
    folder = FOLDERS[sheet.kind].format(period=settings.period)
    path = known[0].path if known else f"{folder}/{slug(Path(name).stem)}-{sha256[:ID_DIGITS]}.csv"
    _keep(workspace / path, content)
    if not known:
        ledger.append(
            kind=DECISION,
            period=settings.period,
            path=path,
            identity=sha256[:ID_DIGITS],
            manifest_sha256=sha256,
            totals=counts,
        )
    return IntakeResult(name, sheet.kind, path, not known, counts, refused, void_count, sheet.blank_count)


def _counts(sheet: FilledSheet) -> dict[str, int]:
    if sheet.kind == "incident":
        return {"incident": len(sheet.rows)}
    verdicts = [VERDICTS[row["keputusan"]] for row in sheet.rows.values()]
    return {code: verdicts.count(code) for code in VERDICTS.values()}


def _keep(path: Path, content: bytes) -> None:
    """Write whole or not at all; what is there already with these bytes stays."""
    if path.exists() and path.read_bytes() == content:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        write_durably(part, content)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise ResourceError(f"{path.name} tidak dapat ditulis ({error.strerror}).") from error


def _check_is_read(settings: Settings, kind: str) -> None:
    """A file that no source reads would be lost in silence."""
    folder = FOLDERS[kind].format(period=settings.period)
    patterns = [
        pattern.replace("{period}", settings.period)
        for source in settings.source if source.kind == kind
        for pattern in source.files
    ]  # fmt: skip
    if not any(PurePosixPath(f"{folder}/x.csv").match(pattern) for pattern in patterns):
        raise SettingsError(
            f"rekon.toml: tidak ada sumber yang membaca {folder}/. Tambahkan:\n\n"
            f'[[source]]\nkind = "{kind}"\nfiles = ["{FOLDERS[kind]}/*.csv"]\n'
        )


def _tables(workspace: Path, settings: Settings) -> dict[str, Any]:
    from pipeline.engine.scratch import finished_run
    from pipeline.engine.warehouse import answer_read_only
    from pipeline.stages import RULES

    path = finished_run(workspace, settings.period)
    names = [contract.table_name() for contract in RULES["check_decisions"].reads]
    return {name: answer_read_only(path, f"select * from {name}") for name in names}  # noqa: S608 - our own names


def _older_findings(workspace: Path, ledger: Ledger, settings: Settings) -> Iterator[Row]:
    for entry in ledger.of(REVISION, settings.period):
        if has_table(workspace, entry, "finding"):
            yield from read_rows(workspace, entry, "finding")
