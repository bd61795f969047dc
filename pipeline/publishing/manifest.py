"""manifest.json: what a publication was made from, what it holds, its totals, its place in the chain.

No clock, user, host or machine path: the same inputs and the same place in the ledger give the same bytes.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Container, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

import pipeline
from pipeline.errors import VerificationError
from pipeline.policy import read_policy
from pipeline.readers.profiles import FOLDER
from pipeline.settings import Settings

MANIFEST_NAME = "manifest.json"
PACKAGES = ("pipeline", "reports", "schemas")
ENGINES = ("duckdb", "jinja2", "numpy", "pandas", "pandera", "pyarrow", "scipy", "xlsxwriter")
RUN_ID_DIGITS = 12
NOT_IN_ID = {"engine", "signature", "retention"}
"""Settings that must not change a byte of the result: threads and memory, who may sign it, how long it is kept."""
SIGNATURE_PATTERN = f"{MANIFEST_NAME}.*.sig"
"""Signatures lie beside the manifest, which lists what they sign and not them."""


def sha256_of(content: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(content).hexdigest()


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Readable and canonical: sorted keys, line feeds, UTF-8."""
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


@cache
def code_sha256() -> str:
    """Hash of every source file of the installed packages: rules, templates, calendars and presets too."""
    root = Path(pipeline.__file__).parent.parent
    digest = hashlib.sha256()
    files = [path for package in PACKAGES for path in (root / package).rglob("*") if path.is_file()]
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in files):
        if "__pycache__" not in name:
            digest.update(f"{name}\0{sha256_of(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def policy_sha256(settings: Settings, workspace: Path) -> str:
    """Hash of the policy's bytes: a file of the workspace, or a shipped preset."""
    return sha256_of(read_policy(workspace, settings.policy)[1])


def calendar_sha256(settings: Settings, workspace: Path) -> dict[str, str]:
    """Regional calendar file -> hash; the national calendars are part of the code's."""
    return {name: sha256_of((workspace / name).read_bytes()) for name in settings.calendar}


def profile_sha256(tables: Mapping[str, pa.Table], workspace: Path) -> dict[str, str]:
    """Used profile of the workspace -> hash; the shipped ones are part of the code's."""
    codes = sorted(set(tables["source_file"]["profile_code"].to_pylist()))
    own = {code: workspace / FOLDER / f"{code}.toml" for code in codes}
    return {code: sha256_of(path.read_bytes()) for code, path in own.items() if path.is_file()}


def canonical_settings(settings: Settings) -> dict[str, Any]:
    """The settings that the result depends on, as JSON values."""
    return settings.model_dump(mode="json", exclude=NOT_IN_ID)


def run_id(tables: Mapping[str, pa.Table], settings: Settings, workspace: Path) -> str:
    """12 hex digits of everything that the result depends on; decisions are input files like any other."""
    fields = ("kind_code", "profile_code", "vantage_code", "zone", "sha256")
    inputs = sorted(
        [str(row[field] or "") for field in fields]
        for row in tables["source_file"].to_pylist()
        if row["same_as_path"] is None
    )
    document = {
        "inputs": inputs,
        "settings": canonical_settings(settings),
        "policy": policy_sha256(settings, workspace),
        "calendar": calendar_sha256(settings, workspace),
        "profiles": profile_sha256(tables, workspace),
        "code": code_sha256(),
    }
    return sha256_of(json.dumps(document, sort_keys=True).encode())[:RUN_ID_DIGITS]


def run_manifest(tables: Mapping[str, pa.Table], settings: Settings, workspace: Path) -> dict[str, Any]:
    """What a revision was made from."""
    return {
        "schema": 1,
        "period": settings.period,
        "region": settings.region,
        "settings": canonical_settings(settings),
        "policy": {"name": settings.policy, "sha256": policy_sha256(settings, workspace)},
        "calendar": calendar_sha256(settings, workspace),
        "profiles": profile_sha256(tables, workspace),
        "code": {"version": importlib.metadata.version("rekon"), "sha256": code_sha256()},
        "engines": engines(),
        "inputs": [
            {
                "path": row["path"],
                "kind": row["kind_code"],
                "profile": row["profile_code"],
                "bytes": row["byte_count"],
                "sha256": row["sha256"],
                "same_as": row["same_as_path"],
            }
            for row in tables["source_file"].to_pylist()
        ],
    }


def engines() -> dict[str, str]:
    """Versions of what computes and renders."""
    versions = {name: importlib.metadata.version(name) for name in ENGINES}
    return {**versions, "python": platform.python_version()}


def listed_files(files: Mapping[str, bytes], rows: Mapping[str, int]) -> list[dict[str, Any]]:
    """Path, size, hash and, for tables, rows of every file of a publication, in path order."""
    return [
        {
            "path": path,
            "bytes": len(content),
            "sha256": sha256_of(content),
            **({"rows": rows[path]} if path in rows else {}),
        }
        for path, content in sorted(files.items())
    ]


def verify_folder(folder: Path, manifest_sha256: str, shown: str) -> None:
    """Compare a published folder with its manifest and that with the ledger; VerificationError if not."""
    for problem in folder_problems(folder, manifest_sha256, shown):
        raise VerificationError(problem)


def folder_problems(
    folder: Path, manifest_sha256: str, shown: str, removed: Container[str] = ()
) -> Iterator[str]:
    """Each file of a published folder that is not what its manifest says, and that where the ledger disagrees.

    `removed` are paths within the workspace that a purge took: they may be missing.
    """
    manifest = _read(folder / MANIFEST_NAME)
    if manifest is None or sha256_of(manifest) != manifest_sha256:
        yield f"terbit/{shown}/{MANIFEST_NAME} bukan yang tercatat di buku terbit."
        return  # what it lists cannot be believed
    listed = {item["path"]: item["sha256"] for item in json.loads(manifest)["files"]}
    for path, expected in sorted(listed.items()):
        content = _read(folder / path)
        if content is None and f"terbit/{shown}/{path}" in removed:
            continue
        if content is None or sha256_of(content) != expected:
            yield f"terbit/{shown}/{path} hilang atau berubah sejak diterbitkan."
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    signatures = {path.name for path in folder.glob(SIGNATURE_PATTERN)}
    for path in sorted(present - listed.keys() - signatures - {MANIFEST_NAME}):
        yield f"terbit/{shown}/{path} tidak ada dalam manifesnya."


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
