"""Access logs to parsed requests, in a DuckDB database of their own.

A line is cut at its double quotes, and each piece is matched by a small pattern of the profile: RE2 then needs one
pass without backtracking (measured: half the time of one pattern for the whole line).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.errors import InputRefusedError
from pipeline.readers.addresses import BlockIndex
from pipeline.readers.formats import quoted
from pipeline.readers.lines import count_lines, read_lines
from pipeline.readers.profiles import Endpoint, LogProfile
from pipeline.settings import Engine

LINE_LIMIT = 16 << 10
COMMIT_LINES = 500_000
FIELDS = (
    "address", "time", "request", "status", "agent", "request_time", "upstream_status", "user_id", "region", "version"
)  # fmt: skip


@dataclass(frozen=True)
class LogFile:
    """A log to read. `name` is what messages call it; `zone` serves times without offset."""

    file_id: str
    name: str
    path: Path
    vantage: str
    zone: str
    profile: LogProfile


class LogReader:
    """Parsed lines in tables `request` (every line), `own` (punch requests of known people) and `bad`."""

    def __init__(self, engine: Engine, scratch: Path, own_nips: list[str]) -> None:
        self.engine = duckdb.connect(
            str(scratch / "logs.duckdb"),
            config={"threads": engine.threads, "memory_limit": engine.memory_limit},
        )
        self.engine.execute("set TimeZone = 'UTC'")
        self.engine.execute("set enable_progress_bar = false")
        self.engine.register("incoming", pa.table({"nip": pa.array(own_nips, pa.string())}))
        self.engine.execute("create table person as select nip from incoming")
        self.engine.execute(_TABLES)
        self.engine.execute("begin")
        self._uncommitted = 0
        self.files: list[LogFile] = []
        self.counts: list[dict[str, Any]] = []

    def close(self) -> None:
        """Release the database."""
        self.engine.close()

    def read(self, file: LogFile) -> None:
        """Parse one file; raises InputRefusedError where too many lines are malformed."""
        number = len(self.files)
        self.files.append(file)
        parse = _parse(file, number)
        for lines in read_lines(file.path, file.name):
            self.engine.register("incoming", lines)
            self.engine.execute(f"create or replace temp table parsed as {parse}")
            self.engine.unregister("incoming")
            self.engine.execute(_KEEP)
            self._commit_now_and_then(lines.num_rows)
        bad, first = self._one("select count(*), min(line_no) from bad where file_no = ?", number)
        good = self._one("select count(*) from request where file_no = ?", number)[0]
        if bad > file.profile.max_malformed_share * (bad + good):
            raise InputRefusedError(
                f"{file.name}: {bad} dari {bad + good} baris tidak sesuai profil log, yang pertama di baris {first}. "
                "Periksa log_format server atau pilih profil lain."
            )
        self.counts.append(
            {
                "file_id": file.file_id,
                "record_count": count_lines(file.path),
                "accepted_count": good,
                "overlap_count": 0,
            }
        )

    def _commit_now_and_then(self, rows: int) -> None:
        """Each commit is flushed to disk, and there may be hundreds of small files."""
        self._uncommitted += rows
        if self._uncommitted > COMMIT_LINES:
            self.engine.execute("commit")
            self.engine.execute("begin")
            self._uncommitted = 0

    def drop_overlaps(self) -> None:
        """Where a file starts with the lines on which the one before ended, those lines count once."""
        starts = dict(
            self.engine.execute("select file_no, min(ended_at) from request group by file_no").fetchall()
        )
        for vantage in sorted({file.vantage for file in self.files}):
            numbers = [
                number
                for number, file in enumerate(self.files)
                if file.vantage == vantage and number in starts
            ]
            numbers.sort(key=lambda number: (starts[number], self.files[number].name))
            before = np.zeros(0, dtype=np.uint64)
            for number in numbers:
                lines = self.engine.execute(
                    "select line_hash, line_no from request where file_no = ? order by line_no", [number]
                ).fetchnumpy()
                hashes = np.asarray(lines["line_hash"], dtype=np.uint64)
                if overlap := _overlap(before, hashes):
                    last = int(np.asarray(lines["line_no"])[overlap - 1])
                    for table in ("request", "own"):
                        self.engine.execute(
                            f"delete from {table} where file_no = ? and line_no <= ?",  # noqa: S608
                            [number, last],
                        )
                    self.counts[number]["overlap_count"] = overlap
                before = hashes

    def place(self, blocks: list[dict[str, Any]]) -> None:
        """Fills `place` (address -> block). `blocks`: cidr, unit_id, provider, region_code."""
        index = BlockIndex(block["cidr"] for block in blocks)
        known = {block["cidr"]: block for block in blocks}
        rows = []
        for (address,) in self.engine.execute("select distinct address from request order by 1").fetchall():
            block = known.get(index.find(address) or "", {})
            rows.append(
                {"address": address, **{name: block.get(name) for name in _PLACE.names if name != "address"}}
            )
        self.engine.register("incoming", pa.Table.from_pylist(rows, _PLACE))
        self.engine.execute("create table place as select * from incoming")
        self.engine.unregister("incoming")
        self.engine.register(
            "incoming",
            pa.table(
                {
                    "file_no": pa.array(range(len(self.files)), pa.int64()),
                    "file_id": pa.array([file.file_id for file in self.files], pa.string()),
                    "vantage_code": pa.array([file.vantage for file in self.files], pa.string()),
                    "is_authenticated": pa.array(
                        [f.profile.user_id_authenticated for f in self.files], pa.bool_()
                    ),
                }
            ),
        )
        self.engine.execute("create table log_file as select * from incoming")
        self.engine.unregister("incoming")

    def bad_lines(self) -> list[tuple[str, int, str]]:
        """(file_id, line_no, code) of malformed lines."""
        rows = self.engine.execute("select file_no, line_no, code from bad order by 1, 2").fetchall()
        return [(self.files[number].file_id, line_no, code) for number, line_no, code in rows]

    def _one(self, sql: str, number: int) -> Any:
        return self.engine.execute(sql, [number]).fetchall()[0]


_PLACE = pa.schema(
    [(name, pa.string()) for name in ("address", "cidr", "unit_id", "provider", "region_code")]
)
_TABLES = """
create table request (
    file_no integer, line_no bigint, line_hash ubigint, address varchar, sender ubigint, region varchar,
    client_code varchar, started_at timestamp, ended_at timestamp, endpoint_code varchar, outcome_code varchar,
    status integer, is_gateway_failed boolean, is_upstream_failed boolean
);
create table own (
    file_no integer, line_no bigint, row_sha256 varchar, nip varchar, address varchar, client_code varchar,
    started_at timestamp, ended_at timestamp, endpoint_code varchar, outcome_code varchar, status integer,
    upstream_status varchar
);
create table bad (file_no integer, line_no bigint, code varchar);
"""
_KEEP = """
insert into bad select file_no, line_no, code from parsed where code is not null;
insert into request
select file_no, line_no, line_hash, address, hash(coalesce(user_id, address || '|' || agent)), region, client_code,
    started_at, ended_at, endpoint_code, outcome_code, status,
    coalesce(has_upstream and status between 500 and 599 and upstream_status is null, false),
    coalesce(status between 500 and 599 and upstream_status is not null, false)
from parsed where code is null;
insert into own
select file_no, line_no, row_sha256, user_id, address, client_code, started_at, ended_at, endpoint_code, outcome_code,
    status, upstream_status
from parsed where code is null and row_sha256 is not null;
"""


def _parse(file: LogFile, number: int) -> str:
    """A SELECT over `incoming` (line_no, line, is_utf8) that yields what `_KEEP` reads."""
    profile, pieces = file.profile, file.profile.pieces
    parts, conditions, fields = [], [f"len(piece) = {len(pieces)}"], {}
    for place, piece in enumerate(pieces, start=1):
        if piece.constant is not None:
            conditions.append(f"piece[{place}] = {quoted(piece.constant)}")
        elif piece.field is not None:
            fields[piece.field] = f"piece[{place}]"
        elif piece.pattern is not None:
            names = "[" + ", ".join(map(quoted, piece.fields)) + "]"
            parts.append(f"regexp_extract(piece[{place}], {quoted(piece.pattern)}, {names}) as part_{place}")
            conditions.append(f"part_{place}.{piece.fields[0]} <> ''")
            fields |= {name: f"part_{place}.{name}" for name in piece.fields}
    read = [f"nullif(nullif({fields[name]}, '-'), '') as {name}" if name in fields else f"null::varchar as {name}"
            for name in FIELDS]  # fmt: skip
    ended = f"try_strptime(time, {quoted(profile.time_format)})"
    ended = f"{ended}::timestamp" if "%z" in profile.time_format else (
        f"(({ended} at time zone {quoted(file.zone)}) at time zone 'UTC')::timestamp")  # fmt: skip
    timeout = "" if profile.timeout_seconds is None else f"or seconds >= {profile.timeout_seconds}"
    return f"""
    with cut as (
        select line_no, line, is_utf8, case when strlen(line) <= {LINE_LIMIT} then string_split(line, '"') end as piece
        from incoming
    ), matched as (
        select *, {", ".join(parts)} from cut
    ), read as (
        select line_no, line, is_utf8, coalesce({" and ".join(conditions)}, false) as is_shaped,
            {", ".join(read)}
        from matched
    ), typed as (
        select *, {ended} as ended_at, coalesce(try_cast(request_time as decimal(18, 6)), 0) as seconds,
            try_cast(status as integer) as status_code, split_part(request, ' ', 1) as method,
            split_part(split_part(request, ' ', 2), '?', 1) as path,
            regexp_replace(user_id, '[ ''`]', '', 'g') as sender_id,
            nullif(regexp_extract(agent, {quoted(profile.client_system)}, 1), '') as system,
            coalesce(version, nullif(regexp_extract(agent, {quoted(profile.client_version)}, 1), '')) as release
        from read
    ), classed as (
        select *, case {_classes(profile.endpoints)} else 'other' end as endpoint_code from typed
    )
    select {number} as file_no, line_no, hash(line) as line_hash,
        case when starts_with(endpoint_code, 'punch') and person.nip is not null then sha256(line) end as row_sha256,
        case
            when strlen(line) > {LINE_LIMIT} then 'LOG_TOO_LONG'
            when not is_utf8 then 'LOG_ENCODING'
            when not is_shaped then 'LOG_SHAPE'
            when ended_at is null then 'LOG_TIME'
        end as code,
        coalesce(address, '-') as address, coalesce(agent, '-') as agent, nullif(sender_id, '') as user_id,
        case when regexp_full_match(region, '[0-9]{{4}}') then region end as region,
        system || '/' || release as client_code, ended_at,
        make_timestamp((epoch_us(ended_at) - (seconds * 1000000)::bigint) // 1000000 * 1000000) as started_at,
        endpoint_code,
        case
            when status_code not between 200 and 499 or status_code in (408, 429, 499) {timeout} then 'failed'
            when status_code < 300 or status_code < 400 and not starts_with(endpoint_code, 'punch') then 'ok'
            else 'rejected'
        end as outcome_code,
        status_code as status, {str(profile.has_upstream).lower()} as has_upstream,
        nullif(regexp_extract(upstream_status, '([^ ,]+)$', 1), '-') as upstream_status
    from classed left join person on person.nip = classed.sender_id"""  # noqa: S608 - texts of the profile are quoted


def _classes(endpoints: tuple[Endpoint, ...]) -> str:
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
    return " ".join(clauses) or "when false then 'other'"


def _overlap(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> int:
    """The largest k for which the last k of `before` are the first k of `after`."""
    if not len(after):
        return 0
    tail = before[-len(after) :]
    for start in np.flatnonzero(tail == after[0]).tolist():
        if np.array_equal(tail[start:], after[: len(tail) - start]):
            return len(tail) - start
    return 0
