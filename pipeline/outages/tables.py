"""The tables of a run as arrays: the only module of this chapter that reads them.

For detection the month's counts of every group of senders at every vantage, for attribution the counts by leaf, the
windows that were found, and the signals besides the logs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
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
from pipeline.outages.own_requests import FailedRequests, LineEvidence, OwnFailures, OwnSenders
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
    "region": "region_code", "unit": "unit_id", "network": "network_cidr", "provider": "provider",
    "client": "client_code",
}  # fmt: skip
PLACES = ("unit", "network", "provider", "client")
LINE_KINDS = ("unit", "network", "provider")
"""Kinds of places that are a line, which people may leave for another."""
LINE = ", ".join(LINE_KINDS)
OWN_FAILURES = f"""select distinct vantage_code, nip, minute, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by all"""  # noqa: S608 - names of our own
OWN_SENDERS = f""", numbered as (
    select vantage_code, minute, (dense_rank() over (order by nip) - 1)::integer as person,
        (dense_rank() over (order by {LINE}) - 1)::integer as line
    from asked
)
select vantage_code, person, min(minute)::integer as minute, line from numbered
group by vantage_code, person, minute // 60, line
order by all"""  # noqa: S608 - names of our own
FAILED_REQUESTS = f"""select vantage_code, begin, done, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by vantage_code, begin, attempt_id"""  # noqa: S608 - names of our own
SPREAD = {"provider": "provider is not null and unit_id is null", "client": "client_code is not null"}
"""Kinds of groups that are spread over all offices of their regions, and which rows are of such a group. The people on
an office's own line keep the hours of the office instead."""
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
        self.region, midnight = context.settings.region, self.clock.epoch
        self.on_duty = self._people_on_duty()
        self.observed = self._observed_minutes()
        self.all_senders = self._senders_around()
        lines = context.query(
            "select distinct unit_id, network_cidr from request_minute where unit_id is not null"
        )
        self.offices = {("unit", unit) for unit in lines["unit_id"].to_pylist()}
        self.offices |= {("network", network) for network in lines["network_cidr"].to_pylist()}
        failures, requests = (own_requests(context, midnight, sql) for sql in (OWN_FAILURES, FAILED_REQUESTS))
        self.failures = {v: OwnFailures.from_rows(rows, PLACES, self.days) for v, rows in failures}
        self.failed_requests = {v: FailedRequests.from_rows(rows, PLACES) for v, rows in requests}
        self.senders = read_own_senders(context, midnight, self.days)

    def _people_on_duty(self) -> dict[str | None, Array]:
        """People on duty and not excused, (days,), per office of the home region; under None all of them."""
        rows = self.context.query(
            "select unit_id, duty_date, count(*) filter (where not is_excused) as present from duty "
            "where region_code = (select region_code from setting) group by all order by all"
        )
        people: dict[str | None, Array] = {None: np.zeros(self.days)}
        for row in rows.to_pylist():
            number = (row["duty_date"] - self.first).days
            if 0 <= number < self.days:
                people[None][number] += row["present"]
                people.setdefault(row["unit_id"], np.zeros(self.days))[number] += row["present"]
        return people

    def _on_duty(self, vantage: str, kind: str, value: str) -> Array:
        """Of a group, (days,); ones where people of other regions, whose roster is not known, belong to it."""
        own = value == self.region if kind == "region" else vantage == "gerbang"
        people = self.on_duty.get(value) if kind == "unit" else self.on_duty[None] if own else None
        return np.ones(self.days) if people is None or not people.any() else people

    def _observed_minutes(self) -> dict[str, Flags]:
        """Per vantage the minutes that its log covers wholly, (days, 1440)."""
        seen: dict[str, Flags] = {}
        for vantage, spans in read_covered_spans(self.context, self.clock).items():
            seen[vantage] = np.zeros(self.days * DAY, dtype=np.bool_)
            for start, end in spans:
                seen[vantage][max(0, math.ceil(start)) : max(0, math.floor(end))] = True
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
            if len(parts) > 1:  # all regions together: a few failures in each may be many in all
                n, x = (np.sum([getattr(p, name) for p in parts], axis=0) for name in ("senders", "failed"))
                whole = GroupCounts(vantage, n, x, np.ones(self.days), parts[0].observed, ("failure",))
                yield GroupKey(vantage, "vantage", vantage), replace(whole, parts=tuple(parts))
        for column in WIDER_CLIENTS:
            yield from self._groups("client", column, *FAILURES_ONLY)
        for kind, column in {**GROUP_COLUMNS, "region": f"'{self.region}'"}.items():
            yield from self._groups(kind, column, *WRITES)

    def _groups(
        self, kind: str, column: str, table: str, tried: str, failed: str, alternatives: tuple[str, ...]
    ) -> Iterator[tuple[GroupKey, GroupCounts]]:
        sql = f"""select vantage_code, {column} as value, {self._minute} as minute,
            sum({tried})::double as n, sum({failed})::double as x
            from {table} where {column} is not null group by all order by all"""  # noqa: S608 - our own names
        has_failures, has_silence = "failure" in alternatives, "silence" in alternatives
        for key, (n, x) in self._minutes_of_groups(kind, sql):
            own, line = None, None
            if (
                has_failures
                and key.vantage in self.failures
                and (kind != "region" or key.value == self.region)
            ):
                own = self.failures[key.vantage].counts(kind, key.value, self.days)
            if has_silence and kind in LINE_KINDS and key.vantage in self.senders:
                line = partial(self.senders[key.vantage].rerouting, kind, key.value)
            others = self.all_senders.get(key) if has_silence else None
            yield key, GroupCounts(
                key.vantage, n, x, self._on_duty(*key), self.observed.get(key.vantage), alternatives,
                None if others is None else np.maximum(others - n, 0.0), own,
                (kind, key.value) in self.offices, load_rerouting=line,
            )  # fmt: skip

    @property
    def _minute(self) -> str:
        return f"epoch(minute_at)::bigint // 60 - {self.clock.epoch // 60}"

    def _minutes_of_groups(self, kind: str, sql: str) -> Iterator[tuple[GroupKey, Array]]:
        """Groups of a kind with their counts n and x, (2, days, 1440), from rows in order of vantage and value."""
        rows = self.context.query(sql)
        minute, counts = rows["minute"].to_numpy(), np.stack([rows[name].to_numpy() for name in ("n", "x")])
        vantages, values = (rows[name].to_numpy(zero_copy_only=False) for name in ("vantage_code", "value"))
        changes = (vantages[1:] != vantages[:-1]) | (values[1:] != values[:-1])
        for low, high in pairwise([0, *(np.flatnonzero(changes) + 1), len(values)] if len(values) else []):
            use = low + np.flatnonzero((minute[low:high] >= 0) & (minute[low:high] < self.days * DAY))
            found = np.zeros((2, self.days * DAY))
            found[:, minute[use]] = counts[:, use]
            yield GroupKey(str(vantages[low]), kind, str(values[low])), found.reshape(2, self.days, DAY)

    def _senders_around(self) -> dict[GroupKey, Array]:
        """Per group that is spread over all offices the senders of all regions in which it is seen, (days, 1440)."""
        out: dict[GroupKey, Array] = {}
        for kind, condition in SPREAD.items():
            sql = f"""with region as (
                select vantage_code, coalesce(region_code, '') as region, {self._minute} as minute,
                    sum(sender_count)::double as n
                from request_minute group by all
            ),
            place as (
                select distinct vantage_code, {GROUP_COLUMNS[kind]} as value, coalesce(region_code, '') as region
                from request_minute where {condition}
            )
            select vantage_code, value, minute, sum(n) as n, 0.0::double as x
            from place inner join region using (vantage_code, region) group by all order by all"""  # noqa: S608
            out |= {key: n.copy() for key, (n, _) in self._minutes_of_groups(kind, sql)}
        return out


def read_own_senders(context: StageContext, midnight: int, days: int) -> dict[str, OwnSenders]:
    """Own people heard per vantage; `midnight` is the first local midnight in seconds since 1970."""
    distinct = context.query(f"select distinct {columns(LINE_KINDS)} from attempt order by {LINE}")  # noqa: S608 - our own names
    lines = {kind: texts(distinct[kind]) for kind in LINE_KINDS}
    found = own_requests(context, midnight, OWN_SENDERS)
    return {vantage: OwnSenders.from_rows(rows, lines, days * DAY) for vantage, rows in found}


def columns(kinds: Iterable[str]) -> str:
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
select (epoch(minute_at) // 60)::integer as minute_no, (dense_rank() over (order by {LEAF}) - 1)::integer as leaf,
    sender_count::integer as senders, failed_sender_count::integer as failed,
    upstream_failed_count::integer as upstream, gateway_failed_count::integer as own,
    health_count::integer as health, health_failed_count::integer as health_failed
from request_minute order by minute_no, leaf"""  # noqa: S608 - a constant


def read_traffic(context: StageContext, clock: Clock) -> Traffic:
    leaves, rows = context.query(LEAVES), context.query(LEAF_MINUTES)
    vantage, *values = (np.where(pc.is_valid(c), texts(c), "") for c in leaves.columns)
    kinds = day_types(context.frame(Calendar), context.settings.period_from, context.settings.period_to)
    counts = {name: rows[name].to_numpy() for name in COUNTS}
    minute, leaf = rows["minute_no"].to_numpy() - clock.epoch // 60, rows["leaf"].to_numpy()
    return Traffic(vantage, dict(zip(DIMENSIONS, values, strict=True)), minute, leaf, counts, kinds)


def read_segments(context: StageContext, clock: Clock) -> list[SegmentRow]:
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
        span = Span(clock.minutes(row["started_at"]), clock.minutes(row["ended_at"]))
        spans.setdefault(row["vantage_code"], []).append(span)
    return {vantage: tuple(sorted(found)) for vantage, found in sorted(spans.items())}


def gaps_between(covered: Mapping[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
    return {
        vantage: tuple(Span(a.end, b.start) for a, b in pairwise(spans) if b.start > a.end)
        for vantage, spans in covered.items()
    }


class SignalReader:
    """Reads the receipt times and probes of a window, and asks for dead lines in it."""

    def __init__(self, context: StageContext, clock: Clock, traffic: Traffic, lines: LineEvidence) -> None:
        received = context.query("select received_at from punch where received_at is not null order by all")
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
        return Signals((float(counts[0]), usual), probes, partial(self.lines.nats, pieces))
