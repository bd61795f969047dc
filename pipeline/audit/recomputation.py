"""Compute a publication again from what was kept with it, elsewhere, and compare the bytes.

Needs terbit/ alone: the inputs, policy, calendars and profiles as they were, and the ledger up to the publication. Where
the program or a library is another version than then, pages and manifests differ by what they say of it: there the
tables and the payroll rows are compared instead (docs/contract/outputs.md, "Determinism").
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.engine.locks import published_root
from pipeline.engine.platform import link_durably, private_files
from pipeline.engine.scratch import work_root
from pipeline.errors import SettingsError, VerificationError
from pipeline.payroll.batches import INTEGERS, csv_rows
from pipeline.publishing.archive import fetch
from pipeline.publishing.ledger import BATCH, LEDGER_NAME, PURGE, REVISION, Entry, Ledger
from pipeline.publishing.manifest import code_sha256, engines
from pipeline.publishing.published import folder_of, read_manifest
from pipeline.settings import Engine, Settings

PAID = ("nip", "origin_period", "kode_opd", *INTEGERS)
"""Columns of a payroll row that no version of the program may change."""


Remake = Callable[[Path, Settings, str], Path | None]
"""Runs a month and publishes a revision or a batch, by kind; its folder, None where nothing is to be paid."""


@dataclass(frozen=True)
class Recomputed:
    """A publication computed again. `versions` are what differs in program and libraries, `differing` the files."""

    entry: Entry
    file_count: int
    versions: tuple[str, ...]
    differing: tuple[str, ...]


def recompute(workspace: Path, ledger: Ledger, entry: Entry, engine: Engine, remake: Remake) -> Recomputed:
    """Run the publication's month in a folder of its own below kerja/, which is removed again.

    Raises VerificationError where what was kept is not as it was, and what a run raises.
    """
    with as_before(workspace, ledger, entry, engine) as (scratch, settings):
        made = remake(scratch, settings, entry.kind)
        if made is None:
            raise VerificationError(f"terbit/{entry.path}: dihitung ulang, tidak ada yang perlu dibayar.")
        manifest = read_manifest(workspace, entry.path)
        versions = changed_versions(workspace, entry)
        published = folder_of(workspace, entry)
        if versions:
            differing = _differing_rows(entry, published, made)
        else:
            differing = _differing_bytes(published, made, (item["path"] for item in manifest["files"]))
        return Recomputed(entry, len(manifest["files"]) + 1, versions, tuple(differing))


@contextmanager
def as_before(
    workspace: Path, ledger: Ledger, entry: Entry, engine: Engine
) -> Iterator[tuple[Path, Settings]]:
    """A scratch workspace as it was before a publication, and its settings; removed afterwards.

    Raises SettingsError where a purge since took what the publication was, or may have been, computed from.
    """
    if not is_repeatable(ledger, entry):
        raise SettingsError(
            f"terbit/{entry.path} tidak dapat dihitung ulang: yang dipakainya sudah dimusnahkan (`rekon purge`)."
        )
    settings = Settings.model_validate({**_of_run(workspace, entry)["settings"], "engine": engine})
    work_root(workspace).mkdir(exist_ok=True, mode=0o700)
    with (
        private_files(),
        tempfile.TemporaryDirectory(prefix="ulang-", dir=work_root(workspace)) as name,
    ):
        scratch = Path(name)
        fetch(workspace, _of_run(workspace, entry), scratch)
        if entry.kind == BATCH:
            fetch(workspace, read_manifest(workspace, entry.path), scratch)
        _set_back(workspace, ledger, entry, scratch)
        yield scratch, settings


def is_repeatable(ledger: Ledger, entry: Entry) -> bool:
    """Whether no purge since the publication took its own month, or one before it that it may have read back."""
    return not any(
        each.sequence > entry.sequence and each.period <= entry.period for each in ledger.of(PURGE)
    )


def changed_versions(workspace: Path, entry: Entry) -> tuple[str, ...]:
    """What of the program and its libraries is another version than at the publication."""
    is_same = read_manifest(workspace, entry.path)["code"]["sha256"] == code_sha256()
    then = _of_run(workspace, entry)["engines"]
    return (
        *(() if is_same else ("rekon",)),
        *(f"{name} {then.get(name)}, kini {now}" for name, now in engines().items() if then.get(name) != now),
    )


def _of_run(workspace: Path, entry: Entry) -> dict[str, Any]:
    """The manifest of the revision: the publication itself, or what a batch was made from."""
    manifest = read_manifest(workspace, entry.path)
    if entry.kind == REVISION:
        return manifest
    return read_manifest(workspace, f"{entry.period}/{manifest['revision']}")


def _set_back(workspace: Path, ledger: Ledger, entry: Entry, scratch: Path) -> None:
    """The ledger as it was before the publication, with what a run reads back of earlier ones."""
    before = ledger.entries[: entry.sequence - 1]
    newest = {each.period: each.path for each in before if each.kind == REVISION}
    published = published_root(scratch)
    published.mkdir()
    (published / LEDGER_NAME).write_bytes(b"".join(each.line for each in before))
    for path in [*newest.values(), *(each.path for each in before if each.kind == BATCH)]:
        shutil.copytree(published_root(workspace) / path, published / path, copy_function=_link)


def _link(source: str, target: str) -> None:
    link_durably(Path(source), Path(target))


def _differing_bytes(published: Path, made: Path, listed: Iterable[str]) -> list[str]:
    """Files that only one of the folders has, or that differ; the folder's name holds the run's id."""
    if published.name != made.name:
        return [f"namanya kini {made.name}"]
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    return sorted(name for name in names.union(listed) if _content(published / name) != _content(made / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _differing_rows(entry: Entry, published: Path, made: Path) -> list[str]:
    if entry.kind == BATCH:
        return [] if _paid(published) == _paid(made) else ["baris yang dibayar"]
    return [
        path.relative_to(published).as_posix()
        for path in sorted(published.glob("bukti/*.parquet"))
        if not _has_rows_of(path, made / path.relative_to(published))
    ]


def _has_rows_of(path: Path, other: Path) -> bool:
    return other.is_file() and bool(pq.read_table(path).equals(pq.read_table(other)))


def _paid(folder: Path) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in PAID) for row in csv_rows(folder)]
