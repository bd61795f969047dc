"""Remove the personal data of months that are closed and paid, and keep the proof that they were (docs/decisions/0046).

What goes: inputs as received and as kept, decisions, the internal report and evidence tables, scratch. What stays: the
ledger, manifests with their totals, signatures, payroll batches, the public summary. A list of what goes, with hashes,
and a line in the ledger come first; then the files. A crash between leaves files that the list names, and the same
command again removes them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.engine.locks import published_root, workspace_lock
from pipeline.engine.platform import PART_SUFFIX, sync_folder, write_durably
from pipeline.engine.scratch import database_path, scratch_folder
from pipeline.errors import ResourceError, SettingsError
from pipeline.periods.status import PAYROLL, period_status
from pipeline.publishing.ledger import PURGE, REVISION, Entry, Ledger, open_ledger, read_ledger
from pipeline.publishing.manifest import MANIFEST_NAME, SIGNATURE_PATTERN, json_bytes, sha256_of
from pipeline.publishing.published import folder_of
from pipeline.readers.files.snapshots import snapshot_folder
from pipeline.settings import Settings
from schemas.codes import PERIOD

LIST_PREFIX = "pemusnahan-"
KEPT_IN_REVISION = (MANIFEST_NAME, SIGNATURE_PATTERN, "datapackage.json", "laporan-publik/*")
KEPT = ("bayar-", LIST_PREFIX)
"""How names in terbit/<period>/ begin that stay whole; of a revision stays KEPT_IN_REVISION."""
INPUT_FOLDERS = ("masukan", "keputusan")


@dataclass(frozen=True)
class Purgeable:
    """A month and the files of the workspace that would go; `refusal` says why they may not, or is empty."""

    period: str
    files: tuple[str, ...]
    byte_count: int
    undecided_count: int
    refusal: str


def plan(workspace: Path, settings: Settings, before: str) -> tuple[Purgeable, ...]:
    """Every published month before `before` that still has something to remove. Raises SettingsError for no month."""
    if not re.fullmatch(PERIOD, before):
        raise SettingsError(f"`{before}` bukan bulan; tulis seperti 2026-01.")
    ledger = read_ledger(workspace)
    periods = sorted({entry.period for entry in ledger.of(REVISION) if entry.period < before})
    found = (_purgeable(workspace, ledger, settings, period) for period in periods)
    return tuple(month for month in found if month.files)


def purge(workspace: Path, settings: Settings, before: str) -> tuple[Purgeable, ...]:
    """Remove what `plan` lists and nothing refuses, month by month; returns the months that were purged.

    Raises the lock's and the ledger's errors, and ResourceError where a file cannot be removed.
    """
    with workspace_lock(workspace):
        ledger = open_ledger(workspace)
        months = tuple(month for month in plan(workspace, settings, before) if not month.refusal)
        for month in months:
            try:
                _purge(workspace, ledger, month)
            except OSError as error:
                raise ResourceError(
                    f"Data {month.period} belum terhapus seluruhnya ({error.strerror}). Perbaiki, lalu ulangi perintah ini."
                ) from error
        return months


def removed_files(workspace: Path, ledger: Ledger) -> dict[str, str]:
    """Path within the workspace -> sha256 of everything that the ledger's purges name, as far as their lists are sound."""
    return {
        item["path"]: item["sha256"]
        for entry in ledger.of(PURGE)
        if (content := _list_of(workspace, entry)) is not None
        for item in json.loads(content)["files"]
    }


def is_sound_list(workspace: Path, entry: Entry) -> bool:
    """Whether the list of a purge is the one that the ledger names."""
    return _list_of(workspace, entry) is not None


def is_purge_list(path: Path) -> bool:
    """Whether a file is a list of what was or was to be removed, or half of one; a crash before its line leaves it."""
    if path.suffix == PART_SUFFIX:
        return path.name.startswith(LIST_PREFIX)
    return path.is_file() and path.name == f"{LIST_PREFIX}{_identity(path.read_bytes())}.json"


def _identity(content: bytes) -> str:
    return sha256_of(content)[:12]


def _list_of(workspace: Path, entry: Entry) -> bytes | None:
    path = folder_of(workspace, entry)
    content = path.read_bytes() if path.is_file() else b""
    return content if sha256_of(content) == entry.manifest_sha256 else None


def _purgeable(workspace: Path, ledger: Ledger, settings: Settings, period: str) -> Purgeable:
    paths = sorted(set(_files(workspace, settings, period)))
    undecided, refusal = 0, ""
    if period in settings.retention.hold:
        refusal = "ditahan oleh [retention] hold di rekon.toml"
    elif paths and period not in ledger.purged:
        month = period_status(workspace, ledger, period)
        undecided = sum(each.count for each in month.waiting if each.party != PAYROLL)
        refusal = _unsettled(
            month.is_locked, month.held_count, any(w.party == PAYROLL for w in month.waiting)
        )
    return Purgeable(
        period,
        tuple(path.relative_to(workspace).as_posix() for path in paths),
        sum(path.stat().st_size for path in paths),
        undecided,
        refusal,
    )


def _unsettled(is_locked: bool, held: int, is_owing: bool) -> str:
    """Nothing could be corrected afterwards: money comes first."""
    if not is_locked:
        return "belum dikunci; jalankan `rekon lock` bila penggajian sudah menutupnya"
    if held:
        return f"potongan nyata {held} orang belum cocok"
    return (
        "masih ada yang belum dibayar; jalankan `rekon finalize` bulan terbuka berikutnya" if is_owing else ""
    )


def _files(workspace: Path, settings: Settings, period: str) -> Iterator[Path]:
    """Every file of the month that goes, but for scratch."""
    published = published_root(workspace) / period
    for path in published.rglob("*"):
        folder = path.relative_to(published).parts[0]
        is_kept = folder.startswith(KEPT) or (
            folder.startswith("r") and any(path.match(f"{folder}/{pattern}") for pattern in KEPT_IN_REVISION)
        )
        if path.is_file() and not is_kept:
            yield path
    patterns = [f"{name}/{period}/**/*" for name in INPUT_FOLDERS]
    patterns += [
        pattern.replace("{period}", period)
        for source in settings.source
        for pattern in source.files
        if "{period}" in pattern
    ]
    for pattern in patterns:
        yield from (path for path in workspace.glob(pattern) if path.is_file())


def _purge(workspace: Path, ledger: Ledger, month: Purgeable) -> None:
    """List and commit what no earlier purge of the month names, then remove all of it and the scratch."""
    known = removed_files(workspace, ledger)
    hashes = {path: _sha256(workspace / path) for path in month.files}
    new = {path: sha256 for path, sha256 in hashes.items() if known.get(path) != sha256}
    if new or month.period not in ledger.purged:
        _commit(workspace, ledger, month, new)
    for folder in (snapshot_folder(workspace), scratch_folder(workspace)):
        shutil.rmtree(folder, ignore_errors=True)
    database_path(workspace, month.period).unlink(missing_ok=True)
    for path in month.files:
        (workspace / path).unlink(missing_ok=True)
    for folder in sorted(
        {parent for path in month.files for parent in _folders(workspace, path)}, reverse=True
    ):
        if not any(folder.iterdir()):
            folder.rmdir()
        sync_folder(folder.parent)


def _folders(workspace: Path, path: str) -> Iterator[Path]:
    """The folders of a file that may be empty once it is gone, up to its month's."""
    parents = [parent for parent in (workspace / path).parents if parent.is_relative_to(workspace)]
    return (parent for parent in parents[:-2] if parent.is_dir())


def _commit(workspace: Path, ledger: Ledger, month: Purgeable, new: dict[str, str]) -> None:
    files: list[dict[str, Any]] = [
        {"path": path, "sha256": sha256, "bytes": (workspace / path).stat().st_size}
        for path, sha256 in new.items()
    ]
    content = json_bytes({"schema": 1, "period": month.period, "files": files})
    identity = _identity(content)
    path = f"{month.period}/{LIST_PREFIX}{identity}.json"
    target = published_root(workspace) / path
    part = target.with_suffix(PART_SUFFIX)
    part.unlink(missing_ok=True)
    write_durably(part, content)
    part.replace(target)
    sync_folder(target.parent)
    ledger.append(
        kind=PURGE,
        period=month.period,
        path=path,
        identity=identity,
        manifest_sha256=sha256_of(content),
        totals={"files": len(files), "bytes": sum(item["bytes"] for item in files)},
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
