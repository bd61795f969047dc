"""Policy files: dated, cited values -> the rows of the policy tables.

What a file may hold and how it is refused belongs here; what its values do to a duty or a rupiah belongs to the
rules (`pipeline/stages`). A file is refused with all its problems at once, each with file and key path. One module per part of the file: `dated` (entries in time), `money` (what costs what), `variants`
(overrides), `duties` (working hours), `disturbance` (records and outages).
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

from pipeline.engine.strict_toml import parse
from pipeline.errors import SettingsError, nearest
from pipeline.policy import disturbance, duties, money, variants
from pipeline.policy.dated import DatedReading, Rows
from schemas import ActionRule, DutyPattern, ShiftPattern

REQUIRED = ("code", "status", "valid_from", "value", "band", "missing", "group", "leave", "actions")
OPTIONAL = ("attendance_floor", "override", "case")


def read_policy(workspace: Path, name: str) -> tuple[str, bytes]:
    """File name and bytes of `rekon.toml`'s policy: a `.toml` of the workspace, or else a shipped preset."""
    if name.endswith(".toml"):
        try:
            return name, (workspace / name).read_bytes()
        except OSError:
            raise SettingsError(
                f"{name}: berkas kebijakan tidak dapat dibaca; periksa `policy` di rekon.toml."
            ) from None
    return f"{name}.toml", _shipped("policies", name)


def preset_names() -> list[str]:
    """The shipped example policies."""
    root = importlib.resources.files("pipeline").joinpath("policies")
    return sorted(item.name.removesuffix(".toml") for item in root.iterdir() if item.name.endswith(".toml"))


def compile_policy(file_name: str, content: bytes) -> Rows:
    """Policy TOML -> the rows of its tables; raises SettingsError that lists every problem."""
    return compile_document(file_name, parse(file_name, content))


def compile_document(file_name: str, document: dict[str, Any]) -> Rows:
    """A parsed policy -> the rows of its tables; raises SettingsError that lists every problem."""
    reading = DatedReading(file_name)
    rows = _read(reading, document)
    reading.refuse("kebijakan")
    return rows


def _read(reading: DatedReading, document: dict[str, Any]) -> Rows:
    top = reading.keys(document, "", REQUIRED, OPTIONAL)
    code = reading.text(top.get("code"), "code")
    reading.text(top.get("status"), "status")
    reading.first = reading.date(top.get("valid_from"), "valid_from") or reading.first
    values = reading.keys(
        top.get("value", {}),
        "value",
        (*money.REQUIRED_VALUES, *disturbance.REQUIRED_VALUES),
        (*money.OPTIONAL_VALUES, *disturbance.OPTIONAL_VALUES),
    )
    general = money.read_rules(reading, {**top, "value": values}, "")
    rows: Rows = {
        ActionRule: disturbance.read_actions(reading, top["actions"]) if "actions" in top else [],
        DutyPattern: [],
        ShiftPattern: [],
    }
    if "group" in top:
        duties.read_groups(reading, top["group"], rows)
    groups = tuple(top["group"]) if isinstance(top.get("group"), dict) else ()
    overrides = variants.read_overrides(reading, top.get("override", {}), groups, general)
    settled = disturbance.read_values(reading, values)
    if not reading.problems:
        rows |= variants.money_tables(reading, general, overrides)
        rows |= disturbance.periods(code or "", settled, general, rows)
    return rows


def _shipped(folder: str, name: str) -> bytes:
    known = preset_names()
    if name not in known:
        raise SettingsError(
            f"rekon.toml: policy: `{name}` bukan contoh kebijakan yang tersedia ({', '.join(known)})."
            f"{nearest(name, tuple(known))} Untuk berkas sendiri tulis namanya dengan .toml."
        )
    return importlib.resources.files("pipeline").joinpath(folder, f"{name}.toml").read_bytes()
