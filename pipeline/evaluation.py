"""Compares the newest published run of a workspace with the truth that the simulator left beside it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    import duckdb

RESTORED = ("restore", "restore_partly")
TABLES = ("outage", "finding", "duty_side", "assessment", "recommendation")
TRUTHS = ("outage", "side", "deduction")

_EVENTS = """
with paired as (
    select
        t.outage_no, f.outage_id, t.layer_code as true_layer, f.layer_code as found_layer,
        coalesce(f.scope_region, '') = coalesce(t.scope_region, '')
            and coalesce(f.scope_unit_id, '') = coalesce(t.scope_unit_id, '')
            and coalesce(f.scope_network, '') = coalesce(t.scope_network, '')
            and coalesce(f.scope_provider, '') = coalesce(t.scope_provider, '')
            and coalesce(f.scope_client, '') = coalesce(t.scope_client, '') as is_scope_right,
        (epoch(f.started_at) - epoch(t.first_affected_at)) / 60.0 as start_error,
        (epoch(f.ended_at) - epoch(t.last_affected_at)) / 60.0 as end_error,
        f.confidence, f.p_central,
        epoch(least(f.ended_at, t.last_affected_at)) - epoch(greatest(f.started_at, t.first_affected_at)) as overlap
    from true_outage as t
    inner join outage as f
        on f.started_at < t.last_affected_at and f.ended_at > t.first_affected_at
)
select paired.* exclude (overlap), count(*) over (partition by paired.outage_no) as fragments
from paired
qualify row_number() over (partition by paired.outage_no order by paired.overlap desc, paired.outage_id) = 1
order by paired.outage_no
"""
_SIDES = """
create temp table judged as
select
    t.nip, t.duty_date, t.side_code, t.due_at, t.act_at, t.cause_code as true_cause, t.outage_no,
    t.is_deserving, t.has_own_lines, t.is_own_fault, t.is_false_statement,
    f.cause_code as found_cause, coalesce(f.action_code, 'none') as action_code, f.outage_id as found_outage,
    -- logs tell whole seconds: an act within two seconds of the minute may be read as the minute before
    greatest(0, floor((case when t.side_code = 'in' then epoch(t.act_at) - epoch(t.due_at)
        else epoch(t.due_at) - epoch(t.act_at) end - 2) / 60)) as true_minutes
from true_side as t
left join finding as f
    on f.nip = t.nip and f.duty_date = t.duty_date and f.side_code = t.side_code
"""
_PEOPLE = """
with assessed as (
    select assessment.nip, sum(assessment.deduction_idr)::bigint as recorded_idr
    from assessment
    where assessment.scenario_code = 'recorded'
    group by assessment.nip
)
select
    count(*), count(*) filter (coalesce(a.recorded_idr, 0) = t.recorded_idr),
    coalesce(sum(abs(coalesce(a.recorded_idr, 0) - t.recorded_idr)), 0)::bigint
from true_deduction as t
left join assessed as a on a.nip = t.nip
"""


@dataclass(frozen=True)
class Event:
    """One true outage and the published outage that overlaps it most; minutes, positive is too late."""

    outage_no: int
    outage_id: str
    true_layer: str
    found_layer: str
    is_scope_right: bool
    start_error: float
    end_error: float
    confidence: float
    p_central: float | None
    fragments: int


@dataclass(frozen=True)
class CauseCount:
    """Sides of one cause: in truth, in the findings, in both."""

    cause_code: str
    true_count: int
    found_count: int
    both_count: int


@dataclass(frozen=True)
class Evaluation:
    """The whole comparison. Counts are of duty sides unless named otherwise."""

    period: str
    published: str
    true_outages: int
    found_outages: int
    false_outages: int
    events: tuple[Event, ...]
    people: int
    people_equal: int
    difference_idr: int
    deserving: int
    deserving_by_action: tuple[tuple[str, int], ...]
    deserving_traced: int
    deserving_traced_restored: int
    own_fault: int
    own_fault_restored: int
    own_fault_untouched: int
    own_fault_untouched_statement: int
    late_acts_fully_restored: int
    false_statements: int
    false_statements_restored: int
    causes: tuple[CauseCount, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"schema": 1, **asdict(self)}


def newest_run(workspace: Path, period: str) -> Path:
    """Folder of the revision with the highest number."""
    found = [
        (int(match[1]), path)
        for path in sorted((workspace / "terbit" / period).glob("r*"))
        if (match := re.match(r"r(\d+)-", path.name)) and (path / "bukti").is_dir()
    ]
    if not found:
        raise SettingsError(f"belum ada yang terbit untuk {period}; jalankan `rekon run` dulu")
    return max(found, key=lambda item: item[0])[1]


def _load(connection: duckdb.DuckDBPyConnection, run: Path, truth: Path) -> None:
    for name in TABLES:
        connection.read_parquet(str(run / "bukti" / f"{name}.parquet")).create_view(name)
    for name in TRUTHS:
        path = truth / f"{name}.csv"
        if not path.is_file():
            raise SettingsError(f"kebenaran tidak lengkap: {path.name} tidak ada")
        connection.read_csv(str(path), all_varchar=True, header=True).create(f"raw_{name}")
    connection.execute(
        "create temp table true_outage as select r.* replace (r.outage_no::bigint as outage_no, "
        "r.first_affected_at::timestamp as first_affected_at, r.last_affected_at::timestamp as last_affected_at) "
        "from raw_outage as r"
    )
    connection.execute(
        "create temp table true_side as select r.* replace (r.duty_date::date as duty_date, "
        "r.due_at::timestamp as due_at, nullif(r.act_at, '')::timestamp as act_at, "
        "coalesce(r.cause_code, '') as cause_code, coalesce(r.outage_no, '') as outage_no, "
        "r.is_deserving::boolean as is_deserving, r.has_own_lines::boolean as has_own_lines, "
        "r.is_own_fault::boolean as is_own_fault, r.is_false_statement::boolean as is_false_statement) "
        "from raw_side as r"
    )
    connection.execute(
        "create temp table true_deduction as select r.nip, r.recorded_idr::bigint as recorded_idr from raw_deduction as r"
    )
    connection.execute(_SIDES)


def _count(connection: duckdb.DuckDBPyConnection, condition: str) -> int:
    row = connection.execute(f"select count(*) from judged where {condition}").fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def evaluate(workspace: Path, truth: Path, period: str) -> Evaluation:
    """Compare the newest run under `workspace`/terbit/`period` with the tables in `truth`."""
    import duckdb

    run = newest_run(workspace, period)
    with duckdb.connect() as connection:
        _load(connection, run, truth)
        events = tuple(Event(*row) for row in connection.execute(_EVENTS).fetchall())
        people = connection.execute(_PEOPLE).fetchone() or (0, 0, 0)
        actions = connection.execute(
            "select action_code, count(*) from judged where is_deserving group by action_code order by action_code"
        ).fetchall()
        causes = connection.execute(
            "with named as (select cause from (select true_cause as cause from judged union "
            "select found_cause from judged) where cause not in ('', 'unexplained', 'no_coverage')) "
            "select n.cause, count(*) filter (j.true_cause = n.cause), count(*) filter (j.found_cause = n.cause), "
            "count(*) filter (j.true_cause = n.cause and j.found_cause = n.cause) "
            "from named as n cross join judged as j group by n.cause order by n.cause"
        ).fetchall()
        restored = "action_code in ('restore', 'restore_partly')"
        return Evaluation(
            period=period,
            published=run.name,
            true_outages=_number(connection, "select count(*) from true_outage"),
            found_outages=_number(connection, "select count(*) from outage"),
            false_outages=_number(
                connection,
                "select count(*) from outage as f where not exists (select 1 from true_outage as t "
                "where f.started_at < t.last_affected_at and f.ended_at > t.first_affected_at)",
            ),
            events=events,
            people=int(people[0]),
            people_equal=int(people[1]),
            difference_idr=int(people[2]),
            deserving=_count(connection, "is_deserving"),
            deserving_by_action=tuple((str(code), int(number)) for code, number in actions),
            deserving_traced=_count(connection, "is_deserving and has_own_lines"),
            deserving_traced_restored=_count(connection, f"is_deserving and has_own_lines and {restored}"),
            own_fault=_count(connection, "is_own_fault"),
            own_fault_restored=_count(connection, f"is_own_fault and {restored}"),
            own_fault_untouched=_count(connection, "is_own_fault and outage_no = ''"),
            own_fault_untouched_statement=_count(
                connection, "is_own_fault and outage_no = '' and action_code = 'needs_statement'"
            ),
            late_acts_fully_restored=_count(connection, "action_code = 'restore' and true_minutes >= 1"),
            false_statements=_count(connection, "is_false_statement"),
            false_statements_restored=_count(connection, f"is_false_statement and {restored}"),
            causes=tuple(CauseCount(*row) for row in causes),
        )


def _share(part: int, whole: int) -> str:
    return "-" if whole == 0 else f"{100 * part / whole:.1f}%".replace(".", ",")


def render(report: Evaluation) -> str:
    """A plain table in Indonesian."""
    actions = dict(report.deserving_by_action)
    heard = sum(actions.get(code, 0) for code in (*RESTORED, "needs_statement"))
    matched = len(report.events)
    found = report.found_outages
    lines = [
        ("Terbitan", f"{report.period} {report.published}"),
        ("Gangguan: ditemukan dari yang benar", f"{matched} / {report.true_outages}"),
        ("Gangguan: benar dari yang ditemukan", f"{found - report.false_outages} / {found}"),
        *((f"  no {e.outage_no}", _event_text(e)) for e in report.events),
        ("Potongan tercatat sama per orang", f"{report.people_equal} / {report.people}"),
        ("  jumlah selisih mutlak", f"Rp{report.difference_idr}"),
        ("Sisi yang layak dipulihkan", str(report.deserving)),
        *((f"  {code}", f"{number} ({_share(number, report.deserving)})") for code, number in report.deserving_by_action),
        ("  dipulihkan atau minta keterangan", _share(heard, report.deserving)),
        ("  dipulihkan, dari yang punya jejak sendiri",
         f"{report.deserving_traced_restored} / {report.deserving_traced} "
         f"({_share(report.deserving_traced_restored, report.deserving_traced)})"),
        ("Sisi salah sendiri yang dipulihkan", f"{report.own_fault_restored} / {report.own_fault}"),
        ("  tak tersentuh gangguan, minta keterangan",
         f"{report.own_fault_untouched_statement} / {report.own_fault_untouched} "
         f"({_share(report.own_fault_untouched_statement, report.own_fault_untouched)})"),
        ("Terlambat sungguhan yang dipulihkan penuh", str(report.late_acts_fully_restored)),
        ("Surat keterangan palsu yang dipulihkan", f"{report.false_statements_restored} / {report.false_statements}"),
        *((f"Sebab {c.cause_code}",
           f"presisi {_share(c.both_count, c.found_count)} ({c.both_count}/{c.found_count}), "
           f"temuan {_share(c.both_count, c.true_count)} ({c.both_count}/{c.true_count})") for c in report.causes),
    ]  # fmt: skip
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def _event_text(event: Event) -> str:
    central = "-" if event.p_central is None else f"{event.p_central:.4f}"
    scope = "benar" if event.is_scope_right else "salah"
    return (
        f"mulai {event.start_error:+.1f} mnt, selesai {event.end_error:+.1f} mnt; lapisan {event.found_layer} "
        f"(benar: {event.true_layer}), cakupan {scope}, p_central {central}, pecahan {event.fragments}"
    )
