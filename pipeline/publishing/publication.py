"""Publish a folder so that it is there as a whole or not at all (docs/contract/outputs.md, "Failure model").

Inputs kept by hash -> scratch -> fsync files -> fsync folders -> rename -> fsync parents -> ledger line, which is the commit point.
Nothing published is changed or deleted. A crash between rename and line leaves a complete folder that the
ledger does not know: the same publication again takes it up if it is the same to the byte; any other is
exit 8.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.engine.locks import published_root
from pipeline.engine.platform import sync_folder, write_durably
from pipeline.errors import PublicationUnknownError, ResourceError
from pipeline.publishing.archive import keep
from pipeline.publishing.bundle import table_files
from pipeline.publishing.ledger import REVISION, Entry, Ledger, open_ledger
from pipeline.publishing.manifest import (
    MANIFEST_NAME,
    json_bytes,
    listed_files,
    run_id,
    run_manifest,
    sha256_of,
)
from pipeline.publishing.published import verified_folder
from pipeline.publishing.totals import check_totals
from pipeline.settings import Settings

PUBLISHED_PATTERNS = ("*/r[0-9]*-*", "*/bayar-[0-9]*-*")
LEDGER_TOTALS = ("people", "findings", "recorded_idr", "restored_idr", "potential_idr", "approved_idr")


@dataclass(frozen=True)
class Published:
    """What a run published, or found published already."""

    path: Path
    run_id: str
    revision: int
    is_new: bool

    @property
    def name(self) -> str:
        """The folder's name, r<N>-<id>."""
        return self.path.name


@dataclass(frozen=True)
class RunFacts:
    """What the pages of a revision may say about it: its manifest but for the files, and the revision before it."""

    manifest: Mapping[str, Any]
    before: Entry | None


Render = Callable[[Mapping[str, pa.Table], Settings, RunFacts], dict[str, bytes]]
"""The pages of a revision: path within its folder -> bytes."""


def publish_run(
    tables: Mapping[str, pa.Table], settings: Settings, workspace: Path, scratch: Path, render: Render
) -> Published:
    """Check the totals and publish terbit/<period>/r<N>-<id>/, unless the newest revision has the same id.

    Raises TotalsError, VerificationError, PublicationUnknownError or ResourceError.
    """
    totals = check_totals(tables, settings.period)
    ledger = open_ledger(workspace)
    identity = run_id(tables, settings, workspace)
    revisions = ledger.of(REVISION, settings.period)
    if revisions and revisions[-1].identity == identity:
        return Published(verified_folder(workspace, revisions[-1]), identity, len(revisions), is_new=False)
    number = len(revisions) + 1
    path = f"{settings.period}/r{number}-{identity}"
    before = revisions[-1] if revisions else None
    document = run_manifest(tables, settings, workspace)
    document |= {"run_id": identity, "revision": number, "totals": totals, "ledger": ledger.place}
    files, rows = table_files(tables)
    files.update(render(tables, settings, RunFacts(document, before)))
    publish_folder(
        Publication(
            kind=REVISION,
            period=settings.period,
            path=path,
            identity=identity,
            supersedes=before.path if before else None,
            files=files,
            rows=rows,
            document=document,
            ledger_totals={name: totals[name] for name in LEDGER_TOTALS},
        ),
        ledger,
        workspace,
        scratch,
    )
    return Published(published_root(workspace) / path, identity, number, is_new=True)


@dataclass(frozen=True)
class Publication:
    """A folder to publish. `document` is its manifest but for files and ledger place."""

    kind: str
    period: str
    path: str
    identity: str
    files: Mapping[str, bytes]
    rows: Mapping[str, int]
    document: Mapping[str, Any]
    ledger_totals: Mapping[str, int]
    supersedes: str | None = None


def publish_folder(publication: Publication, ledger: Ledger, workspace: Path, scratch: Path) -> Entry:
    """Keep what it was made from, write, move into place and commit; the caller holds the workspace's lock."""
    manifest = json_bytes(
        {
            **publication.document,
            "files": listed_files(publication.files, publication.rows),
            "ledger": ledger.place,
            "supersedes": publication.supersedes,
        }
    )
    published = published_root(workspace)
    target = published / publication.path
    _refuse_unknown_folders(ledger, published, publication.path)
    try:
        keep(workspace, publication.document)
        if target.exists():
            _refuse_other_content(target, {**publication.files, MANIFEST_NAME: manifest}, publication.path)
        else:
            staged = scratch / target.name
            _write_folder(staged, publication.files, manifest)
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(target)
        for folder in (scratch, target.parent, published):
            sync_folder(folder)
    except OSError as error:
        raise ResourceError(
            f"terbit/{publication.path} tidak dapat ditulis ({error.strerror}); publikasi lama tetap utuh. "
            "Periksa sisa ruang disk dan izin, lalu ulangi."
        ) from error
    return ledger.append(
        kind=publication.kind,
        period=publication.period,
        path=publication.path,
        identity=publication.identity,
        manifest_sha256=sha256_of(manifest),
        supersedes=publication.supersedes,
        totals=publication.ledger_totals,
    )


def unknown_folders(ledger: Ledger, published: Path) -> list[str]:
    """Published-looking folders that the ledger does not know, relative to terbit/, sorted."""
    known = {entry.path for entry in ledger.entries}
    found = (path for pattern in PUBLISHED_PATTERNS for path in published.glob(pattern) if path.is_dir())
    return sorted({path.relative_to(published).as_posix() for path in found} - known)


def _refuse_unknown_folders(ledger: Ledger, published: Path, own: str) -> None:
    if unknown := [path for path in unknown_folders(ledger, published) if path != own]:
        raise PublicationUnknownError(
            f"terbit/{unknown[0]} lengkap tetapi tidak tercatat di buku terbit: prosesnya terhenti, atau "
            "buku terbit terpotong. Tidak ada yang dihapus. Bandingkan buku terbit dengan salinannya; bila folder "
            "itu sisa proses yang terhenti, pindahkan ke luar terbit/, lalu ulangi."
        )


def _refuse_other_content(target: Path, files: Mapping[str, bytes], shown: str) -> None:
    present = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    if present.keys() != files.keys() or any(
        path.read_bytes() != files[name] for name, path in present.items()
    ):
        raise PublicationUnknownError(
            f"terbit/{shown} sudah ada, tidak tercatat di buku terbit, dan isinya lain. "
            "Pindahkan ke luar terbit/ setelah diperiksa, lalu ulangi."
        )


def _write_folder(folder: Path, files: Mapping[str, bytes], manifest: bytes) -> None:
    """Create the folder; each file on the disk, the manifest last, every folder synced from the leaves up."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folders = {folder}
    for name, content in [*sorted(files.items()), (MANIFEST_NAME, manifest)]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in path.parents if parent.is_relative_to(folder))
        write_durably(path, content)
    for each in sorted(folders, key=lambda item: (-len(item.parts), item.as_posix())):
        sync_folder(each)
