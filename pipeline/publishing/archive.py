"""terbit/<period>/masukan/: what the month's publications were computed from, each file once, named by its sha256.

Input files as received, and the workspace's policy, calendars, profiles and payroll format as they were. What comes
with the program is part of the code's hash instead. The protocol: docs/contract/outputs.md, "Failure model".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.engine.locks import published_root
from pipeline.engine.platform import PART_SUFFIX, link_durably, sync_folder, write_durably
from pipeline.errors import InputRefusedError, VerificationError
from pipeline.readers.files.snapshots import snapshot_folder
from pipeline.readers.profiles import FOLDER as PROFILE_FOLDER

ARCHIVE_NAME = "masukan"


def archive_folder(workspace: Path, period: str) -> Path:
    """Where a period's files are kept."""
    return published_root(workspace) / period / ARCHIVE_NAME


def kept_files(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Path within the workspace -> sha256, of every file that the publication was computed from."""
    rules = {**manifest.get("calendar", {}), **manifest.get("format", {})}
    rules |= {
        f"{PROFILE_FOLDER}/{code}.toml": sha256 for code, sha256 in manifest.get("profiles", {}).items()
    }
    if (policy := manifest.get("policy")) and policy["name"].endswith(".toml"):
        rules[policy["name"]] = policy["sha256"]
    return {item["path"]: item["sha256"] for item in manifest.get("inputs", ())} | rules


def keep(workspace: Path, manifest: Mapping[str, Any]) -> None:
    """Store what is not yet stored, on the disk before this returns. Raises InputRefusedError, OSError."""
    folder = archive_folder(workspace, manifest["period"])
    folder.mkdir(parents=True, exist_ok=True)
    for path, sha256 in kept_files(manifest).items():
        kept, snapshot = folder / sha256, snapshot_folder(workspace) / sha256
        if kept.exists():
            continue
        if snapshot.exists():
            link_durably(snapshot, kept)
        else:
            _copy(workspace / path, kept, path)
    sync_folder(folder)
    sync_folder(folder.parent)


def fetch(workspace: Path, manifest: Mapping[str, Any], target: Path) -> None:
    """Lay the files out below `target` as they lay in the workspace; VerificationError where one is not as it was."""
    if problems := list(archive_problems(workspace, manifest)):
        raise VerificationError("\n  ".join(["Tidak dapat dihitung ulang:", *problems]))
    folder = archive_folder(workspace, manifest["period"])
    for path, sha256 in kept_files(manifest).items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        link_durably(folder / sha256, place)


def archive_problems(
    workspace: Path,
    manifest: Mapping[str, Any],
    is_sound: Callable[[Path], bool] | None = None,
    removed: Container[str] = (),
) -> Iterator[str]:
    """Each kept file of a publication that is missing or is not what its name says.

    `is_sound` is `is_kept`, or one that remembers the files that publications share; `removed` are paths within the
    workspace that a purge took: they may be missing.
    """
    is_sound = is_sound or is_kept
    folder = archive_folder(workspace, manifest["period"])
    for path, sha256 in sorted(kept_files(manifest).items()):
        kept = folder / sha256
        if not kept.exists() and kept.relative_to(workspace).as_posix() in removed:
            continue
        if not is_sound(kept):
            yield (
                f"terbit/{manifest['period']}/{ARCHIVE_NAME}/{sha256} ({path}) hilang atau berubah sejak diterbitkan."
            )


def is_kept(path: Path) -> bool:
    """Whether a kept file is there and its content has the hash that it is named by."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == path.name
    except OSError:
        return False


def _copy(source: Path, kept: Path, shown: str) -> None:
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != kept.name:
        raise InputRefusedError(f"{shown}: berubah selagi dibaca. Ulangi perintah ini.")
    part = kept.with_suffix(PART_SUFFIX)
    part.unlink(missing_ok=True)
    write_durably(part, content)
    part.replace(kept)
