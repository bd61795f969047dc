"""Profiles: TOML files that map a vendor's headers, formats and codes to ours. A new vendor is a new profile."""

from __future__ import annotations

import importlib.resources
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import SettingsError, nearest
from pipeline.readers.table_profiles import KindProfile, TableProfile

FOLDER = "profil"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Frozen):
    """One of the pieces into which quotes cut a log line: a constant, one whole field, or a pattern of fields."""

    constant: str | None = None
    field: str | None = None
    pattern: str | None = None
    fields: tuple[str, ...] = ()


class Endpoint(_Frozen):
    """Requests of a class: the method (any where absent) and a pattern that the whole path must match."""

    code: Literal["punch_in", "punch_out", "punch", "login", "health"]
    method: str | None = None
    path: str


class LogProfile(_Frozen):
    """An access log whose lines are cut at double quotes."""

    pieces: tuple[Piece, ...]
    time_marks: tuple[str, str] = ("[", "]")
    time_format: str
    has_upstream: bool
    timeout_seconds: float | None = Field(default=None, gt=0)
    user_id_authenticated: bool
    max_malformed_share: float = Field(default=0.01, ge=0, le=1)
    endpoints: tuple[Endpoint, ...]
    client_system: str
    client_version: str


class Profile(_Frozen):
    """A profile reads tables or logs."""

    table: TableProfile | None = None
    log: LogProfile | None = None


def load_profile(code: str, workspace: Path) -> Profile:
    """The profile `code`: DIR/profil/CODE.toml where it exists, else the one shipped. Raises SettingsError."""
    if not code.replace("-", "").replace("_", "").isalnum():
        raise SettingsError(f"Nama profil `{code}` tidak sah.")
    own = workspace / FOLDER / f"{code}.toml"
    shipped = importlib.resources.files("pipeline.profiles").joinpath(f"{code}.toml")
    if own.is_file():
        place, text = f"{FOLDER}/{code}.toml", own.read_text("utf-8")
    elif shipped.is_file():
        place, text = f"profil bawaan {code}", shipped.read_text("utf-8")
    else:
        known = shipped_profiles()
        raise SettingsError(f"Profil `{code}` tidak ada; yang ada: {', '.join(known)}.{nearest(code, known)}")
    try:
        return Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{place}: bukan TOML yang sah: {error}") from None
    except ValidationError as error:
        raise SettingsError(f"{place}: " + "; ".join(_problem(item) for item in error.errors())) from None


def load_table_profile(code: str, workspace: Path) -> TableProfile:
    """The profile of a tabular source."""
    table = load_profile(code, workspace).table
    if table is None:
        raise SettingsError(f"Profil `{code}` bukan profil tabel; pilih profil lain untuk sumber ini.")
    return table


def load_log_profile(code: str, workspace: Path) -> LogProfile:
    """The profile of an access log."""
    log = load_profile(code, workspace).log
    if log is None:
        raise SettingsError(f"Profil `{code}` bukan profil log; pilih profil lain untuk sumber ini.")
    return log


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with the program."""
    folder = importlib.resources.files("pipeline.profiles")
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
    )


def _problem(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        known = tuple(
            name for model in (Profile, TableProfile, KindProfile, LogProfile, Piece, Endpoint)
            for name in model.model_fields
        )  # fmt: skip
        return f"{place}: kunci tidak dikenal.{nearest(str(item['loc'][-1]), known)}"
    if item["type"] == "missing":
        return f"{place}: wajib diisi"
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"
