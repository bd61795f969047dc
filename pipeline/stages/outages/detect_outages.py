"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

from pipeline.engine.stage import StageContext
from schemas import (
    Calendar,
    Incident,
    MeasurableSpan,
    OutageSegment,
)

if TYPE_CHECKING:
    from pipeline.group_counts import Key, Reader
    from pipeline.outages.detection import Window

Row = dict[str, Any]


def declared_spans(
    context: StageContext, reader: Reader, keys: list[Key]
) -> dict[int, list[tuple[int, int]]]:
    """Per group the minutes [start, end) in which its office or region was declared to be disturbed."""
    from pipeline.outages.clock import DAY

    numbers: dict[tuple[str, str], list[int]] = {}
    for number, (_, kind, value) in enumerate(keys):
        numbers.setdefault((kind, value), []).append(number)
    out: dict[int, list[tuple[int, int]]] = {}
    for row in context.arrow(Incident).to_pylist():
        place = (
            ("unit", row["unit_id"])
            if row["unit_id"]
            else ("region", row["region_code"] or context.settings.region)
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


def detect_outages(context: StageContext) -> None:
    """Every vantage and group of `request_minute` and `storage_minute` -> `outage_segment`, `measurable_span`."""
    import pandas as pd

    from pipeline.group_counts import Reader
    from pipeline.outages.clock import day_types
    from pipeline.outages.detection import detect

    reader = Reader(context)
    found = list(reader.groups())
    keys, groups = [key for key, _ in found], [counts for _, counts in found]
    silent = [key if "silence" in counts.alternatives else ("", "", "") for key, counts in found]
    kinds = day_types(context.frame(Calendar), context.settings.period_from, context.settings.period_to)
    result = detect(groups, kinds, declared_spans(context, reader, silent))
    rows = [segment_row(keys[window.group], window, reader) for window in result.windows]
    context.write(OutageSegment, pd.DataFrame(rows, columns=list(OutageSegment.columns())))
    spans = [
        (*key, reader.clock.instant(start), reader.clock.instant(end), width)
        for key, parts in zip(keys, result.measurable, strict=True)
        for start, end, width in parts
    ]
    context.write(MeasurableSpan, pd.DataFrame(spans, columns=list(MeasurableSpan.columns())))
