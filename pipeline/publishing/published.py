"""What was published, read back: where a publication lies, its manifest, and its tables by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.engine.locks import published_root
from pipeline.engine.rows import Row
from pipeline.publishing.bundle import table_path
from pipeline.publishing.ledger import Entry
from pipeline.publishing.manifest import MANIFEST_NAME, verify_folder


def folder_of(workspace: Path, entry: Entry) -> Path:
    """Where a revision or batch lies, whether it is there or not."""
    return published_root(workspace) / entry.path


def verified_folder(workspace: Path, entry: Entry) -> Path:
    """Where a revision or batch lies; raises VerificationError where it is not as the ledger and its manifest say."""
    folder = folder_of(workspace, entry)
    verify_folder(folder, entry.manifest_sha256, entry.path)
    return folder


def read_manifest(workspace: Path, path: str) -> dict[str, Any]:
    """manifest.json of a revision or batch, by its path within terbit/."""
    document: dict[str, Any] = json.loads((published_root(workspace) / path / MANIFEST_NAME).read_bytes())
    return document


def has_table(workspace: Path, entry: Entry, name: str, columns: Sequence[str] = ()) -> bool:
    """Whether a revision has a table, with these columns: an older version of the program published fewer."""
    path = folder_of(workspace, entry) / table_path(name)
    return path.is_file() and set(columns) <= set(pq.read_schema(path).names)


def read_table(workspace: Path, entry: Entry, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """A table of a revision, in key order; all its columns, or those named."""
    path = folder_of(workspace, entry) / table_path(name)
    return pq.read_table(path, columns=None if columns is None else list(columns))


def read_rows(workspace: Path, entry: Entry, name: str, columns: Sequence[str] | None = None) -> list[Row]:
    """The rows of a table of a revision, in key order."""
    rows: list[Row] = read_table(workspace, entry, name, columns).to_pylist()
    return rows
