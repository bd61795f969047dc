"""How a vendor's tabular export is written: delimiter, header, formats, codes. Checked when the profile is loaded."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.errors import nearest, one_of
from pipeline.readers.tables.kinds import CODES_OF, HEADERS

BLANKS = "spaces"
Formats = Annotated[tuple[str, ...], Field(min_length=1)]
DELIMITERS = (",", ";", "\t")


class ProfilePart(BaseModel):
    """A part of a profile: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KindProfile(ProfilePart):
    """How one kind of record appears under a profile."""

    required: tuple[str, ...]
    """Headers without which a file is refused."""
    aliases: dict[str, tuple[str, ...]] = {}
    """Our header -> other headers that mean it."""
    columns: tuple[str, ...] = ()
    """Of files without a header line: our header of each field, in order; an empty text skips a field."""
    more_columns: bool = False
    """Fields beyond `columns` are allowed and ignored."""
    constants: dict[str, str] = {}
    """Our header -> what every record of a file holds that has no such column."""


class TableProfile(ProfilePart):
    """A tabular export. Formats are tried in the order given, and no other is."""

    delimiter: Literal[",", ";", "\t", "spaces"] | None = None
    """Absent: whichever of comma, semicolon and TAB shows the required headers."""
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16"] = "utf-8"
    header_within: int = Field(default=20, ge=1, le=100)
    """The header is the first of so many rows that has the required headers."""
    header_rows: int = Field(default=1, ge=1, le=3)
    """Rows that make up the header; of each column the lowest filled cell is its title."""
    skip_after_header: int = Field(default=0, ge=0, le=20)
    """Rows between header and data, such as one that numbers the columns."""
    untitled_columns: bool = False
    """Columns without a header are allowed in delimited text and ignored."""
    sheet: str | None = None
    """The one sheet to read; absent: every visible sheet that has the required headers."""
    empty: tuple[str, ...] = ()
    """Cells that mean nothing, such as `-`."""
    dates: Formats
    clocks: Formats
    instants: Formats
    zone: str | None = None
    """Zone of times without one, where the source in rekon.toml names none."""
    received_zone: str | None = None
    """Zone of `waktu_terima`, where the server writes another than the device."""
    device_pattern: str | None = None
    """Pattern on the file's name whose group is `perangkat` of every punch."""
    money: Literal["plain", "dotted", "dotted-comma"] = "plain"
    codes: dict[str, dict[str, str]] = {}
    """Group -> as written -> ours; an empty text is known and means nothing."""
    kind: dict[str, KindProfile]

    @field_validator("codes")
    @classmethod
    def _known_codes(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for group, codes in value.items():
            known = CODES_OF[one_of(group, tuple(CODES_OF))]
            for written, code in codes.items():
                if code and known and code not in known:
                    listed = ", ".join(known)
                    raise ValueError(
                        f"{group}.{written}: kode `{code}` tidak dikenal; yang dikenal: {listed}.{nearest(code, known)}"
                    )
        return value

    @field_validator("dates", "clocks", "instants")
    @classmethod
    def _readable_formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for form in value:
            if not set(re.findall(r"%(.)", form)) <= set("YmdBbHMSfyz"):
                raise ValueError(
                    f"format `{form}` memakai tanda yang tidak dikenal; pakai %Y %m %d %B %H %M %S"
                )
        return value

    @field_validator("zone", "received_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else one_of(value, tuple(sorted(zoneinfo.available_timezones())))

    @field_validator("device_pattern")
    @classmethod
    def _one_group(cls, value: str | None) -> str | None:
        try:
            if value is not None and re.compile(value).groups != 1:
                raise ValueError("pola harus punya tepat satu kelompok (...)")
        except re.error as error:
            raise ValueError(f"pola tidak sah: {error}") from None
        return value

    @model_validator(mode="after")
    def _known_headers(self) -> TableProfile:
        for kind, profile in self.kind.items():
            one_of(kind, tuple(HEADERS))
            known = HEADERS[kind]
            for header in (
                *profile.required,
                *profile.aliases,
                *profile.constants,
                *filter(None, profile.columns),
            ):
                one_of(header, known)
            if self.delimiter == BLANKS and not profile.columns:
                raise ValueError(f'kind.{kind}: delimiter = "spaces" memerlukan columns')
        return self

    def of(self, kind: str) -> KindProfile:
        """How a kind appears; one that the profile does not name requires nothing."""
        return self.kind.get(kind, KindProfile(required=()))
