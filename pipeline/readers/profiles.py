"""Profiles: TOML files that map a vendor's headers, formats and codes to ours. A new vendor is a new profile."""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from pipeline.errors import SettingsError, nearest
from pipeline.readers.logs.patterns import log_trials
from pipeline.readers.logs.profiles import Endpoint, LogProfile, Piece
from pipeline.readers.tables.formats import table_trials
from pipeline.readers.tables.profiles import KindProfile, ProfilePart, TableProfile

FOLDER = "profil"


class Profile(ProfilePart):
    """A profile reads tables or logs."""

    table: TableProfile | None = None
    log: LogProfile | None = None


def load_profile(code: str, workspace: Path) -> Profile:
    """The profile `code`: DIR/profil/CODE.toml where it exists, else the one shipped. Raises SettingsError."""
    if not code.replace("-", "").replace("_", "").isalnum():
        raise SettingsError(f"Nama profil `{code}` tidak sah.")
    own = workspace / FOLDER / f"{code}.toml"
    shipped = importlib.resources.files("pipeline").joinpath("profiles", f"{code}.toml")
    if own.is_file():
        return _checked(f"{FOLDER}/{code}.toml", own.read_bytes())
    if not shipped.is_file():
        known = shipped_profiles()
        raise SettingsError(f"Profil `{code}` tidak ada; yang ada: {', '.join(known)}.{nearest(code, known)}")
    return _checked(f"profil bawaan {code}", shipped.read_bytes())


@functools.cache
def _checked(place: str, content: bytes) -> Profile:
    """The profile that a file holds, once its patterns and formats have been tried on the engine that will use them."""
    try:
        profile = Profile.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        raise SettingsError(f"{place}: " + "; ".join(_problem(item) for item in error.errors())) from None
    except (ValueError, RecursionError) as error:  # what tomllib raises, or a text that is no UTF-8
        raise SettingsError(f"{place}: bukan TOML yang sah: {error}") from None
    with duckdb.connect() as engine:
        for key, statement in (
            *(table_trials(profile.table) if profile.table is not None else ()),
            *(log_trials(profile.log) if profile.log is not None else ()),
        ):
            try:
                engine.execute(statement)
            except duckdb.Error as error:
                why = str(error).splitlines()[0].partition(": ")[2]
                raise SettingsError(f"{place}: {key}: pola, format atau kode tidak sah: {why}") from None
    return profile


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
    folder = importlib.resources.files("pipeline").joinpath("profiles")
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
