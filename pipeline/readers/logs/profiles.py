"""What a profile says about an access log: where its fields stand, and what they mean."""

from __future__ import annotations

import ipaddress
from typing import Literal

from pydantic import Field, field_validator, model_validator

from pipeline.readers.tables.profiles import ProfilePart

FIELDS = (
    "address", "forwarded", "time", "request", "method", "uri", "status", "agent", "request_time", "upstream",
    "upstream_status", "termination", "body_code", "user_id", "region", "version",
)  # fmt: skip
# A profile may name these for its reader's sake.
IGNORED = ("remote_user", "bytes", "referer", "upstream_time", "rest")


class Piece(ProfilePart):
    """One of the pieces into which quotes cut a log line: a constant, one whole field, or a pattern of fields.

    The first field of a pattern may not be empty where the pattern fits.
    """

    constant: str | None = None
    field: str | None = None
    pattern: str | None = None
    fields: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Piece:
        if sum(part is not None for part in (self.constant, self.field, self.pattern)) != 1:
            raise ValueError("isi tepat satu dari constant, field, pattern")
        if bool(self.fields) != (self.pattern is not None):
            raise ValueError("pattern dan fields saling melengkapi")
        _known(*self.fields, *([self.field] if self.field else []))
        return self


class Endpoint(ProfilePart):
    """Requests of a class: the method (any where absent) and a pattern that the whole path must match."""

    code: Literal["punch_in", "punch_out", "punch", "login", "health"]
    method: str | None = None
    path: str


class LogProfile(ProfilePart):
    """An access log: lines cut at double quotes (`pieces`, `other_forms`), or JSON (`json_paths`).

    `time_marks` stand before and after the time; a line where they do not is still read, only slower.
    """

    pieces: tuple[Piece, ...] = ()
    other_forms: tuple[tuple[Piece, ...], ...] = ()  # tried in order where the line is not of the main form
    json_paths: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field -> JSON pointers; the first that leads somewhere counts."""
    not_request: str | None = None  # lines that the server writes beside requests
    time_marks: tuple[str, str] = ("[", "]")
    time_format: str  # of strptime, or `iso`, or `epoch` (seconds)
    time_is: Literal["start", "end"] = "end"  # of the request
    request_time_unit: Literal["s", "ms", "us"] = "s"
    has_upstream: bool
    no_upstream: str | None = None  # what stands for the upstream server where there was none
    timeout_seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    failed_statuses: tuple[int, ...] = (408, 429, 499)  # beside 5xx and no status at all
    refused_body_codes: tuple[str, ...] = ()  # body codes that mean a refusal, whatever the status
    trusted_proxies: tuple[str, ...] = ()  # blocks, or `unix:`, whose X-Forwarded-For is believed
    user_id_authenticated: bool
    max_malformed_share: float = Field(default=0.01, ge=0, le=1)
    endpoints: tuple[Endpoint, ...]
    client_system: str
    client_version: str

    @field_validator("trusted_proxies")
    @classmethod
    def _blocks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if value != "unix:":
                ipaddress.ip_network(value)
        return values

    @model_validator(mode="after")
    def _has_one_shape(self) -> LogProfile:
        if bool(self.pieces) == bool(self.json_paths):
            raise ValueError("isi tepat satu dari pieces dan json_paths")
        _known(*self.json_paths)
        for form in (self.pieces, *self.other_forms):
            named = [name for piece in form for name in (piece.field, *piece.fields) if name]
            if form and ("time" not in named or not any(piece.fields for piece in form)):
                raise ValueError("setiap bentuk baris harus memuat medan time di dalam satu pattern")
            if len(set(named)) < len(named):
                raise ValueError("satu medan disebut dua kali dalam satu bentuk baris")
        if self.json_paths and not {"time", "status"} <= self.json_paths.keys():
            raise ValueError("json_paths harus memuat time dan status")
        return self


def _known(*names: str) -> None:
    for name in names:
        if name not in FIELDS + IGNORED:
            raise ValueError(f"medan `{name}` tidak dikenal; yang dikenal: {', '.join(FIELDS)}")
