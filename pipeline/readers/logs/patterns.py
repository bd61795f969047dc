"""From a profile to SQL: how the fields of a log line are found in its text.

`fast` cuts a line at its double quotes and matches each piece by a small pattern: RE2 then needs one pass without
backtracking (measured: half the time of one pattern for the whole line). It knows the main form only, and declines
whatever holds an escaped quote. `full` is the definition: one pattern for the whole line that knows escapes, for
each form of the profile. Where `fast` accepts, both give the same fields (a test proves it). JSON has one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.readers.logs.profiles import FIELDS, Endpoint, LogProfile, Piece
from pipeline.readers.tables.formats import quoted

_QUOTED_FIELD = r'((?:[^"\\]|\\.)*)'
_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?"
_OFFSET = "(Z|[+-][0-9]{2}:?[0-9]{2})"
_EPOCH = "[1-9][0-9]{8,9}([.][0-9]+)?"  # as JSON writes a number


def fast(profile: LogProfile, source: str) -> str:
    """A SELECT of text, shape_no, is_shaped and FIELDS from `source` (text, shape_no); absent fields are null."""
    if profile.json_paths:
        return _json(profile, source)
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
    """As `fast`, by escape-aware patterns for the whole text; the first form that fits counts."""
    if profile.json_paths:
        return _json(profile, source)
    forms = [_whole(form) for form in (profile.pieces, *profile.other_forms)]
    fits = [f"whole_{number}.{names[0]} <> ''" for number, (_, names) in enumerate(forms)]
    wholes = [f"{_groups('text', *form)} as whole_{number}" for number, form in enumerate(forms)]
    found = {}
    for name in FIELDS:
        values = [
            f"whole_{number}.{name}" if name in names else "null" for number, (_, names) in enumerate(forms)
        ]
        whens = [f"when {fit} then {value}" for fit, value in zip(fits, values, strict=True)]
        found[name] = f"case {' '.join(whens)} end"
    return f"""
    select text, shape_no, coalesce({" or ".join(fits)}, false) as is_shaped, {_selected(found)}
    from (select *, {", ".join(wholes)} from {source})"""  # noqa: S608


def _json(profile: LogProfile, source: str) -> str:
    pointers = [pointer for pointers in profile.json_paths.values() for pointer in pointers]
    found, place = {}, 1
    for name, own in profile.json_paths.items():
        found[name] = "coalesce(" + ", ".join(f"found[{place + step}]" for step in range(len(own))) + ")"
        place += len(own)
    return f"""
    select text, shape_no, coalesce({found["time"]} <> '' and {found["status"]} <> '', false) as is_shaped,
        {_selected(found)}
    from (
        select *, case when json_valid(text) and json_type(text) = 'OBJECT'
            then {_pointed("text", pointers)} end as found
        from {source}
    )"""  # noqa: S608


def _pointed(text: str, pointers: Iterable[str]) -> str:
    return f"json_extract_string({text}, [{', '.join(map(quoted, pointers))}])"


def _whole(form: tuple[Piece, ...]) -> tuple[str, tuple[str, ...]]:
    patterns: list[str] = []
    names: list[str] = []
    for piece in form:
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
    """Absent, empty and `-` all mean that the server logged no value."""
    return ", ".join(
        f"nullif(nullif({found[name]}, '-'), '') as {name}" if name in found else f"null::varchar as {name}"
        for name in FIELDS
    )


def log_trials(profile: LogProfile) -> Iterator[tuple[str, str]]:
    """Key of the profile and a statement that needs it, for every pattern and format."""
    expressions: list[tuple[str, str]] = []
    for number, form in enumerate((profile.pieces, *profile.other_forms)):
        name = f"other_forms.{number - 1}" if number else "pieces"
        for place, piece in enumerate(form):
            if piece.pattern is not None:
                expressions.append((f"{name}.{place}", _groups("'x'", piece.pattern, piece.fields)))
        if form:
            expressions.append((name, _groups("'x'", *_whole(form))))
    for name, own in profile.json_paths.items():
        expressions.append((f"json_paths.{name}", _pointed("'{}'", own)))
    request = " from (select '' as method, 'x' as path)"
    for place, one in enumerate(profile.endpoints):
        expressions.append((f"endpoints.{place}", endpoint_case((one,)) + request))
    for name, pattern in (
        ("client_system", profile.client_system),
        ("client_version", profile.client_version),
        ("not_request", profile.not_request or ""),
    ):
        expressions.append((name, f"regexp_extract('x', {quoted(pattern)}, 1)"))
    expressions.append(("time_format", instant("'x'", profile.time_format, "UTC")))
    for key, expression in expressions:
        yield key, f"select {expression}"


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
    """A UTC timestamp from a text, null where it is no time; `zone` serves times without an offset."""
    if time_format == "epoch":  # through a double, because JSON numbers are
        return (
            f"case when regexp_full_match({text}, '{_EPOCH}') "
            f"then make_timestamp(round(try_cast({text} as double) * 1000000)::bigint) end"
        )
    if time_format == "iso":
        local = _utc(f"try_cast({text} as timestamp)", zone)
        return (
            f"case when regexp_full_match({text}, '{_ISO}{_OFFSET}') then try_cast({text} as timestamptz)::timestamp "
            f"when regexp_full_match({text}, '{_ISO}') then {local} end"
        )
    parsed = f"try_strptime({text}, {quoted(time_format)})"
    return f"{parsed}::timestamp" if "%z" in time_format else _utc(parsed, zone)


def _utc(local: str, zone: str) -> str:
    return f"(({local} at time zone {quoted(zone)}) at time zone 'UTC')::timestamp"
