"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
import math
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
    from pipeline.outages.detection.detect import Window
    from pipeline.outages.tables import Key, Reader

Row = dict[str, Any]


def declared_spans(desk: Desk, reader: Reader, keys: list[Key]) -> dict[int, list[tuple[int, int]]]:
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


def segment_row(key: Key, window: Window, reader: Reader) -> Row:
    """One row of `outage_segment`; a failure that own requests met has their seconds as edges."""
    vantage, kind, value = key
    part = window.segment
    start, end = window.start * 60, window.end * 60
    known = vantage in reader.events and (kind != "region" or value == reader.heads.region)
    if window.alternative == "failure" and known:
        start, end = reader.events[vantage].edges(start, end, kind, value)
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
    from pipeline.outages.detection.detect import detect
    from pipeline.outages.tables import Reader

    reader = Reader(desk)
    found = list(reader.groups())
    keys, groups = [key for key, _ in found], [counts for _, counts in found]
    silent = [key if "silence" in counts.alternatives else ("", "", "") for key, counts in found]
    kinds = day_types(desk.frame(Calendar), desk.settings.period_from, desk.settings.period_to)
    result = detect(groups, kinds, declared_spans(desk, reader, silent))
    rows = [segment_row(keys[window.group], window, reader) for window in result.windows]
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
    is_reading=True,
)
