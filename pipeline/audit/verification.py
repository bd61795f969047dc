"""Is everything in terbit/ what was published? Hashes, chain, manifests, decision files, totals; reads only.

Every difference is collected, and nothing is repaired. Whether the bytes can be computed again is what `recomputation`
finds out.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engine.locks import HOLDER_NAME, LOCK_NAME, published_root
from pipeline.engine.platform import PART_SUFFIX, PROBE_PREFIX
from pipeline.errors import PublicationUnknownError, SettingsError, VerificationError, nearest
from pipeline.payroll.batches import CSV_NAME, SIDECAR_NAME, batch_lines
from pipeline.periods.purging import is_purge_list, is_sound_list, removed_files
from pipeline.publishing.archive import ARCHIVE_NAME, archive_problems, is_kept, kept_files
from pipeline.publishing.bundle import PACKAGE_NAME
from pipeline.publishing.ledger import (
    BATCH,
    DECISION,
    LEDGER_NAME,
    PURGE,
    REVISION,
    Entry,
    Ledger,
    read_ledger,
)
from pipeline.publishing.manifest import MANIFEST_NAME, folder_problems, sha256_of
from pipeline.publishing.publication import LEDGER_TOTALS, unknown_folders
from pipeline.publishing.published import folder_of, read_manifest, read_table
from pipeline.publishing.signatures import Signed, check_signatures, signers_file
from pipeline.publishing.totals import published_problems
from schemas.codes import PERIOD

if TYPE_CHECKING:
    from pipeline.audit.recomputation import Recomputed

OWN = (LEDGER_NAME, LOCK_NAME, HOLDER_NAME)
PUBLISHED = (REVISION, BATCH)
PRINTED_HEAD = "[0-9a-f]{16,64}"
SUMMED = ("person_month", "assessment", "recommendation", "finding")
"""Published tables that the totals come from."""


@dataclass(frozen=True)
class Checked:
    """A line of the ledger, how many files were compared for it, and what is wrong with them; who signed it, what a purge took."""

    entry: Entry
    file_count: int
    problems: tuple[str, ...]
    signed: tuple[Signed, ...] = ()
    removed_count: int = 0


@dataclass(frozen=True)
class Verification:
    """What was compared with the ledger.

    `unexpected` are messages about files that nothing published and a head that the chain lacks;
    `unknown` are folders that the ledger does not know, relative to terbit/.
    """

    head: str
    is_torn: bool
    checked: tuple[Checked, ...]
    unexpected: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, in the order of the ledger."""
        return (*(problem for each in self.checked for problem in each.problems), *self.unexpected)


def verify(
    workspace: Path, run: str | None = None, signers: Path | None = None, head: str | None = None
) -> Verification:
    """Compare every publication, or the one that `run` names, with the ledger.

    `signers` is the allowed_signers file to believe, by default the workspace's own; `head` a head of the ledger that
    was printed or sent: a ledger cut by whole lines since verifies in itself, and no longer holds it.
    Raises VerificationError at a complete wrong line of the ledger, SettingsError for an unknown `run` or no head.
    """
    ledger = read_ledger(workspace)
    removed = removed_files(workspace, ledger)
    entries = ledger.entries if run is None else (published_entry(ledger, run),)
    is_sound = functools.cache(is_kept)
    signers = signers or signers_file(workspace)
    return Verification(
        head=ledger.head,
        is_torn=ledger.is_torn,
        checked=tuple(_checked(entry, workspace, is_sound, signers, removed) for entry in entries),
        unexpected=(
            *(() if head is None else _head_problems(ledger, head)),
            *(() if run else _unexpected_files(published_root(workspace), is_sound)),
        ),
        unknown=tuple(unknown_folders(ledger, published_root(workspace))),
    )


def raise_problems(found: Verification, recomputed: tuple[Recomputed, ...] = ()) -> None:
    """Raise VerificationError where something is not as published, PublicationUnknownError for a folder without a line."""
    if found.problems:
        raise VerificationError(
            "Yang tersimpan bukan yang diterbitkan:\n"
            + "\n".join(f"  {problem}" for problem in found.problems)
            + "\nTidak ada yang diperbaiki otomatis: pulihkan dari salinan cadangan dan laporkan ke Inspektorat."
        )
    if different := [each for each in recomputed if each.differing]:
        raise VerificationError(
            "Hitung ulang tidak menghasilkan yang diterbitkan:\n"
            + "\n".join(
                f"  terbit/{each.entry.path}: {', '.join(each.differing)}"
                + (f" (versi lain: {'; '.join(each.versions)})" if each.versions else "")
                for each in different
            )
        )
    if found.unknown:
        raise PublicationUnknownError(
            "Ada di terbit/ tetapi tidak tercatat di buku terbit: "
            + ", ".join(found.unknown)
            + ". Prosesnya terhenti, atau buku terbit terpotong: bandingkan dengan salinannya."
        )


def published_entry(ledger: Ledger, run: str) -> Entry:
    """The revision or batch that a person named: its path, folder name, id, or `r2` where one month has that.

    Raises SettingsError.
    """
    entries = [entry for entry in ledger.entries if entry.kind in PUBLISHED]
    wanted = run.replace("\\", "/").rstrip("/")
    for entry in reversed(entries):
        if wanted in (entry.path, f"terbit/{entry.path}", entry.path.partition("/")[2], entry.identity):
            return entry
    numbered = [entry for entry in entries if entry.path.rpartition("/")[2].startswith(f"{wanted}-")]
    if len(numbered) == 1:
        return numbered[0]
    known = tuple(entry.path for entry in entries)
    raise SettingsError(
        f"`{run}` tidak ada di buku terbit; yang ada: {', '.join(known) or 'belum ada'}.{nearest(run, known)}"
    )


def _head_problems(ledger: Ledger, head: str) -> Iterator[str]:
    wanted = head.strip().lower()
    if not re.fullmatch(PRINTED_HEAD, wanted):
        raise SettingsError(
            f"`{head}` bukan kepala buku terbit; salin 16 angka heksadesimal dari berita acara."
        )
    if not any(entry.hash.startswith(wanted) for entry in ledger.entries):
        yield (
            f"terbit/{LEDGER_NAME}: kepala {wanted} tidak ada dalam rantainya. Buku terbit telah dipotong atau ditulis "
            "ulang sesudah kepala itu dicetak."
        )


def _checked(
    entry: Entry,
    workspace: Path,
    is_sound: Callable[[Path], bool],
    signers: Path,
    removed: Mapping[str, str],
) -> Checked:
    if entry.kind == PURGE:
        wrong = f"terbit/{entry.path} hilang atau berubah sejak dicatat."
        return Checked(entry, 1, () if is_sound_list(workspace, entry) else (wrong,))
    if entry.kind == DECISION:
        path = workspace / entry.path
        if entry.path in removed and not path.exists():
            return Checked(entry, 0, (), removed_count=1)
        is_same = path.is_file() and sha256_of(path.read_bytes()) == entry.manifest_sha256
        return Checked(entry, 1, () if is_same else (f"{entry.path} hilang atau berubah sejak diterima.",))
    if entry.kind not in PUBLISHED:
        return Checked(entry, 0, ())
    folder = folder_of(workspace, entry)
    problems = tuple(folder_problems(folder, entry.manifest_sha256, entry.path, removed))
    if problems:
        return Checked(entry, 0, problems)
    manifest = read_manifest(workspace, entry.path)
    content_problems = [*_chain_problems(entry, manifest)]
    removed_count = _removed_count(workspace, entry, manifest, removed)
    if entry.kind == BATCH:
        content_problems += _batch_problems(workspace, entry, manifest)
    elif not removed_count:
        content_problems += _revision_problems(workspace, entry, manifest)
    signed = check_signatures(folder, signers)
    content_problems += [f"{each.file_name}: tanda tangan tidak sah." for each in signed if each.is_wrong]
    return Checked(
        entry,
        len(manifest["files"]) + 1 + len(kept_files(manifest)) - removed_count,
        (
            *(f"terbit/{entry.path}: {problem}" for problem in content_problems),
            *archive_problems(workspace, manifest, is_sound, removed),
        ),
        signed,
        removed_count,
    )


def _removed_count(
    workspace: Path, entry: Entry, manifest: Mapping[str, Any], removed: Mapping[str, str]
) -> int:
    """How many of a publication's files, and of those kept with it, a purge took."""
    own = [f"terbit/{entry.path}/{item['path']}" for item in manifest["files"]]
    kept = [f"terbit/{entry.period}/{ARCHIVE_NAME}/{sha256}" for sha256 in kept_files(manifest).values()]
    return sum(path in removed and not (workspace / path).exists() for path in (*own, *kept))


def _chain_problems(entry: Entry, manifest: Mapping[str, Any]) -> Iterator[str]:
    """A manifest carries its place in the chain, so that a ledger written anew is seen."""
    stated = {
        "period": entry.period,
        "run_id" if entry.kind == REVISION else "batch_id": entry.identity,
        "ledger": {"sequence": entry.sequence, "previous": entry.previous},
        "supersedes": entry.supersedes,
    }
    for name, value in stated.items():
        if manifest.get(name) != value:
            yield f"{name} di {MANIFEST_NAME} bukan yang di buku terbit."
    names = LEDGER_TOTALS if entry.kind == REVISION else manifest["totals"]
    if dict(entry.totals) != {name: manifest["totals"][name] for name in names}:
        yield f"angka kendali di {MANIFEST_NAME} bukan yang di buku terbit."


def _revision_problems(workspace: Path, entry: Entry, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The totals come out of the published tables again; the package describes the files that are there."""
    tables = {name: read_table(workspace, entry, name) for name in SUMMED}
    for problem in published_problems(tables, manifest["totals"]):
        yield f"angka kendali: {problem}"
    listed = {item["path"]: item for item in manifest["files"]}
    package = json.loads((folder_of(workspace, entry) / PACKAGE_NAME).read_bytes())
    for resource in package["resources"]:
        item = listed.get(resource["path"], {})
        if (item.get("bytes"), f"sha256:{item.get('sha256')}") != (resource["bytes"], resource["hash"]):
            yield f"{PACKAGE_NAME} menerangkan {resource['path']} yang lain."


def _batch_problems(workspace: Path, entry: Entry, manifest: Mapping[str, Any]) -> Iterator[str]:
    """CSV = sidecar = manifest = ledger."""
    try:
        rows = batch_lines(workspace, entry)
    except VerificationError as error:
        yield str(error)
        return
    sidecar = json.loads((folder_of(workspace, entry) / SIDECAR_NAME).read_bytes())
    counted = {"count": len(rows)} | {name: sum(int(row[name]) for row in rows) for name in sidecar["sums"]}
    if counted != {"count": sidecar["count"], **sidecar["sums"]} or counted != manifest["totals"]:
        yield f"angka kendali: {CSV_NAME} bukan yang dinyatakan {SIDECAR_NAME} dan {MANIFEST_NAME}."
    if sidecar["nip_hash_total"] != str(sum(int(row["nip"]) for row in rows)):
        yield f"angka kendali: jumlah NIP {CSV_NAME} bukan yang dinyatakan {SIDECAR_NAME}."


def _unexpected_files(published: Path, is_sound: Callable[[Path], bool]) -> Iterator[str]:
    """What lies in terbit/ beside the ledger, publications and kept inputs; what a crash may leave is nothing."""
    for path in sorted(published.glob("*")):
        if re.fullmatch(PERIOD, path.name) and path.is_dir():
            yield from _unexpected_in_month(path, is_sound)
        elif path.name not in OWN and not path.name.startswith(PROBE_PREFIX):
            yield f"terbit/{path.name} bukan hasil terbitan."


def _unexpected_in_month(period: Path, is_sound: Callable[[Path], bool]) -> Iterator[str]:
    for path in sorted(period.glob("*")):
        if path.name == ARCHIVE_NAME:
            for kept in sorted(path.glob("*")):
                if not is_sound(kept) and kept.suffix != PART_SUFFIX:
                    yield f"terbit/{period.name}/{ARCHIVE_NAME}/{kept.name} bukan yang dikatakan namanya."
        elif not ((path.is_dir() and re.match(r"(r|bayar-)\d", path.name)) or is_purge_list(path)):
            yield f"terbit/{period.name}/{path.name} bukan hasil terbitan."
