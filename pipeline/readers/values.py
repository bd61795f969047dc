"""Turn raw records into canonical rows under the rules of `rules.py`, and say what is wrong with the others."""

from __future__ import annotations

import datetime as dt
import ipaddress
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.quarantine import CATALOGUE, masked
from pipeline.readers.checks import KindRules
from pipeline.readers.formats import FIXED, profile_macros
from pipeline.readers.kinds import HEADERS
from pipeline.readers.punch_rules import RECAP_ABSENCE, ROSTERED
from pipeline.readers.rules import RULES
from pipeline.readers.table_profiles import TableProfile
from pipeline.readers.tables import arrow_schema
from pipeline.settings import Settings
from schemas import Absence, AcceptedCount, Roster, ShiftPattern, ValueReject

MEMORY_LIMIT = "200MB"  # beside the tables of the run itself
DAYS_BEFORE = 1
DAYS_AFTER = 31


@dataclass
class Validated:
    """Canonical rows by contract, problems, and accepted records per file."""

    tables: dict[str, pa.Table] = field(default_factory=dict)  # by kind
    rejects: list[dict[str, Any]] = field(default_factory=list)
    accepted: dict[str, int] = field(default_factory=dict)  # by file_id

    def reject_table(self) -> pa.Table:
        """Problems as ValueReject rows."""
        return pa.Table.from_pylist(self.rejects, arrow_schema(ValueReject))

    def accepted_table(self) -> pa.Table:
        """Accepted records as AcceptedCount rows."""
        rows = [{"file_id": file_id, "accepted_count": count} for file_id, count in self.accepted.items()]
        return pa.Table.from_pylist(rows, arrow_schema(AcceptedCount))


def validate_records(
    raws: dict[str, pa.Table],
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
    settings: Settings,
    shifts: pa.Table | None = None,
    scratch: Path | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Validated:
    """Validate every kind in `raws` (kind -> raw rows). `files` are rows of SourceFile, `shifts` of ShiftPattern."""
    found = Validated(accepted={file["file_id"]: 0 for file in files if file["kind_code"] in raws})
    with _connect(settings, scratch) as engine:
        _table(engine, "recap_absence", arrow_schema(Absence).empty_table())
        _table(engine, "roster", arrow_schema(Roster).empty_table())
        _table(
            engine, "shift_pattern", arrow_schema(ShiftPattern).empty_table() if shifts is None else shifts
        )
        _prepare(engine, raws, files, profile_of, settings)
        for rules in RULES:
            if rules.kind not in raws:
                continue
            progress(rules.kind)
            if rules.kind == "punch":
                engine.execute(f"create table rostered as {ROSTERED}")
            _validate_kind(engine, rules, raws[rules.kind], files, profile_of, found)
            if rules.kind == "employee":
                _know_people(engine)
    return found


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
    raws: dict[str, pa.Table],
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
    written = (
        sorted({cidr for cidr in raws["network"]["cidr"].to_pylist() if cidr}) if "network" in raws else []
    )
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


def _table(engine: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    engine.register("incoming", rows)
    engine.execute(f"create or replace table {name} as select * from incoming")  # noqa: S608 - names are ours
    engine.unregister("incoming")


def _validate_kind(
    engine: duckdb.DuckDBPyConnection,
    rules: KindRules,
    raw: pa.Table,
    files: list[dict[str, Any]],
    profile_of: Callable[[str], TableProfile],
    found: Validated,
) -> None:
    codes = sorted({file["profile_code"] for file in files if file["kind_code"] == rules.kind}) or ["baku"]
    engine.execute("drop table if exists typed")
    engine.register("every_raw", raw)
    for number, code in enumerate(codes):
        for macro in profile_macros(profile_of(code)):
            engine.execute(macro)
        ids = pa.table(
            {"file_id": pa.array([f["file_id"] for f in files if f["profile_code"] == code], pa.string())}
        )
        engine.register("chosen", ids)
        engine.execute(_raw_view(rules.kind))
        into = "create table typed as" if number == 0 else "insert into typed"
        engine.execute(f"{into} {rules.typed}")
    _find_issues(engine, rules)
    _count(engine, found)
    name = rules.target.table_name() if rules.target is not None else f"accepted_{rules.kind}"
    engine.execute(f"create or replace table {name} as select {rules.accepted} from {rules.source}")  # noqa: S608
    if rules.kind == "punch":
        engine.execute(f"insert into recap_absence {RECAP_ABSENCE}")
    if rules.kind == "absence":
        engine.execute("insert into absence from recap_absence")
    engine.unregister("every_raw")
    engine.execute("drop table typed")
    found.tables[rules.kind] = engine.sql(f"from {name}").to_arrow_table()


def _raw_view(kind: str) -> str:
    cells = ", ".join(f"given({header}) as {header}" for header in HEADERS[kind])
    return (
        f"create or replace temp view raw as select file_id, coalesce(sheet, '') as sheet, line_no, row_sha256, {cells} "  # noqa: S608
        "from every_raw where file_id in (from chosen)"
    )


def _find_issues(engine: duckdb.DuckDBPyConnection, rules: KindRules) -> None:
    """Fills `issue` (file_id, sheet, line_no, rank, code, header, value, is_record) and `clean` (typed rows to accept)."""
    parts = [
        f"select file_id, sheet, line_no, {rank} as rank, '{check.code}' as code, '{check.header}' as header, "  # noqa: S608
        f"{check.header} as value, {_is_record(check.code)} as is_record from typed where {check.condition}"
        for rank, check in enumerate(rules.checks)
    ]
    engine.execute("create or replace table issue as " + " union all ".join(parts))
    if rules.key:
        _later(
            engine,
            "KEY_TWICE",
            _header_of(rules),
            f"""
            select file_id, sheet, line_no from clean inner join source using (file_id)
            qualify row_number() over (partition by {", ".join(rules.key)} order by path, sheet, line_no) > 1""",  # noqa: S608
        )
    if rules.kind == "roster":
        _later(
            engine,
            "SHIFT_TWICE",
            "shift",
            """
            select file_id, sheet, line_no from clean
            window day as (partition by clean_nip(nip), duty_date)
            qualify min(shift) over day <> max(shift) over day""",
        )
    if rules.kind == "employee":
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


def _header_of(rules: KindRules) -> str:
    key = rules.key[0].removeprefix("clean_nip(").removeprefix("lower(").removesuffix(")")
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


def _count(engine: duckdb.DuckDBPyConnection, found: Validated) -> None:
    issues = engine.execute(
        """select file_id, nullif(sheet, ''), line_no,
            row_number() over (partition by file_id, sheet, line_no order by rank, code, header), code, header, value
        from issue order by 1, 2 nulls first, 3, 4"""
    ).fetchall()
    for file_id, sheet, line_no, issue_no, code, header, value in issues:
        problem = CATALOGUE[code]
        found.rejects.append(
            {
                "file_id": file_id,
                "line_no": line_no,
                "issue_no": issue_no,
                "sheet": sheet,
                "column_name": header,
                "code": code,
                "severity_code": problem.severity_code,
                "masked_value": masked(value),
                "message": problem.message,
            }
        )
    for file_id, count in engine.execute("select file_id, count(*) from clean group by file_id").fetchall():
        found.accepted[file_id] = count
