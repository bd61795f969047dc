"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.stage import Desk, Stage
from schemas import (
    Attempt,
    Calendar,
    Coverage,
    Duty,
    Incident,
    MeasurableSpan,
    OutageSegment,
    RequestMinute,
    Setting,
    StorageMinute,
)

if TYPE_CHECKING:
    import numpy as np

    from pipeline.outages.detection import Window
    from pipeline.outages.edges import Events
    from pipeline.outages.known import KnownFailures
    from pipeline.outages.model import Counts

Row = dict[str, Any]
GROUP_COLUMNS = {
    "region": "region_code",
    "unit": "unit_id",
    "network": "network_cidr",
    "provider": "provider",
    "client": "client_code",
}


class Heads:
    """People on duty and not excused, per day, of the home region and of its offices."""

    def __init__(self, desk: Desk, first: date, days: int) -> None:
        import numpy as np

        self.region = desk.settings.region
        self.unit: dict[str, np.ndarray[Any, Any]] = {}
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

    def of(self, vantage: str, kind: str, value: str) -> np.ndarray[Any, Any]:
        """Of a group, or ones where other regions, of which no roster is known, take part in it."""
        own = value == self.region if kind == "region" else vantage == "gerbang"
        heads = self.unit.get(value) if kind == "unit" else self.all if own else None
        return self.ones if heads is None or not heads.any() else heads


SPREAD = {"provider": "provider is not null and unit_id is null", "client": "client_code is not null"}
"""Groups whose senders sit in all offices of their regions; who uses an office's line keeps its office's hours."""
REGION = ("vantage_code", "region_code")
REQUESTS = ("request_minute", "sender_count", "failed_sender_count", ("silence", "failure"))
WRITES = ("storage_minute", "accepted_count", "accepted_count - stored_count", ("lost_write",))


class Reader:
    """Counts per group, local day and minute of the period."""

    def __init__(self, desk: Desk) -> None:
        from pipeline.outages.clock import Clock

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
        self.failures = read_failures(desk, self.clock.epoch, self.days)

    def observed_minutes(self) -> dict[str, np.ndarray[Any, Any]]:
        """Per vantage the minutes that its log covers whole."""
        import numpy as np

        from pipeline.outages.clock import DAY

        seen: dict[str, np.ndarray[Any, Any]] = {}
        for row in self.desk.arrow(Coverage).to_pylist():
            start, end = (self.clock.minutes(row[edge]) for edge in ("started_at", "ended_at"))
            flags = seen.setdefault(row["vantage_code"], np.zeros(self.days * DAY, dtype=np.bool_))
            flags[max(0, math.ceil(start)) : max(0, math.floor(end))] = True
        return {vantage: flags.reshape(self.days, DAY) for vantage, flags in seen.items()}

    def groups(self) -> Iterator[tuple[tuple[str, str, str], Counts]]:
        """(vantage, kind, value) of every group, and its counts; requests first, then writes."""
        for kind, column in GROUP_COLUMNS.items():
            yield from self._groups(kind, column, *REQUESTS)
        own = {**GROUP_COLUMNS, "region": f"'{self.desk.settings.region}'"}
        for kind, column in own.items():
            yield from self._groups(kind, column, *WRITES)

    def _groups(
        self, kind: str, column: str, table: str, tried: str, failed: str, alternatives: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, str, str], Counts]]:
        import numpy as np

        from pipeline.outages.clock import DAY
        from pipeline.outages.model import Counts

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
                    vantage,
                    senders,
                    lost,
                    heads,
                    seen,
                    alternatives,
                    beside,
                    known,
                    (kind, value) in self.offices,
                ),
            )

    def known(
        self, vantage: str, kind: str, value: str
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
        """Own people of a group whose requests failed, and those who had failed before; none of another region."""
        if vantage not in self.failures or (kind == "region" and value != self.heads.region):
            return None
        return self.failures[vantage].of(kind, value, self.days)

    def totals(self) -> dict[tuple[str, str, str], np.ndarray[Any, Any]]:
        """(vantage, kind, value) of every spread group -> senders of all regions in which it is seen."""
        import numpy as np

        from pipeline.outages.clock import DAY

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
        out: dict[tuple[str, str, str], np.ndarray[Any, Any]] = {}
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


def declared_spans(
    desk: Desk, reader: Reader, keys: list[tuple[str, str, str]]
) -> dict[int, list[tuple[int, int]]]:
    """Per group the minutes [start, end) in which its office or region was declared to be disturbed."""
    from pipeline.outages.clock import DAY

    numbers: dict[tuple[str, str], list[int]] = {}
    for number, (_, kind, value) in enumerate(keys):
        numbers.setdefault((kind, value), []).append(number)
    out: dict[int, list[tuple[int, int]]] = {}
    for row in desk.arrow(Incident).to_pylist():
        place = (
            ("unit", row["unit_id"])
            if row["unit_id"]
            else ("region", row["region_code"] or desk.settings.region)
        )
        start = max(0, math.floor(reader.clock.minutes(row["started_at"])))
        end = min(math.ceil(reader.clock.minutes(row["ended_at"])), reader.days * DAY)
        for number in numbers.get(place, ()) if start < end else ():
            out.setdefault(number, []).append((start, end))
    return out


def read_failures(desk: Desk, midnight: int, days: int) -> dict[str, KnownFailures]:
    """Own people with failed requests per vantage, in minutes from the first local midnight (in seconds since 1970)."""
    import numpy as np

    from pipeline.outages.clock import DAY
    from pipeline.outages.known import KnownFailures, failed_before

    names = {kind: name for kind, name in GROUP_COLUMNS.items() if kind != "region"}
    rows = desk.query(
        f"select distinct vantage_code, nip, epoch(requested_at)::bigint // 60 - {midnight // 60} as minute, "  # noqa: S608
        f"{', '.join(names.values())} from attempt where outcome_code = 'failed' order by all"
    )
    vantage, person, *places = (
        np.array(rows[name].to_pylist(), dtype=object) for name in ("vantage_code", "nip", *names.values())
    )
    minute = rows["minute"].to_numpy()
    out: dict[str, KnownFailures] = {}
    for code in sorted(set(vantage.tolist())):
        mine = vantage == code
        again = failed_before(person[mine], minute[mine])
        inside = (minute[mine] >= 0) & (minute[mine] < days * DAY)
        where = {kind: values[mine][inside] for kind, values in zip(names, places, strict=True)}
        out[code] = KnownFailures(minute[mine][inside], again[inside], where)
    return out


def read_events(desk: Desk, midnight: int) -> dict[str, Events]:
    """Own failed requests per vantage, in seconds from the first local midnight (itself in seconds since 1970)."""
    import numpy as np

    from pipeline.outages.edges import Events

    names = {kind: name for kind, name in GROUP_COLUMNS.items() if kind != "region"}
    rows = desk.query(
        f"select vantage_code, epoch(requested_at)::bigint - {midnight} as begin, "  # noqa: S608 - our own columns
        f"epoch(answered_at)::bigint - {midnight} as done, {', '.join(names.values())} "
        "from attempt where outcome_code = 'failed' order by requested_at, attempt_id"
    )
    vantage = np.array(rows["vantage_code"].to_pylist(), dtype=object)
    out: dict[str, Events] = {}
    for code in sorted(set(vantage.tolist())):
        mine = vantage == code
        places = {kind: np.array(rows[name].to_pylist(), dtype=object)[mine] for kind, name in names.items()}
        out[code] = Events(rows["begin"].to_numpy()[mine], rows["done"].to_numpy()[mine], places)
    return out


def segment_row(key: tuple[str, str, str], window: Window, reader: Reader, events: dict[str, Events]) -> Row:
    """One row of `outage_segment`; a failure that own requests met has their seconds as edges."""
    vantage, kind, value = key
    part = window.segment
    start, end = window.start * 60, window.end * 60
    known = vantage in events and (kind != "region" or value == reader.heads.region)
    if window.alternative == "failure" and known:
        start, end = events[vantage].edges(start, end, kind, value)
    started, ended = (reader.clock.instant(second / 60) for second in (start, end))
    name = f"{vantage}|{kind}|{value}|{window.alternative}|{window.window}|{reader.clock.instant(part.start).isoformat()}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    support = (
        reader.clock.instant(m) for m in (part.start_low, part.start_high, part.end_low, part.end_high)
    )
    return dict(zip(OutageSegment.columns(), (
        digest, vantage, kind, value, window.alternative, window.window, started, ended, part.score,
        window.rescored, window.bound, window.observed, window.expected, *support, window.deferred,
    ), strict=True))  # fmt: skip


def detect_outages(desk: Desk) -> None:
    """Every vantage and group of `request_minute` and `storage_minute` -> `outage_segment`, `measurable_span`."""
    import pandas as pd

    from pipeline.outages.clock import day_types
    from pipeline.outages.detection import detect

    reader = Reader(desk)
    found = list(reader.groups())
    keys, groups = [key for key, _ in found], [counts for _, counts in found]
    silent = [key if "silence" in counts.alternatives else ("", "", "") for key, counts in found]
    kinds = day_types(desk.frame(Calendar), desk.settings.period_from, desk.settings.period_to)
    result = detect(groups, kinds, declared_spans(desk, reader, silent))
    events = read_events(desk, reader.clock.epoch)
    rows = [segment_row(keys[window.group], window, reader, events) for window in result.windows]
    desk.write(OutageSegment, pd.DataFrame(rows, columns=list(OutageSegment.columns())))
    spans = [
        (*key, reader.clock.instant(start), reader.clock.instant(end), width)
        for key, parts in zip(keys, result.measurable, strict=True)
        for start, end, width in parts
    ]
    desk.write(MeasurableSpan, pd.DataFrame(spans, columns=list(MeasurableSpan.columns())))


STAGE = Stage(
    __name__,
    reads=(RequestMinute, StorageMinute, Attempt, Coverage, Calendar, Duty, Incident, Setting),
    writes=(OutageSegment, MeasurableSpan),
    work=detect_outages,
)
