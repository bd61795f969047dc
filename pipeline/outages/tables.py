"""The month's counts of every group of senders at every vantage, and the own people among them, from a run's tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from pipeline.outages.arrays import Array, Flags, texts
from pipeline.outages.clock import DAY, Clock
from pipeline.outages.detection.counts import Counts
from pipeline.outages.detection.edges import Events
from pipeline.outages.own_requests import KnownFailures
from pipeline.outages.rerouting import Detours, Heard
from schemas import Coverage, Setting

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.stage import Desk

Key = tuple[str, str, str]
"""Vantage, kind and value of a group."""
GROUP_COLUMNS = {
    "region": "region_code",
    "unit": "unit_id",
    "network": "network_cidr",
    "provider": "provider",
    "client": "client_code",
}
PLACES = {kind: name for kind, name in GROUP_COLUMNS.items() if kind != "region"}
LINES = ("unit", "network", "provider")
"""Places that are a line, which people may leave for another."""
FAILURES = f"""select distinct vantage_code, nip, minute, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by all"""  # noqa: S608 - names of our own
LINE = ", ".join(LINES)
HEARD = f""", person as (
    select nip, row_number() over (order by nip) - 1 as person from (select distinct nip from asked)
),
line as (select {LINE}, row_number() over (order by {LINE}) - 1 as line from (select distinct {LINE} from asked))
select vantage_code, person::integer as person, min(minute)::integer as minute, line::integer as line
from asked
inner join person on person.nip = asked.nip
inner join line on {" and ".join(f"line.{kind} is not distinct from asked.{kind}" for kind in LINES)}
group by vantage_code, person, minute // 60, line
order by vantage_code, person, minute, line"""  # noqa: S608 - names of our own
EVENTS = f"""select vantage_code, begin, done, {", ".join(PLACES)} from asked
where outcome_code = 'failed' order by vantage_code, begin, attempt_id"""  # noqa: S608 - names of our own


class Heads:
    """People on duty and not excused, per day, of the home region and of its offices."""

    def __init__(self, desk: Desk, first: date, days: int) -> None:
        self.region = desk.settings.region
        self.unit: dict[str, Array] = {}
        self.ones, self.all = np.ones(days), np.zeros(days)
        rows = desk.query(
            "select unit_id, duty_date, count(*) filter (where not is_excused) as present from duty "
            "where region_code = (select region_code from setting) group by all order by all"
        )
        for row in rows.to_pylist():
            number = (row["duty_date"] - first).days
            if 0 <= number < days:
                self.all[number] += row["present"]
                self.unit.setdefault(row["unit_id"], np.zeros(days))[number] += row["present"]

    def of(self, vantage: str, kind: str, value: str) -> Array:
        """Of a group, or ones where other regions, of which no roster is known, take part in it."""
        own = value == self.region if kind == "region" else vantage == "gerbang"
        heads = self.unit.get(value) if kind == "unit" else self.all if own else None
        return self.ones if heads is None or not heads.any() else heads


SPREAD = {"provider": "provider is not null and unit_id is null", "client": "client_code is not null"}
"""Groups whose senders sit in all offices of their regions; who uses an office's line keeps its office's hours."""
REGION = ("vantage_code", "region_code")
EITHER = (
    "'*/' || nullif(split_part(client_code, '/', 2), '')",
    "case when client_code like '%/%' then split_part(client_code, '/', 1) || '/*' end",
)
"""One version of every system, and one system in every version."""
FAILING = ("request_minute", "sender_count", "failed_sender_count", ("failure",))
REQUESTS = ("request_minute", "sender_count", "failed_sender_count", ("silence", "failure"))
WRITES = ("storage_minute", "accepted_count", "accepted_count - stored_count", ("lost_write",))


class Reader:
    """Counts per group, local day and minute of the period."""

    def __init__(self, desk: Desk) -> None:
        self.desk, setting = desk, desk.frame(Setting).iloc[0]
        self.first: date = setting.period_from
        self.days = (setting.period_to - self.first).days
        self.clock = Clock(self.first, setting.zone)
        self.heads = Heads(desk, self.first, self.days)
        self.observed = self.observed_minutes()
        self.around = self.totals()
        lines = (
            "select distinct unit_id, network_cidr from request_minute where unit_id is not null order by all"
        )
        self.offices = {
            pair
            for row in desk.query(lines).to_pylist()
            for pair in zip(("unit", "network"), row.values(), strict=True)
        }
        failed, events = (own_requests(desk, self.clock.epoch, sql) for sql in (FAILURES, EVENTS))
        self.failures = {vantage: KnownFailures.of(rows, PLACES, self.days) for vantage, rows in failed}
        self.heard = read_heard(desk, self.clock.epoch, self.days)
        self.events = {vantage: Events.of(rows, PLACES) for vantage, rows in events}

    def observed_minutes(self) -> dict[str, Flags]:
        """Per vantage the minutes that its log covers whole."""
        seen: dict[str, Flags] = {}
        for row in self.desk.arrow(Coverage).to_pylist():
            start, end = (self.clock.minutes(row[edge]) for edge in ("started_at", "ended_at"))
            flags = seen.setdefault(row["vantage_code"], np.zeros(self.days * DAY, dtype=np.bool_))
            flags[max(0, math.ceil(start)) : max(0, math.floor(end))] = True
        return {vantage: flags.reshape(self.days, DAY) for vantage, flags in seen.items()}

    def groups(self) -> Iterator[tuple[Key, Counts]]:
        """(vantage, kind, value) of every group, and its counts; requests first, then writes."""
        regions: dict[str, list[Counts]] = {}
        for kind, column in GROUP_COLUMNS.items():
            for (vantage, _, value), counts in self._groups(kind, column, *REQUESTS):
                if kind == "region":
                    regions.setdefault(vantage, []).append(counts)
                yield (vantage, kind, value), counts
        for vantage, parts in regions.items():
            if len(parts) > 1:
                yield (vantage, "vantage", vantage), together(parts, self.heads.ones)
        for column in EITHER:
            yield from self._groups("client", column, *FAILING)
        own = {**GROUP_COLUMNS, "region": f"'{self.desk.settings.region}'"}
        for kind, column in own.items():
            yield from self._groups(kind, column, *WRITES)

    def _groups(
        self, kind: str, column: str, table: str, tried: str, failed: str, alternatives: tuple[str, ...]
    ) -> Iterator[tuple[Key, Counts]]:
        rows = self.desk.query(
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
            vantage, value = str(vantages[low]), str(values[low])
            senders, lost = counts.reshape(2, self.days, DAY)
            heads, seen = self.heads.of(vantage, kind, value), self.observed.get(vantage)
            beside = None
            if (vantage, kind, value) in self.around and "silence" in alternatives:
                beside = np.maximum(self.around[vantage, kind, value] - senders, 0.0)
            known = self.known(vantage, kind, value) if "failure" in alternatives else None
            yield (
                (vantage, kind, value),
                Counts(
                    vantage, senders, lost, heads, seen, alternatives, beside, known, (kind, value) in self.offices,
                    detours=self.detours(vantage, kind, value) if "silence" in alternatives else None,
                ),
            )  # fmt: skip

    def known(self, vantage: str, kind: str, value: str) -> tuple[Array, Array] | None:
        """Own people of a group whose requests failed, and those who had failed before; none of another region."""
        if vantage not in self.failures or (kind == "region" and value != self.heads.region):
            return None
        return self.failures[vantage].counts(kind, value, self.days)

    def detours(self, vantage: str, kind: str, value: str) -> Callable[[], Detours] | None:
        """Of the own people who use a line, how they were heard; worked out when it is asked."""
        if kind not in LINES or vantage not in self.heard:
            return None
        heard = self.heard[vantage]
        return lambda: Detours.of(heard, heard.over(kind, value))

    def totals(self) -> dict[Key, Array]:
        """(vantage, kind, value) of every spread group -> senders of all regions in which it is seen."""
        rows = self.desk.query(
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
        out: dict[Key, Array] = {}
        for kind, known in SPREAD.items():
            column = GROUP_COLUMNS[kind]
            places = self.desk.query(
                f"select distinct vantage_code, {column} as value, coalesce(region_code, '') as region_code "  # noqa: S608
                f"from request_minute where {known} order by all"
            )
            for row in places.to_pylist():
                key, seen = (
                    (row["vantage_code"], kind, row["value"]),
                    f"{row['vantage_code']}|{row['region_code']}",
                )
                out[key] = out.get(key, nobody) + busy.get(seen, nobody)
        return out


def together(parts: list[Counts], heads: Array) -> Counts:
    """All regions of a vantage: a few failures of each may be many of all."""
    senders, failed = (
        np.sum([getattr(part, name) for part in parts], axis=0) for name in ("senders", "failed")
    )
    return Counts(
        parts[0].vantage, senders, failed, heads, parts[0].observed, ("failure",), parts=tuple(parts)
    )


def read_heard(desk: Desk, midnight: int, days: int) -> dict[str, Heard]:
    """Own people heard per vantage."""
    known = desk.query(f"select distinct {columns(LINES)} from attempt order by {LINE}")  # noqa: S608 - our own names
    lines = {kind: texts(known[kind]) for kind in LINES}
    return {
        vantage: Heard.of(rows, lines, days * DAY) for vantage, rows in own_requests(desk, midnight, HEARD)
    }


def columns(kinds: Iterable[str]) -> str:
    """The columns of places under the names of their kinds."""
    return ", ".join(f"{GROUP_COLUMNS[kind]} as {kind}" for kind in kinds)


def own_requests(desk: Desk, midnight: int, sql: str) -> Iterator[tuple[str, pa.Table]]:
    """Per vantage the answer to a query over `asked`, own requests whose columns for places have the names of kinds.

    Minutes and seconds count from the first local midnight (`midnight`, in seconds since 1970).
    """
    rows = desk.query(
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
