"""From a profile to SQL: how the fields of a log line are found in its text.

`fast` cuts a line at its double quotes and matches each piece by a small pattern: RE2 then needs one pass without
backtracking (measured: half the time of one pattern for the whole line). It declines whatever holds an escaped
quote. `full` is the definition: one pattern for the whole line that knows escapes, tried for each form of the
profile. Where `fast` accepts, both give the same fields (a test proves it).
"""

from __future__ import annotations

import re

from pipeline.readers.formats import quoted
from pipeline.readers.profiles import Endpoint, LogProfile, Piece

FIELDS = (
    "address", "time", "request", "status", "agent", "request_time", "upstream_status", "user_id", "region", "version"
)  # fmt: skip
_QUOTED_FIELD = r'((?:[^"\\]|\\.)*)'


def fast(profile: LogProfile, source: str) -> str:
    """A SELECT of text, is_shaped and FIELDS from `source` (text, shape_no); absent fields are null."""
    parts, conditions, found = [], [f"len(piece) = {len(profile.pieces)}"], {}
    for place, piece in enumerate(profile.pieces, start=1):
        if piece.constant is not None:
            conditions.append(f"piece[{place}] = {quoted(piece.constant)}")
        elif piece.field is not None:
            found[piece.field] = f"piece[{place}]"
        elif piece.pattern is not None:
            parts.append(f"{_groups(f'piece[{place}]', piece.pattern, piece.fields)} as part_{place}")
            conditions.append(f"part_{place}.{piece.fields[0]} <> ''")
            found |= {name: f"part_{place}.{name}" for name in piece.fields}
    return f"""
    select text, shape_no, coalesce({" and ".join(conditions)}, false) as is_shaped, {_selected(found)}
    from (
        select *, {", ".join(parts)}
        from (select *, case when not contains(text, '\\"') then string_split(text, '"') end as piece from {source})
    )"""  # noqa: S608 - texts of the profile are quoted


def full(profile: LogProfile, source: str) -> str:
    """As `fast`, by one escape-aware pattern for the whole text."""
    pattern, names = _whole(profile.pieces)
    found = {name: f"whole.{name}" for name in names}
    return f"""
    select text, shape_no, coalesce(whole.{names[0]} <> '', false) as is_shaped, {_selected(found)}
    from (select *, {_groups("text", pattern, names)} as whole from {source})"""  # noqa: S608


def _whole(pieces: tuple[Piece, ...]) -> tuple[str, tuple[str, ...]]:
    patterns: list[str] = []
    names: list[str] = []
    for piece in pieces:
        if piece.constant is not None:
            patterns.append(re.escape(piece.constant))
        elif piece.field is not None:
            patterns.append(_QUOTED_FIELD)
            names.append(piece.field)
        elif piece.pattern is not None:
            patterns.append(f"(?:{piece.pattern})")
            names.extend(piece.fields)
    return '"'.join(patterns), tuple(names)


def _groups(text: str, pattern: str, names: tuple[str, ...]) -> str:
    listed = "[" + ", ".join(map(quoted, names)) + "]"
    return f"regexp_extract({text}, {quoted(f'^(?:{pattern})$')}, {listed})"


def _selected(found: dict[str, str]) -> str:
    """Absent, empty and `-` all mean that the server had nothing to say."""
    return ", ".join(
        f"nullif(nullif({found[name]}, '-'), '') as {name}" if name in found else f"null::varchar as {name}"
        for name in FIELDS
    )


def endpoint_case(endpoints: tuple[Endpoint, ...]) -> str:
    """A CASE over method and path; the first endpoint that fits wins."""
    clauses = []
    for endpoint in endpoints:
        literal = re.fullmatch(r"[A-Za-z0-9/_-]+", endpoint.path)
        path = (
            f"path = {quoted(endpoint.path)}"
            if literal
            else f"regexp_full_match(path, {quoted(endpoint.path)})"
        )
        method = "" if endpoint.method is None else f"method = {quoted(endpoint.method)} and "
        clauses.append(f"when {method}{path} then {quoted(endpoint.code)}")
    return f"case {' '.join(clauses) or 'when false then null'} else 'other' end"


def instant(text: str, time_format: str, zone: str) -> str:
    """A UTC timestamp from a text, null where it is no time; `zone` serves formats without an offset."""
    parsed = f"try_strptime({text}, {quoted(time_format)})"
    if "%z" in time_format:
        return f"{parsed}::timestamp"
    return f"(({parsed} at time zone {quoted(zone)}) at time zone 'UTC')::timestamp"
