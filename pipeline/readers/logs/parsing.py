"""Lines of access logs to requests, block by block, as Parquet files that `logs` sums up.

Most lines of a log differ in their time only: 85 % are health checks. So the time is cut out of each line, what is
left (the shape) is parsed once however often it occurs, and the times are read by themselves. A line that cannot
be cut this way is parsed whole, by the full pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import SPECIAL

from pipeline.readers.logs.addresses import TrustedProxies
from pipeline.readers.logs.lines import BLOCK, count_lines, read_lines
from pipeline.readers.logs.patterns import endpoint_case, fast, full, instant
from pipeline.readers.logs.profiles import LogProfile
from pipeline.readers.tables.formats import quoted

LINE_LIMIT = 16 << 10
MEMORY_LIMIT = "350MB"  # a block and its shapes; more spills to the disk
NOT_REQUEST = "LOG_NOT_REQUEST"  # no fault of the file
LONGEST = 864_000  # seconds that a request may be said to have taken
MARK = "4007207301"  # replaces the time; a number, so that JSON stays valid


@dataclass(frozen=True)
class LogFile:
    """A log to read. `name` is what messages call it; `zone` serves times without offset."""

    file_id: str
    name: str
    path: Path
    vantage: str
    zone: str
    profile: LogProfile


@dataclass(frozen=True)
class ReadLog:
    """What became of a file's lines. `bad`: (line_no, code) of each malformed line, in order."""

    record_count: int
    accepted_count: int
    bad: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class LogBatch:
    """Files of one profile and zone, numbered from `first` on."""

    first: int
    files: tuple[LogFile, ...]
    folder: Path
    threads: int


def read_logs(batch: LogBatch) -> list[ReadLog]:
    """Parse the files into folder/request-*.parquet and folder/shape-*.parquet. Reads folder/person.parquet (nip)."""
    engine = duckdb.connect(
        config={
            "threads": batch.threads,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(batch.folder / "spill"),
        }
    )
    try:
        for setting in (
            "TimeZone = 'UTC'",
            "enable_progress_bar = false",
            "preserve_insertion_order = false",
        ):
            engine.execute(f"set {setting}")
        engine.execute(_TABLES)
        engine.execute("insert into person from read_parquet(?)", [str(batch.folder / "person.parquet")])
        profile, zone = batch.files[0].profile, batch.files[0].zone
        proxies = TrustedProxies(profile.trusted_proxies)
        engine.create_function(
            "client_address", proxies.client, ["varchar", "varchar"], "varchar", null_handling=SPECIAL
        )
        steps = _steps(profile, zone)
        for block, lines in enumerate(_blocks(batch)):
            engine.register("incoming", lines)
            for step in steps:
                engine.execute(step)
            engine.unregister("incoming")
            for table in ("shape", "request"):
                path = batch.folder / f"{table}-{batch.first:06d}-{block:06d}.parquet"
                engine.execute(f"copy ({_COPIED[table]}) to ? (format parquet)", [str(path)])
        return _outcomes(engine, batch)
    finally:
        engine.close()


def _outcomes(engine: duckdb.DuckDBPyConnection, batch: LogBatch) -> list[ReadLog]:
    accepted = engine.execute("select file_no, sum(lines)::bigint from good group by file_no").fetchall()
    good = {int(number): int(lines) for number, lines in accepted}
    bad: dict[int, list[tuple[int, str]]] = {}
    for number, line_no, code in engine.execute("from bad order by file_no, line_no").fetchall():
        bad.setdefault(number, []).append((line_no, code))
    return [
        ReadLog(count_lines(file.path), good.get(number, 0), tuple(bad.get(number, ())))
        for number, file in enumerate(batch.files, start=batch.first)
    ]


def _blocks(batch: LogBatch) -> Iterator[pa.Table]:
    """Lines with the number of their file; small files together, about BLOCK bytes each."""
    pending: list[pa.Table] = []
    size = 0
    for number, file in enumerate(batch.files, start=batch.first):
        for lines in read_lines(file.path, file.name):
            numbers = pa.array(np.full(lines.num_rows, number, dtype=np.int32))
            pending.append(lines.append_column("file_no", numbers))
            size += lines.nbytes
            if size >= BLOCK:
                yield pa.concat_tables(pending)
                pending, size = [], 0
    if pending:
        yield pa.concat_tables(pending)


_COPIED = {"shape": "select * exclude (text, is_shaped, time) from shape", "request": "from request"}
_TABLES = f"""
create macro line_key(file_no, line_no) as (file_no::bigint << 40) + line_no;
create macro mark() as '{MARK}';
create macro has_one_mark(text) as len(text) - len(replace(text, mark(), '')) = len(mark());
create macro is_long(line) as strlen(line) > {LINE_LIMIT};
create macro is_readable(line, is_utf8) as is_utf8 and not is_long(line);
create table person (nip varchar);
create table bad (file_no integer, line_no bigint, code varchar);
create table good (file_no integer, lines bigint);
"""


def _steps(profile: LogProfile, zone: str) -> tuple[str, ...]:
    """From the table `incoming` (file_no, line_no, line, is_utf8) to `shape`, `request`, `bad` and `good`.

    A shape is numbered by the first line that has it, so numbers agree between blocks. Unusable shapes are deleted,
    not filtered: a filter would be pushed down to where every line pays for the patterns.
    """
    return (
        f"create or replace temp table cut as {_cut(profile, zone)}",
        f"create or replace temp table shape as {_shapes(profile, fast(profile, _RESTS), 'false')}",
        "delete from shape where not is_shaped or time is distinct from mark() or not has_one_mark(text)",
        f"create or replace temp table entire as {_ENTIRE}",
        f"insert into shape {_shapes(profile, full(profile, _TEXTS), 'true')}",
        "delete from shape where not is_shaped",
        f"""
        create or replace temp table late as
        select entire.*, shape.shape_no, shape.nip, shape.microseconds,
            {instant("shape.time", profile.time_format, zone)} as logged_at
        from entire left join shape on shape.text = entire.line and shape.is_entire""",  # noqa: S608 - quoted
        f"create or replace temp table request as {_requests(profile)}",
        f"insert into bad {_bad(profile)}",
        "insert into good select file_no, count(*) from request group by file_no",
    )


_RESTS = "(select rest as text, min(line_id) as shape_no from cut where rest is not null group by rest)"
_TEXTS = "(select line as text, min(line_id) as shape_no from entire where is_readable group by line)"
_ENTIRE = """
select line_key(file_no, line_no) as line_id, file_no, line_no, hash(line) as line_hash, line, is_readable(line, is_utf8) as is_readable
from incoming
where line_key(file_no, line_no) in (select line_id from cut anti join shape on shape.text = cut.rest)
"""
_SEEN = """
with seen as (
    select line_id, file_no, line_no, line_hash, logged_at, shape_no, nip, microseconds
    from cut inner join shape on shape.text = cut.rest and not shape.is_entire
    union all
    select line_id, file_no, line_no, line_hash, logged_at, shape_no, nip, microseconds
    from late where shape_no is not null and logged_at is not null
), own as (
    select line_key(file_no, line_no) as line_id, sha256(line) as row_sha256
    from incoming where line_key(file_no, line_no) in (select line_id from seen where nip is not null)
)
"""


def _requests(profile: LogProfile) -> str:
    """Start (whole second) and end of each request; a server logs one of them, and how long it took."""
    started, ended = "logged_at - to_microseconds(microseconds)", "logged_at"
    if profile.time_is == "start":
        started, ended = "logged_at", "logged_at + to_microseconds(microseconds)"
    return f"""
    {_SEEN}
    select seen.file_no, seen.line_no, seen.line_hash, seen.shape_no, {ended} as ended_at,
        date_trunc('second', {started}) as started_at, own.row_sha256
    from seen left join own on own.line_id = seen.line_id"""  # noqa: S608 - texts of ours


def _bad(profile: LogProfile) -> str:
    beside = (
        "false" if profile.not_request is None else f"regexp_matches(line, {quoted(profile.not_request)})"
    )
    return f"""
    select file_no, line_no, case
        when is_long(line) then 'LOG_TOO_LONG'
        when not is_readable then 'LOG_ENCODING'
        when shape_no is null and {beside} then '{NOT_REQUEST}'
        when shape_no is null then 'LOG_SHAPE'
        else 'LOG_TIME'
    end
    from late where shape_no is null or logged_at is null"""  # noqa: S608


def _cut(profile: LogProfile, zone: str) -> str:
    """Each line with its time, and with what is left when a mark stands in the place of the time."""
    opening, closing = (quoted(mark) for mark in profile.time_marks)
    return f"""
    select line_key(file_no, line_no) as line_id, file_no, line_no, line_hash, logged_at,
        case when logged_at is not null then replace(line, time_text, mark()) end as rest
    from (
        select *, {instant("time_text", profile.time_format, zone)} as logged_at
        from (
            select *, substr(line, first, last - first) as time_text
            from (
                select *, case when closed > first then closed
                    else first + nullif(strpos(substr(line, first), {closing}), 0) - 1 end as last
                from (
                    select file_no, line_no, line, hash(line) as line_hash,
                        case when is_readable(line, is_utf8) then nullif(strpos(line, {opening}), 0) + len({opening}) end as first,
                        strpos(line, {closing}) as closed
                    from incoming
                )
            )
        )
    )"""  # noqa: S608 - texts of the profile are quoted


def _shapes(profile: LogProfile, matched: str, is_entire: str) -> str:
    """What a request is, from its fields (docs/contract/inputs.md, "What a line becomes")."""
    per_second = {"s": 1, "ms": 1000, "us": 1_000_000}[profile.request_time_unit]
    address = "client_address(address, forwarded)" if profile.trusted_proxies else "address"
    upstream = "split_part(replace(upstream_status, ',', ' '), ' ', -1)"
    if profile.no_upstream is not None:
        upstream = f"case when upstream <> {quoted(profile.no_upstream)} then status end"
    return f"""
    select text, is_shaped, time, {is_entire} as is_entire, shape_no, sender_address as address,
        hash(coalesce(sender_id, sender_address || '|' || coalesce(agent, '-'))) as sender,
        case when starts_with(endpoint_code, 'punch') then person.nip end as nip,
        case when regexp_full_match(region, '[0-9]{{4}}') then region end as region,
        system || '/' || release as client_code, endpoint_code, {_outcome(profile)} as outcome_code, status_code as status,
        last_upstream as upstream_status, is_retried, microseconds,
        {str(profile.has_upstream).lower()} and status_code between 500 and 599 and last_upstream is null as is_gateway_failed,
        status_code between 500 and 599 and last_upstream is not null as is_upstream_failed,
        status_code in (408, 499) or status_code = 0 and coalesce(starts_with(lower(termination), 'c'), false)
            as is_client_failed
    from (
        select *, coalesce({address}, '-') as sender_address,
            greatest(coalesce(try_cast(status as integer), 0), 0) as status_code,
            (least(greatest(coalesce(try_cast(request_time as decimal(28, 6)), 0), 0), {LONGEST * per_second})
                * {1_000_000 // per_second})::bigint as microseconds,
            nullif(translate(user_id, ' ''`', ''), '') as sender_id,
            nullif(nullif({upstream}, '-'), '') as last_upstream,
            coalesce(contains(upstream_status, ',') or contains(upstream_status, ' '), false) as is_retried,
            nullif(regexp_extract(agent, {quoted(profile.client_system)}, 1), '') as system,
            coalesce(version, nullif(regexp_extract(agent, {quoted(profile.client_version)}, 1), '')) as release,
            {endpoint_case(profile.endpoints)} as endpoint_code
        from (
            select * replace (coalesce(method, split_part(request, ' ', 1)) as method),
                split_part(regexp_replace(coalesce(uri, split_part(request, ' ', 2)), '^[a-z]+://[^/]*', ''), '?', 1) as path
            from ({matched})
        )
    ) left join person on person.nip = sender_id"""  # noqa: S608


def _outcome(profile: LogProfile) -> str:
    failed = ", ".join(map(str, profile.failed_statuses)) or "-1"
    refused = ", ".join(map(quoted, profile.refused_body_codes)) or "null"
    late = (
        ""
        if profile.timeout_seconds is None
        else f"or microseconds >= {round(profile.timeout_seconds * 1_000_000)}"
    )
    return f"""
        case
            when status_code not between 200 and 499 or status_code in ({failed}) {late} then 'failed'
            when body_code in ({refused}) then 'rejected'
            when status_code < 300 or status_code < 400 and not starts_with(endpoint_code, 'punch') then 'ok'
            else 'rejected'
        end"""
