"""Turn raw records into canonical rows under the checks of `record_validation`, and list what is wrong with the others."""

from __future__ import annotations

import datetime as dt
import ipaddress
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.engine.warehouse import BATCH_ROWS, arrow_schema
from pipeline.readers.catalogue import CATALOGUE
from pipeline.readers.tables.formats import FIXED, profile_macros
from pipeline.readers.tables.kinds import HEADERS
from pipeline.readers.tables.profiles import TableProfile
from pipeline.readers.tables.punch_validation import RECAP_ABSENCE, ROSTERED
from pipeline.readers.tables.record_validation import VALIDATIONS
from pipeline.readers.tables.rejects import reject_row, reject_rows
from pipeline.readers.tables.validation_checks import KindValidation
from pipeline.settings import Settings
from schemas import Absence, Roster, ShiftPattern, ValueReject

MEMORY_LIMIT = "150MB"  # beside the tables of the run itself
DAYS_BEFORE = 1
DAYS_AFTER = 31


Raws = Mapping[str, Callable[[], pa.RecordBatchReader]]
"""Kind -> a function that gives its raw rows anew each time."""
Keep = Callable[[str, pa.RecordBatchReader], object]
"""Takes a kind and its accepted rows, or REJECTS and ValueReject rows; all are taken before it returns."""
REJECTS = "reject"


@dataclass
class Validated:
    """How many records of each file (by file_id) were accepted and were not, and how often each reason was given.

    `silent` are the accepted ones of which no row is made; `amounts` is the money of the accepted.
    """

    accepted: dict[str, int]
    silent: dict[str, int]
    amounts: dict[str, int]
    broken: dict[str, int]
    codes: dict[str, Counter[str]]


def validate_records(
    raws: Raws,
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
    settings: Settings,
    keep: Keep,
    shifts: pa.Table | None = None,
    scratch: Path | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Validated:
    """Validate every kind in `raws` and hand its rows to `keep`. `files` are rows of SourceFile, `shifts` of ShiftPattern."""
    with _connect(settings, scratch) as engine:
        _table(engine, "recap_absence", arrow_schema(Absence).empty_table())
        _table(engine, "roster", arrow_schema(Roster).empty_table())
        _table(
            engine, "shift_pattern", arrow_schema(ShiftPattern).empty_table() if shifts is None else shifts
        )
        engine.execute(_REJECT)
        _prepare(engine, raws, files, profile_of, settings)
        for validation in VALIDATIONS:
            if validation.kind not in raws:
                continue
            progress(validation.kind)
            if validation.kind == "punch":
                engine.execute(f"create table rostered as {ROSTERED}")
            _validate_kind(engine, validation, raws[validation.kind](), files, profile_of)
            keep(validation.kind, engine.sql(f"from {_accepted(validation)}").to_arrow_reader(BATCH_ROWS))
            if validation.kind == "employee":
                _know_people(engine)
        keep(REJECTS, reject_rows(ValueReject, _rejects(engine)))
        return _counted(engine, [file["file_id"] for file in files if file["kind_code"] in raws])


def _connect(settings: Settings, scratch: Path | None) -> duckdb.DuckDBPyConnection:
    config: dict[str, Any] = {
        "threads": settings.engine.threads,
        "memory_limit": settings.engine.memory_limit,
    }
    database = ":memory:"
    if scratch is not None:  # in a file rows are compressed, and written out where they are too many
        database = str(scratch / "validate.duckdb")
        config |= {"temp_directory": str(scratch), "memory_limit": MEMORY_LIMIT}
    engine = duckdb.connect(database, config=config)
    engine.execute("set TimeZone = 'UTC'")
    engine.execute("set enable_progress_bar = false")
    for macro in FIXED:
        engine.execute(macro)
    engine.execute("set enable_external_access = false")
    return engine


def _prepare(
    engine: duckdb.DuckDBPyConnection,
    raws: Raws,
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
    settings: Settings,
) -> None:
    start = dt.datetime.combine(settings.period_from, dt.time())
    end = dt.datetime.combine(settings.period_to, dt.time())
    _table(
        engine,
        "setting",
        pa.table(
            {
                "zone": [settings.zone],
                "earliest_at": pa.array([start - dt.timedelta(days=DAYS_BEFORE)], pa.timestamp("us")),
                "latest_at": pa.array([end + dt.timedelta(days=DAYS_AFTER)], pa.timestamp("us")),
            }
        ),
    )
    used = [
        {**file, "zone": file["zone"] or profile_of(file["profile_code"]).zone}
        for file in files
        if file["same_as_path"] is None and file["kind_code"] in raws
    ]
    columns = {
        name: pa.array([file[name] for file in used], pa.string()) for name in ("file_id", "path", "zone")
    }
    _table(engine, "source", pa.table(columns))
    _table(engine, "known_zone", pa.table({"zone": sorted(zoneinfo.available_timezones())}))
    blocks = raws["network"]().read_all()["cidr"].to_pylist() if "network" in raws else []
    written = sorted(set(filter(None, blocks)))
    _table(
        engine,
        "known_cidr",
        pa.table(
            {
                "written": pa.array(written, pa.string()),
                "canonical": pa.array(map(_cidr, written), pa.string()),
            }
        ),
    )


def _cidr(text: str) -> str | None:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        return None


def _know_people(engine: duckdb.DuckDBPyConnection) -> None:
    """Who owns a pin alone; in which zone a person works when. The spans also cover the days around those in force."""
    engine.execute(
        """create table pin_owner as
        with owned as (
            select employee.nip, unnest(regexp_split_to_array(employee.pin, '[,; ]+')) as pin from employee
        )
        select plain_pin(owned.pin) as pin, min(owned.nip) as nip from owned
        where owned.pin <> '' group by all having count(distinct owned.nip) = 1"""
    )
    engine.execute(
        """create table person_zone as
        select employee.nip, unit.zone,
            case
                when lag(employee.valid_from) over spans is null then date '0001-01-01'
                else employee.valid_from
            end as valid_from,
            coalesce(lead(employee.valid_from) over spans, date '9999-12-31') as valid_to
        from employee inner join unit on unit.unit_id = employee.unit_id
        window spans as (partition by employee.nip order by employee.valid_from)"""
    )


def _table(engine: duckdb.DuckDBPyConnection, name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
    engine.register("incoming", rows)
    engine.execute(f"create or replace table {name} as select * from incoming")  # noqa: S608 - names are ours
    engine.unregister("incoming")


def _validate_kind(
    engine: duckdb.DuckDBPyConnection,
    validation: KindValidation,
    raw: pa.RecordBatchReader,
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
) -> None:
    _fill_typed(engine, validation, raw, files, profile_of)
    _find_issues(engine, validation)
    engine.execute(_REJECTED)
    engine.execute(
        f"insert into good select file_id, count(*), count(*) filter (where {validation.silent}), "  # noqa: S608
        f"coalesce(sum({validation.amount}), 0) from clean group by file_id"
    )
    chosen = f"select {validation.accepted} from {validation.source}"  # noqa: S608 - rules of ours
    engine.execute(f"create or replace table {_accepted(validation)} as {chosen}")
    if validation.kind == "punch":
        engine.execute(f"insert into recap_absence {RECAP_ABSENCE}")
    if validation.kind == "absence":
        engine.execute("insert into absence from recap_absence")
    engine.execute("drop table typed")


def _fill_typed(
    engine: duckdb.DuckDBPyConnection,
    validation: KindValidation,
    raw: pa.RecordBatchReader,
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
) -> None:
    # DuckDB does not know the length of a stream, and would buffer all of it for a join.
    _table(engine, "every_raw", raw)
    codes = sorted({file["profile_code"] for file in files if file["kind_code"] == validation.kind}) or [
        "baku"
    ]
    into = "create or replace table typed as"
    for code in codes:
        for macro in profile_macros(profile_of(code)):
            engine.execute(macro)
        ids = [file["file_id"] for file in files if file["profile_code"] == code]
        engine.register("chosen", pa.table({"file_id": pa.array(ids, pa.string())}))
        engine.execute(_raw_view(validation.kind))
        engine.execute(f"{into} {validation.typed}")
        into = "insert into typed"
    engine.execute("drop table every_raw")


def _accepted(validation: KindValidation) -> str:
    return validation.target.table_name() if validation.target is not None else f"accepted_{validation.kind}"


def _raw_view(kind: str) -> str:
    cells = ", ".join(f"given({header}) as {header}" for header in HEADERS[kind])
    return (
        f"create or replace temp view raw as select file_id, coalesce(sheet, '') as sheet, line_no, row_sha256, {cells} "  # noqa: S608
        "from every_raw where file_id in (from chosen)"
    )


def _find_issues(engine: duckdb.DuckDBPyConnection, validation: KindValidation) -> None:
    """Fills `issue` (file_id, sheet, line_no, rank, code, header, value, is_record) and `clean` (typed rows to accept)."""
    parts = [
        f"select file_id, sheet, line_no, {rank} as rank, '{check.code}' as code, '{check.header}' as header, "  # noqa: S608
        f"{check.header} as value, {_is_record(check.code)} as is_record from typed where {check.condition}"
        for rank, check in enumerate(validation.checks)
    ]
    engine.execute("create or replace table issue as " + " union all ".join(parts))
    if validation.key:
        _later(
            engine,
            "KEY_TWICE",
            _header_of(validation),
            f"""
            select file_id, sheet, line_no from clean inner join source using (file_id)
            qualify row_number() over (partition by {", ".join(validation.key)} order by path, sheet, line_no) > 1""",  # noqa: S608
        )
    if validation.kind == "roster":
        _later(
            engine,
            "SHIFT_TWICE",
            "shift",
            """
            select file_id, sheet, line_no from clean
            window day as (partition by clean_nip(nip), duty_date)
            qualify min(shift) over day <> max(shift) over day""",
        )
    if validation.kind == "employee":
        _later(
            engine,
            "SPAN_OVERLAP",
            "mulai",
            """
            select file_id, sheet, line_no from clean inner join source using (file_id)
            qualify first_day <= max(last_day) over (
                partition by clean_nip(nip) order by first_day, path, sheet, line_no
                rows between unbounded preceding and 1 preceding
            )""",
        )
        _later(
            engine,
            "SPAN_GAP",
            "mulai",
            """
            select file_id, sheet, line_no from clean
            qualify first_day > 1 + lag(last_day) over (partition by clean_nip(nip) order by first_day)""",
        )
    _keep_clean(engine)


def _header_of(validation: KindValidation) -> str:
    key = validation.key[0].removeprefix("clean_nip(").removeprefix("lower(").removesuffix(")")
    return {"canonical": "cidr"}.get(key, key)


def _is_record(code: str) -> str:
    return "true" if CATALOGUE[code].severity_code == "record" else "false"


def _keep_clean(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute(
        """create or replace temp view clean as select * from typed
        where not exists (
            select 1 from issue
            where issue.is_record and issue.file_id = typed.file_id and issue.sheet = typed.sheet
                and issue.line_no = typed.line_no
        )"""
    )


def _later(engine: duckdb.DuckDBPyConnection, code: str, header: str, lines: str) -> None:
    """A problem among rows that are clean so far."""
    _keep_clean(engine)
    engine.execute(
        f"""create or replace temp table hit as
        select hits.file_id, hits.sheet, hits.line_no, 1000 as rank, '{code}' as code, '{header}' as header,
            typed.{header} as value, {_is_record(code)} as is_record
        from ({lines}) as hits
        inner join typed on typed.file_id = hits.file_id and typed.sheet = hits.sheet
            and typed.line_no = hits.line_no"""  # noqa: S608
    )
    engine.execute("insert into issue select * from hit")


def _counted(engine: duckdb.DuckDBPyConnection, files: list[str]) -> Validated:
    accepted, silent, amounts, broken = (
        dict.fromkeys(files, 0) | dict(engine.execute(query).fetchall())
        for query in (_ACCEPTED, _SILENT, _AMOUNTS, _BROKEN)
    )
    codes: dict[str, Counter[str]] = {file_id: Counter() for file_id in files}
    for file_id, code, count in engine.execute(_CODES).fetchall():
        codes[file_id][code] = count
    return Validated(accepted, silent, amounts, broken, codes)


def _rejects(engine: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    found = engine.execute("select file_id, line_no, code, sheet, issue_no, header, value from reject")
    while rows := found.fetchmany(BATCH_ROWS):
        yield from (reject_row(*row) for row in rows)


_REJECT = """
create table reject (
    file_id varchar, sheet varchar, line_no bigint, issue_no bigint, code varchar, header varchar, value varchar, is_record boolean
);
create table good (file_id varchar, records bigint, silent bigint, amount hugeint);
"""
_REJECTED = """
insert into reject
select file_id, nullif(sheet, ''), line_no,
    row_number() over (partition by file_id, sheet, line_no order by rank, code, header), code, header, value, is_record
from issue order by 1, 2 nulls first, 3, 4;
"""
_ACCEPTED = "select file_id, sum(records)::bigint from good group by file_id"
_SILENT = "select file_id, sum(silent)::bigint from good group by file_id"
_AMOUNTS = "select file_id, sum(amount)::bigint from good group by file_id"
_BROKEN = """
select file_id, count(*) from (select distinct file_id, sheet, line_no from reject where is_record) group by file_id
"""
_CODES = "select file_id, code, count(*) from reject where is_record group by file_id, code"
