"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.stage import Desk, Stage
from schemas import Calendar, Duty, OutageSegment, RequestMinute, Setting

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pipeline.outages.detection import Counts

GROUP_COLUMNS = {
    "region": "region_code",
    "unit": "unit_id",
    "network": "network_cidr",
    "provider": "provider",
    "client": "client_code",
}
MINUTES = 1440


def day_types(calendar: pd.DataFrame, first: date, days: int) -> np.ndarray[Any, Any]:
    """0 working Mon-Thu, 1 Friday, 2 Saturday, 3 Sunday or holiday, 4 more in Ramadan; one per day from `first`."""
    import numpy as np

    known = {row.calendar_date: row for row in calendar.itertuples()}
    types = []
    for number in range(days):
        day = first + timedelta(days=number)
        row = known.get(day)
        rest = day.isoweekday() == 7 or (row is not None and bool(row.is_holiday))
        fasting = row is not None and bool(row.is_ramadan)
        types.append((3 if rest else max(0, day.isoweekday() - 4)) + 4 * fasting)
    return np.array(types, dtype=np.int64)


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


def read_groups(
    desk: Desk, first: date, days: int, origin: datetime
) -> tuple[list[tuple[str, str, str]], list[Counts]]:
    """(vantage, kind, value) of every group, and its counts per local day and minute."""
    import numpy as np

    from pipeline.outages.detection import Counts

    heads = Heads(desk, first, days)
    keys: list[tuple[str, str, str]] = []
    groups: list[Counts] = []
    for kind, name in GROUP_COLUMNS.items():
        rows = desk.query(
            f"select vantage_code, {name} as value, "  # noqa: S608 - names of our own columns
            f"datediff('minute', timestamp '{origin.isoformat()}', minute_at) as minute, "
            "sum(sender_count)::double as n, sum(failed_sender_count)::double as x "
            f"from request_minute where {name} is not null group by all order by all"
        )
        minute, n, x = (rows[column].to_numpy() for column in ("minute", "n", "x"))
        labels = list(zip(rows["vantage_code"].to_pylist(), rows["value"].to_pylist(), strict=True))
        starts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
        for low, high in pairwise([*starts, len(labels)]):
            inside = slice(low, high)
            use = (minute[inside] >= 0) & (minute[inside] < days * MINUTES)
            counts = np.zeros((2, days * MINUTES))
            counts[:, minute[inside][use]] = n[inside][use], x[inside][use]
            vantage, value = labels[low]
            keys.append((vantage, kind, value))
            senders, failed = counts.reshape(2, days, MINUTES)
            groups.append(Counts(vantage, senders, failed, heads.of(vantage, kind, value)))
    return keys, groups


def detect_outages(desk: Desk) -> None:
    """Every vantage and group of `request_minute` -> `outage_segment`."""
    import pandas as pd

    from pipeline.outages.detection import detect

    setting = desk.frame(Setting).iloc[0]
    zone, first = ZoneInfo(setting.zone), setting.period_from
    days = (setting.period_to - first).days
    origin = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    keys, groups = read_groups(desk, first, days, origin)
    out: list[dict[str, Any]] = []
    for w in detect(groups, day_types(desk.frame(Calendar), first, days)):
        vantage, kind, value = keys[w.group]
        start, end = (origin + timedelta(minutes=m) for m in (w.segment.start, w.segment.end))
        name = f"{vantage}|{kind}|{value}|{w.alternative}|{w.window}|{start.isoformat()}"
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        out.append(dict(zip(OutageSegment.columns(), (
            digest, vantage, kind, value, w.alternative, w.window, start, end,
            w.segment.score, w.rescored, w.bound, w.observed, w.expected), strict=True)))  # fmt: skip
    desk.write(OutageSegment, pd.DataFrame(out, columns=list(OutageSegment.columns())))


STAGE = Stage(
    __name__, reads=(RequestMinute, Calendar, Duty, Setting), writes=(OutageSegment,), work=detect_outages
)
