"""rekon.toml as frozen models: what changes from run to run. Every unknown key is an error."""

from __future__ import annotations

import datetime as dt
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.errors import SettingsError, nearest, one_of
from schemas.codes import PERIOD, REGION, VANTAGES

FILE_NAME = "rekon.toml"
REQUIRED = ("employee", "unit", "punch")
"""Kinds without which there is no month."""
KINDS = (
    "employee",
    "unit",
    "network",
    "punch",
    "absence",
    "roster",
    "statement",
    "incident",
    "deduction",
    "decision",
    "probe",
    "access_log",
    "coverage",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """Files of one kind, read by one profile."""

    kind: str
    files: tuple[str, ...]
    profile: str = "baku"
    vantage: str | None = None
    zone: str | None = None
    covers_until: dt.datetime | None = None
    max_quarantine_share: float = Field(default=0.2, ge=0, le=1)

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        return one_of(value, KINDS)

    @field_validator("vantage")
    @classmethod
    def _known_vantage(cls, value: str | None) -> str | None:
        return value if value is None else one_of(value, VANTAGES)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else _zone(value)


class Engine(_Frozen):
    """Limits of DuckDB."""

    threads: int = Field(default=2, ge=1, le=64)
    memory_limit: str = "2GB"


class Payroll(_Frozen):
    """Form of the payroll file."""

    delimiter: Literal[";", ","] = ";"
    format: str = "baku"


class Signature(_Frozen):
    """Who may sign publications: an OpenSSH allowed_signers file of the workspace."""

    signers: str = "penanda-tangan"


class Retention(_Frozen):
    """Months that `rekon purge` must leave alone: an audit, an objection, a case in court."""

    hold: tuple[Annotated[str, Field(pattern=PERIOD)], ...] = ()


class Settings(_Frozen):
    """A workspace's rekon.toml."""

    period: str = Field(pattern=PERIOD)
    region: str = Field(pattern=REGION)
    zone: str
    policy: str
    calendar: tuple[str, ...] = ()
    source: tuple[Source, ...]
    engine: Engine = Engine()
    payroll: Payroll = Payroll()
    signature: Signature = Signature()
    retention: Retention = Retention()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return _zone(value)

    @property
    def period_from(self) -> dt.date:
        """First day of the period."""
        return dt.date.fromisoformat(f"{self.period}-01")

    @property
    def period_to(self) -> dt.date:
        """Day after the last."""
        return (self.period_from + dt.timedelta(days=32)).replace(day=1)


def load_settings(workspace: Path) -> Settings:
    """Read DIR/rekon.toml; raises SettingsError that names file, key path and the nearest known key."""
    path = workspace / FILE_NAME
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{FILE_NAME} tidak ada di ruang kerja ini. Buat dengan `rekon init DIR`, atau tunjuk dengan -C DIR."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE_NAME}: bukan TOML yang sah: {error}") from None
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        problems = "\n".join(f"  {_problem(item)}" for item in error.errors())
        raise SettingsError(f"{FILE_NAME}: pengaturan tidak dapat dipakai:\n{problems}") from None


def _problem(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        known = tuple(Settings.model_fields) + tuple(Source.model_fields) + tuple(Engine.model_fields)
        return f"{place}: kunci tidak dikenal.{nearest(str(item['loc'][-1]), known)}"
    if item["type"] == "missing":
        return f"{place}: wajib diisi"
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"


def _zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"zona waktu `{value}` tidak dikenal; tulis nama IANA seperti Asia/Jakarta")
    return value
