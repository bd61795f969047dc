"""The tables of a run as arrays: the only module of this chapter that reads them.

For detection the month's counts of every group of senders at every vantage, for attribution the counts by leaf, the
windows that were found, and the signals besides the logs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from pipeline.outages.arrays import Array, Flags, texts
from pipeline.outages.attribution.cells import COUNTS, DIMENSIONS, Piece, Traffic, first_day
from pipeline.outages.attribution.layer_model import Signals
from pipeline.outages.attribution.window_groups import SegmentRow, Span
from pipeline.outages.clock import DAY, Clock, day_types
from pipeline.outages.detection.null_model import GroupCounts
from pipeline.outages.own_requests import FailedRequests, LineEvidence, OwnFailures, OwnSenders, Rerouting
from schemas import Calendar, Coverage, Incident, OutageSegment, Probe, Setting

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.engine.stage import StageContext


class GroupKey(NamedTuple):
    """A group of senders at one vantage; `kind` is a dimension such as unit, or `vantage`."""

    vantage: str
    kind: str
    value: str


GROUP_COLUMNS = {
    "region": "region_code",
    "unit": "unit_id",
    "network": "network_cidr",
    "provider": "provider",
    "client": "client_code",
}
PLACES = {kind: name for kind, name in GROUP_COLUMNS.items() if kind != "region"}
LINE_KINDS = ("unit", "network", "provider")
"""Kinds of places that are a line, which people may leave for another."""
OWN_FAILURES = f"""select distinct vantage_code, nip, minute, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by all"""  # noqa: S608 - names of our own
LINE = ", ".join(LINE_KINDS)
OWN_SENDERS = f""", person as (
    select nip, row_number() over (order by nip) - 1 as person from (select distinct nip from asked)
),
line as (select {LINE}, row_number() over (order by {LINE}) - 1 as line from (select distinct {LINE} from asked))
select vantage_code, person::integer as person, min(minute)::integer as minute, line::integer as line
from asked
inner join person on person.nip = asked.nip
inner join line on {" and ".join(f"line.{kind} is not distinct from asked.{kind}" for kind in LINE_KINDS)}
group by vantage_code, person, minute // 60, line
order by vantage_code, person, minute, line"""  # noqa: S608 - names of our own
FAILED_REQUESTS = f"""select vantage_code, begin, done, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by vantage_code, begin, attempt_id"""  # noqa: S608 - names of our own


class PeopleOnDuty:
    """People on duty and not excused, per day of the period, in the home region and in its offices."""

    def __init__(self, context: StageContext, first: date, days: int) -> None:
        self.region = context.settings.region
        self.unit: dict[str, Array] = {}
        self.ones, self.all = np.ones(days), np.zeros(days)
        rows = context.query(
            "select unit_id, duty_date, count(*) filter (where not is_excused) as present from duty "
            "where region_code = (select region_code from setting) group by all order by all"
        )
        for row in rows.to_pylist():
            number = (row["duty_date"] - first).days
            if 0 <= number < days:
                self.all[number] += row["present"]
                self.unit.setdefault(row["unit_id"], np.zeros(days))[number] += row["present"]

    def of_group(self, vantage: str, kind: str, value: str) -> Array:
        """Of a group, (days,); ones where people of other regions, whose roster is not known, belong to it."""
        own = value == self.region if kind == "region" else vantage == "gerbang"
        people = self.unit.get(value) if kind == "unit" else self.all if own else None
        return self.ones if people is None or not people.any() else people


SPREAD = {"provider": "provider is not null and unit_id is null", "client": "client_code is not null"}
"""Kinds of groups that are spread over all offices of their regions, and which rows are of such a group. The people on
an office's own line keep the hours of the office instead."""
REGION = ("vantage_code", "region_code")
WIDER_CLIENTS = (
    "'*/' || nullif(split_part(client_code, '/', 2), '')",
    "case when client_code like '%/%' then split_part(client_code, '/', 1) || '/*' end",
)
"""One version of every system, and one system in every version, as values of a client."""
FAILURES_ONLY = ("request_minute", "sender_count", "failed_sender_count", ("failure",))
REQUESTS = ("request_minute", "sender_count", "failed_sender_count", ("silence", "failure"))
WRITES = ("storage_minute", "accepted_count", "accepted_count - stored_count", ("lost_write",))


class GroupReader:
    """Reads the counts per group, local day and minute of the period."""

    def __init__(self, context: StageContext) -> None:
        self.context, setting = context, context.frame(Setting).iloc[0]
        self.first: date = setting.period_from
        self.days = (setting.period_to - self.first).days
        self.clock = Clock(self.first, setting.zone)
        self.on_duty = PeopleOnDuty(context, self.first, self.days)
        self.observed = self.observed_minutes()
        self.all_senders = self.senders_around()
        lines = (
            "select distinct unit_id, network_cidr from request_minute where unit_id is not null order by all"
        )
        self.offices = {
            pair
            for row in context.query(lines).to_pylist()
            for pair in zip(("unit", "network"), row.values(), strict=True)
        }
        failures, requests = (
            own_requests(context, self.clock.epoch, sql) for sql in (OWN_FAILURES, FAILED_REQUESTS)
        )
        self.failures = {
            vantage: OwnFailures.from_rows(rows, PLACES, self.days) for vantage, rows in failures
        }
        self.senders = read_own_senders(context, self.clock.epoch, self.days)
        self.failed_requests = {vantage: FailedRequests.from_rows(rows, PLACES) for vantage, rows in requests}

    def observed_minutes(self) -> dict[str, Flags]:
        """Per vantage the minutes that its log covers wholly, (days, 1440)."""
        seen: dict[str, Flags] = {}
        for row in self.context.arrow(Coverage).to_pylist():
            start, end = (self.clock.minutes(row[edge]) for edge in ("started_at", "ended_at"))
            flags = seen.setdefault(row["vantage_code"], np.zeros(self.days * DAY, dtype=np.bool_))
            flags[max(0, math.ceil(start)) : max(0, math.floor(end))] = True
        return {vantage: flags.reshape(self.days, DAY) for vantage, flags in seen.items()}

    def groups(self) -> Iterator[tuple[GroupKey, GroupCounts]]:
        """Every group and its counts; requests first, then writes."""
        regions: dict[str, list[GroupCounts]] = {}
        for kind, column in GROUP_COLUMNS.items():
            for key, counts in self._groups(kind, column, *REQUESTS):
                if kind == "region":
                    regions.setdefault(key.vantage, []).append(counts)
                yield key, counts
        for vantage, parts in regions.items():
            if len(parts) > 1:
                yield GroupKey(vantage, "vantage", vantage), whole_vantage(parts, self.on_duty.ones)
        for column in WIDER_CLIENTS:
            yield from self._groups("client", column, *FAILURES_ONLY)
        own = {**GROUP_COLUMNS, "region": f"'{self.context.settings.region}'"}
        for kind, column in own.items():
            yield from self._groups(kind, column, *WRITES)

    def _groups(
        self, kind: str, column: str, table: str, tried: str, failed: str, alternatives: tuple[str, ...]
    ) -> Iterator[tuple[GroupKey, GroupCounts]]:
        rows = self.context.query(
            f"select vantage_code, {column} as value, "  # noqa: S608 - names of our own columns
            f"epoch(minute_at)::bigint // 60 - {self.clock.epoch // 60} as minute, "
            f"sum({tried})::double as n, sum({failed})::double as x "
            f"from {table} where {column} is not null group by all order by all"
        )
        minute, n, x = (rows[name].to_numpy() for name in ("minute", "n", "x"))
        vantages, values = (rows[name].to_numpy(zero_copy_only=False) for name in ("vantage_code", "value"))
        changes = (vantages[1:] != vantages[:-1]) | (values[1:] != values[:-1])
        for low, high in pairwise([0, *(np.flatnonzero(changes) + 1), len(values)] if len(values) else []):
            inside = slice(low, high)
            use = (minute[inside] >= 0) & (minute[inside] < self.days * DAY)
            counts = np.zeros((2, self.days * DAY))
            counts[:, minute[inside][use]] = n[inside][use], x[inside][use]
            key = GroupKey(str(vantages[low]), kind, str(values[low]))
            senders, lost = counts.reshape(2, self.days, DAY)
            yield key, self._counts(key, senders, lost, alternatives)

    def _counts(
        self, key: GroupKey, senders: Array, failed: Array, alternatives: tuple[str, ...]
    ) -> GroupCounts:
        """The counts of a group, with what else is known of it."""
        peers = None
        if key in self.all_senders and "silence" in alternatives:
            peers = np.maximum(self.all_senders[key] - senders, 0.0)
        return GroupCounts(
            key.vantage, senders, failed, self.on_duty.of_group(*key), self.observed.get(key.vantage),
            alternatives, peers,
            self.own_failures(*key) if "failure" in alternatives else None,
            (key.kind, key.value) in self.offices,
            load_rerouting=self.rerouting(*key) if "silence" in alternatives else None,
        )  # fmt: skip

    def own_failures(self, vantage: str, kind: str, value: str) -> tuple[Array, Array] | None:
        """Own people of a group whose requests failed, and those who had failed before; None of another region."""
        if vantage not in self.failures or (kind == "region" and value != self.on_duty.region):
            return None
        return self.failures[vantage].counts(kind, value, self.days)

    def rerouting(self, vantage: str, kind: str, value: str) -> Callable[[], Rerouting] | None:
        """Works out over which lines the own people who use this line were heard; None for a group that is no line."""
        if kind not in LINE_KINDS or vantage not in self.senders:
            return None
        senders = self.senders[vantage]
        return lambda: Rerouting.of_line(senders, senders.uses(kind, value))

    def senders_around(self) -> dict[GroupKey, Array]:
        """Per group that is spread over all offices the senders of all regions in which it is seen, (days, 1440)."""
        rows = self.context.query(
            "select vantage_code, coalesce(region_code, '') as region_code, "  # noqa: S608 - a number of our own
            f"epoch(minute_at)::bigint // 60 - {self.clock.epoch // 60} as minute, sum(sender_count)::double as n "
            "from request_minute group by all order by all"
        )
        minute, size = rows["minute"].to_numpy(), self.days * DAY
        names = np.array([f"{v}|{r}" for v, r in zip(*(rows[c].to_pylist() for c in REGION), strict=True)])
        use = (minute >= 0) & (minute < size)
        busy = {
            name: np.bincount(minute[mine], rows["n"].to_numpy()[mine], size).reshape(self.days, DAY)
            for name in np.unique(names).tolist()
            if (mine := use & (names == name)).any()
        }
        nobody = np.zeros((self.days, DAY))
        out: dict[GroupKey, Array] = {}
        for kind, condition in SPREAD.items():
            column = GROUP_COLUMNS[kind]
            places = self.context.query(
                f"select distinct vantage_code, {column} as value, coalesce(region_code, '') as region_code "  # noqa: S608
                f"from request_minute where {condition} order by all"
            )
            for row in places.to_pylist():
                key, seen = (
                    GroupKey(row["vantage_code"], kind, row["value"]),
                    f"{row['vantage_code']}|{row['region_code']}",
                )
                out[key] = out.get(key, nobody) + busy.get(seen, nobody)
        return out


def whole_vantage(parts: list[GroupCounts], on_duty: Array) -> GroupCounts:
    """All regions of a vantage together: a few failures in each may be many in all."""
    senders, failed = (
        np.sum([getattr(part, name) for part in parts], axis=0) for name in ("senders", "failed")
    )
    return GroupCounts(
        parts[0].vantage, senders, failed, on_duty, parts[0].observed, ("failure",), parts=tuple(parts)
    )


def read_own_senders(context: StageContext, midnight: int, days: int) -> dict[str, OwnSenders]:
    """Own people heard per vantage; `midnight` is the first local midnight in seconds since 1970."""
    distinct = context.query(f"select distinct {columns(LINE_KINDS)} from attempt order by {LINE}")  # noqa: S608 - our own names
    lines = {kind: texts(distinct[kind]) for kind in LINE_KINDS}
    return {
        vantage: OwnSenders.from_rows(rows, lines, days * DAY)
        for vantage, rows in own_requests(context, midnight, OWN_SENDERS)
    }


def columns(kinds: Iterable[str]) -> str:
    """The columns of places under the names of their kinds."""
    return ", ".join(f"{GROUP_COLUMNS[kind]} as {kind}" for kind in kinds)


def own_requests(context: StageContext, midnight: int, sql: str) -> Iterator[tuple[str, pa.Table]]:
    """Per vantage the answer to a query over `asked`, own requests whose columns for places have the names of kinds.

    Minutes and seconds count from the first local midnight (`midnight`, in seconds since 1970).
    """
    rows = context.query(
        f"""with asked as (  -- names and numbers of our own
            select vantage_code, nip, outcome_code, attempt_id, {columns(PLACES)},
                epoch(requested_at)::bigint - {midnight} as begin, epoch(answered_at)::bigint - {midnight} as done,
                epoch(requested_at)::bigint // 60 - {midnight // 60} as minute
            from attempt
        )
        {sql}"""  # noqa: S608
    )
    for vantage in pc.unique(rows["vantage_code"]).to_pylist():
        yield vantage, rows.filter(pc.equal(rows["vantage_code"], vantage))


def read_declared_spans(
    context: StageContext, clock: Clock, days: int
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Per kind and value of a group the minutes [start, end) in which an office or region was declared to be disturbed."""
    out: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in context.arrow(Incident).to_pylist():
        unit, region = row["unit_id"], row["region_code"] or context.settings.region
        start = max(0, math.floor(clock.minutes(row["started_at"])))
        end = min(math.ceil(clock.minutes(row["ended_at"])), days * DAY)
        if start < end:
            out.setdefault(("unit", unit) if unit else ("region", region), []).append((start, end))
    return out


LEAF = "vantage_code, region_code, unit_id, network_cidr, provider, client_code"
LEAVES = f"select distinct {LEAF} from request_minute order by {LEAF}"  # noqa: S608 - a constant
LEAF_MINUTES = f"""
with leaf as (
    select {LEAF}, row_number() over (order by {LEAF}) - 1 as leaf_no
    from (select distinct {LEAF} from request_minute)
)
select (epoch(request_minute.minute_at) // 60)::integer as minute_no, leaf.leaf_no::integer as leaf,
    sender_count::integer as senders, failed_sender_count::integer as failed,
    upstream_failed_count::integer as upstream, gateway_failed_count::integer as own,
    health_count::integer as health, health_failed_count::integer as health_failed
from request_minute inner join leaf
    on leaf.vantage_code = request_minute.vantage_code
    and leaf.region_code is not distinct from request_minute.region_code
    and leaf.unit_id is not distinct from request_minute.unit_id
    and leaf.network_cidr is not distinct from request_minute.network_cidr
    and leaf.provider is not distinct from request_minute.provider
    and leaf.client_code is not distinct from request_minute.client_code
order by minute_no, leaf"""  # noqa: S608 - a constant


def read_traffic(context: StageContext, clock: Clock) -> Traffic:
    """All of `request_minute`, by leaf and minute."""
    leaves, rows = context.query(LEAVES), context.query(LEAF_MINUTES)
    values = [
        np.array([value or "" for value in column.to_pylist()], dtype=object) for column in leaves.columns
    ]
    return Traffic(
        values[0],
        dict(zip(DIMENSIONS, values[1:], strict=True)),
        rows["minute_no"].to_numpy() - clock.epoch // 60,
        rows["leaf"].to_numpy(),
        {name: rows[name].to_numpy() for name in COUNTS},
        day_types(context.frame(Calendar), context.settings.period_from, context.settings.period_to),
    )


def read_segments(context: StageContext, clock: Clock) -> list[SegmentRow]:
    """`outage_segment`, in minutes."""
    return [
        SegmentRow(
            row["group_kind"], row["group_value"], row["vantage_code"], row["alternative_code"],
            row["window_code"] == "hard", clock.minutes(row["started_at"]), clock.minutes(row["ended_at"]),
            row["rescored_nats"], row["false_alarm_bound"],
        )
        for row in context.arrow(OutageSegment).to_pylist()
    ]  # fmt: skip


def read_covered_spans(context: StageContext, clock: Clock) -> dict[str, tuple[Span, ...]]:
    """Per vantage the spans that its log covers, in order."""
    spans: dict[str, list[Span]] = {}
    for row in context.arrow(Coverage).to_pylist():
        spans.setdefault(row["vantage_code"], []).append(
            Span(clock.minutes(row["started_at"]), clock.minutes(row["ended_at"]))
        )
    return {vantage: tuple(sorted(found)) for vantage, found in sorted(spans.items())}


def gaps_between(covered: Mapping[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    """Per vantage the gaps between the spans that its log covers."""
    return {
        vantage: tuple(Span(a.end, b.start) for a, b in pairwise(spans) if b.start > a.end)
        for vantage, spans in covered.items()
    }


class SignalReader:
    """Reads the receipt times and probes of a window, and asks for dead lines in it."""

    def __init__(self, context: StageContext, clock: Clock, traffic: Traffic, lines: LineEvidence) -> None:
        received = context.query(
            "select received_at from punch where received_at is not null order by received_at"
        )
        self.received = np.array([clock.minutes(at) for at in received["received_at"].to_pylist()])
        self.probes = [
            (row["vantage_code"], clock.minutes(row["probed_at"]), row["is_up"])
            for row in context.arrow(Probe).to_pylist()
        ]
        self.traffic, self.lines = traffic, lines

    def __call__(self, *pieces: Piece) -> Signals:
        """What was received and probed in the pieces, and what is usually received then."""
        pieces = first_day(pieces)
        shifts = np.concatenate([[0], self.traffic.similar_days(pieces[0][0], pieces[-1][1])]) * DAY
        edges = np.searchsorted(self.received, np.array(pieces)[:, :, None] + shifts)
        counts = (edges[:, 1] - edges[:, 0]).sum(axis=0)
        usual = float(np.median(counts[1:])) if len(counts) > 1 else 0.0
        probes: dict[str, tuple[float, float]] = {}
        for vantage, at, is_up in self.probes:
            if any(start <= at < end for start, end in pieces):
                up, down = probes.get(vantage, (0.0, 0.0))
                probes[vantage] = (up + is_up, down + (not is_up))
        return Signals(
            (float(counts[0]), usual), probes, lambda kind, value: self.lines.nats(kind, value, pieces)
        )
