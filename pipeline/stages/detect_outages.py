"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pipeline.stage import Desk, Stage
from schemas import Calendar, OutageSegment, RequestMinute, Setting

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

GROUP_COLUMNS = {"region": "region_code", "unit": "unit_id", "provider": "provider", "client": "client_code"}


def day_types(calendar: pd.DataFrame, first: Any, days: int) -> np.ndarray[Any, Any]:
    """0 working Mon-Thu, 1 Friday, 2 Saturday, 3 Sunday or holiday; one per day from `first`."""
    import numpy as np

    known = {row.calendar_date: row for row in calendar.itertuples()}
    types = []
    for number in range(days):
        row = known.get(first + timedelta(days=number))
        weekday = (first + timedelta(days=number)).isoweekday()
        rest = weekday == 7 or (row is not None and bool(row.is_holiday))
        types.append(3 if rest else max(0, weekday - 4))
    return np.array(types, dtype=np.int64)


def detect_outages(desk: Desk) -> None:
    """Every vantage and group of `request_minute` -> `outage_segment`."""
    import numpy as np
    import pandas as pd

    from pipeline.outages.detection import detect

    setting = desk.frame(Setting).iloc[0]
    zone, first = ZoneInfo(setting.zone), setting.period_from
    days = (setting.period_to - first).days
    origin = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    types = day_types(desk.frame(Calendar), first, days)
    jobs = []
    for kind, name in GROUP_COLUMNS.items():
        rows = desk.query(
            f"select vantage_code, {name} as value, minute_at, sum(sender_count)::double as n, "  # noqa: S608
            f"sum(failed_sender_count)::double as x from request_minute where {name} is not null "
            "group by all order by all"
        ).to_pandas()
        jobs += [(kind, key, part) for key, part in rows.groupby(["vantage_code", "value"], sort=True)]
    out: list[dict[str, Any]] = []
    for kind, (vantage, value), part in jobs:
        minute = ((part["minute_at"] - pd.Timestamp(origin)) // pd.Timedelta(minutes=1)).to_numpy()
        inside = (minute >= 0) & (minute < days * 1440)
        n, x = np.zeros(days * 1440), np.zeros(days * 1440)
        n[minute[inside]], x[minute[inside]] = part["n"].to_numpy()[inside], part["x"].to_numpy()[inside]
        found = detect(n.reshape(days, 1440), x.reshape(days, 1440), types, len(jobs))
        for w in found:
            if w.window == "middle":
                continue
            start, end = (origin + timedelta(minutes=m) for m in (w.start, w.end))
            name = f"{vantage}|{kind}|{value}|{w.alternative}|{w.window}|{start.isoformat()}"
            digest = hashlib.sha256(name.encode()).hexdigest()[:16]
            out.append(dict(zip(OutageSegment.columns(), (
                digest, vantage, kind, value, w.alternative, w.window, start, end,
                w.score, w.rescored, w.bound, w.observed, w.expected), strict=True)))  # fmt: skip
    desk.write(OutageSegment, pd.DataFrame(out, columns=list(OutageSegment.columns())))


STAGE = Stage(
    __name__, reads=(RequestMinute, Calendar, Setting), writes=(OutageSegment,), work=detect_outages
)
