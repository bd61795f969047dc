"""terbit/ledger.jsonl: one line per publication, each bound to the one before by its hash.

The line is the commit point of a publication (docs/contract/outputs.md, "Failure model"). A line cut short by a crash is
truncated; a complete line that does not verify is never repaired.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.engine.locks import published_root
from pipeline.engine.platform import sync_folder
from pipeline.errors import PublicationUnknownError, ResourceError, SettingsError, VerificationError

GENESIS = "0" * 64
LEDGER_NAME = "ledger.jsonl"
REVISION = "revision"
BATCH = "batch"
DECISION = "decision"
LOCK = "lock"
PURGE = "purge"


@dataclass(frozen=True)
class Entry:
    """One publication, decision file, lock or purge; `at` is the only clock reading that is kept.

    `path` is relative to terbit/, of a decision file to the workspace; `manifest_sha256` is the hash of the
    manifest, of a decision file or a purge's list that of its bytes.
    """

    sequence: int
    previous: str
    kind: str
    period: str
    path: str
    identity: str
    manifest_sha256: str
    supersedes: str | None
    totals: Mapping[str, int]
    at: str

    @property
    def hash(self) -> str:
        """sha256 of the canonical line without its hash: the ledger's head after this line."""
        return hashlib.sha256(_canonical(dataclasses.asdict(self))).hexdigest()

    @property
    def line(self) -> bytes:
        """The line as stored, with its line feed."""
        return _canonical({**dataclasses.asdict(self), "hash": self.hash}) + b"\n"


class Ledger:
    """The verified lines of a workspace's ledger; `is_torn` where a line cut short follows them."""

    def __init__(self, path: Path, entries: tuple[Entry, ...], *, is_torn: bool = False) -> None:
        self._path = path
        self.entries = entries
        self.is_torn = is_torn

    @property
    def head(self) -> str:
        """Hash of the last line; 64 zeros while there is none."""
        return self.entries[-1].hash if self.entries else GENESIS

    @property
    def next_sequence(self) -> int:
        """Number of the line that comes next, from 1."""
        return len(self.entries) + 1

    @property
    def purged(self) -> frozenset[str]:
        """Months whose inputs, evidence and report were removed; their batches and manifests are there."""
        return frozenset(entry.period for entry in self.entries if entry.kind == PURGE)

    @property
    def place(self) -> dict[str, Any]:
        """Of the line that comes next: what its publication's manifest carries."""
        return {"sequence": self.next_sequence, "previous": self.head}

    def of(self, kind: str, period: str | None = None) -> tuple[Entry, ...]:
        """The lines of a kind, in order, of one period or of all."""
        return tuple(entry for entry in self.entries if entry.kind == kind and period in (None, entry.period))

    def append(
        self,
        *,
        kind: str,
        period: str,
        path: str,
        identity: str,
        manifest_sha256: str,
        totals: Mapping[str, int],
        supersedes: str | None = None,
    ) -> Entry:
        """Commit a publication: one line, on the disk before this returns.

        Raises ResourceError where nothing was committed, PublicationUnknownError where that cannot be told.
        """
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        entry = Entry(
            sequence=self.next_sequence,
            previous=self.head,
            kind=kind,
            period=period,
            path=path,
            identity=identity,
            manifest_sha256=manifest_sha256,
            supersedes=supersedes,
            totals=dict(totals),
            at=at,
        )
        _append_durably(self._path, entry.line)
        self.entries = (*self.entries, entry)
        return entry


def read_ledger(workspace: Path) -> Ledger:
    """Read and verify the chain without changing the file; a torn last line is left out."""
    path = published_root(workspace) / LEDGER_NAME
    content = _bytes_of(path)
    entries, kept, _ = _verified(content)
    return Ledger(path, entries, is_torn=kept < len(content))


def open_ledger(workspace: Path) -> Ledger:
    """Read and verify the chain, and mend what a crash may leave: the caller holds the workspace's lock.

    A torn last line is truncated; a whole last line that lacks only its line feed gets it. Raises
    VerificationError at a complete wrong line.
    """
    path = published_root(workspace) / LEDGER_NAME
    content = _bytes_of(path)
    entries, kept, lacks_feed = _verified(content)
    try:
        if lacks_feed:
            _append_durably(path, b"\n")
        elif kept < len(content):
            with path.open("r+b") as stream:
                stream.truncate(kept)
                os.fsync(stream.fileno())
    except OSError as error:
        raise ResourceError(f"terbit/{LEDGER_NAME} tidak dapat ditulis ({error.strerror}).") from error
    return Ledger(path, entries)


def refuse_purged(ledger: Ledger, entry: Entry) -> None:
    """Raise SettingsError where what a publication was computed from, or its tables, were removed."""
    if entry.period in ledger.purged:
        raise SettingsError(
            f"terbit/{entry.path}: data {entry.period} sudah dimusnahkan (`rekon purge`); yang tersisa manifes, "
            "angka kendali, tanda tangan, dan batch penggajian."
        )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise ResourceError(f"terbit/{LEDGER_NAME} tidak dapat dibaca ({error.strerror}).") from error


def _verified(content: bytes) -> tuple[tuple[Entry, ...], int, bool]:
    """Bytes -> (lines, length of the verified part, whether the last line lacks only its line feed)."""
    *lines, tail = content.split(b"\n")
    entries: list[Entry] = []
    for line in lines:
        entries.append(_entry(line, entries))
    kept = len(content) - len(tail)
    if not _has_whole_object(tail):
        return tuple(entries), kept, False
    # A crash leaves a prefix of a line: a whole object is either the line itself or not our writing.
    entries.append(_entry(tail, entries))
    return tuple(entries), len(content), True


def _has_whole_object(tail: bytes) -> bool:
    try:
        json.JSONDecoder().raw_decode(tail.decode("utf-8", "replace"))
    except ValueError:
        return False
    return True


def _entry(line: bytes, before: list[Entry]) -> Entry:
    number = len(before) + 1
    try:
        document: dict[str, Any] = json.loads(line)
        claimed = document.pop("hash")
        entry = Entry(**document)
        is_right = entry.hash == claimed and entry.line == line + b"\n"
    except (ValueError, TypeError, KeyError, AttributeError):
        is_right = False
    if not is_right or entry.sequence != number or entry.previous != (before[-1].hash if before else GENESIS):
        raise VerificationError(
            f"terbit/{LEDGER_NAME} baris {number} tidak cocok dengan rantai sidiknya. Berkas ini telah "
            "berubah sejak diterbitkan dan tidak diperbaiki otomatis: pulihkan dari salinan cadangan dan "
            "laporkan ke Inspektorat."
        )
    return entry


def _canonical(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def _append_durably(path: Path, content: bytes) -> None:
    try:
        with path.open("ab", buffering=0) as stream:
            written = stream.write(content)
            if written != len(content):
                raise ResourceError(
                    f"terbit/{LEDGER_NAME}: disk penuh; publikasi belum tercatat. Ulangi perintah ini."
                )
            try:
                os.fsync(stream.fileno())
                sync_folder(path.parent)
            except OSError as error:
                raise PublicationUnknownError(
                    "Tidak dapat dipastikan apakah publikasi sudah tercatat. "
                    "Jalankan `rekon status`, lalu ulangi."
                ) from error
    except OSError as error:
        raise ResourceError(f"terbit/{LEDGER_NAME} tidak dapat ditulis ({error.strerror}).") from error
