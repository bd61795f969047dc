"""Finds the windows in which a group of senders fails or falls silent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.engine.rows import Row
from pipeline.engine.stage import StageContext
from schemas import Calendar, MeasurableSpan, OutageSegment

if TYPE_CHECKING:
    from pipeline.outages.detection.detect import Window
    from pipeline.outages.tables import GroupKey, GroupReader


def segment_row(key: GroupKey, window: Window, reader: GroupReader) -> Row:
    """One row of `outage_segment`; failures of own requests give its edges to the second."""
    vantage, kind, value = key
    part = window.segment
    start, end = window.start * 60, window.end * 60
    is_own = vantage in reader.failed_requests and (kind != "region" or value == reader.region)
    if window.alternative == "failure" and is_own:
        start, end = reader.failed_requests[vantage].edges(start, end, kind, value)
    started, ended = (reader.clock.instant(second / 60) for second in (start, end))
    name = f"{vantage}|{kind}|{value}|{window.alternative}|{window.window}|{reader.clock.instant(part.start).isoformat()}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    edges = part.start_low, part.start_high, part.end_low, part.end_high
    support = (reader.clock.instant(minute) for minute in edges)
    return dict(zip(OutageSegment.columns(), (
        digest, vantage, kind, value, window.alternative, window.window, started, ended, part.score,
        window.rescored, window.bound, window.observed, window.expected, *support, window.deferred,
    ), strict=True))  # fmt: skip


def detect_outages(context: StageContext) -> None:
    """Every vantage and group of `request_minute` and `storage_minute` -> `outage_segment`, `measurable_span`."""
    import pandas as pd

    from pipeline.outages.clock import day_types
    from pipeline.outages.detection.detect import detect
    from pipeline.outages.tables import GroupReader, read_declared_spans

    reader = GroupReader(context)
    found = list(reader.groups())
    keys, groups = [key for key, _ in found], [counts for _, counts in found]
    declared_in = read_declared_spans(context, reader.clock, reader.days)
    declared = {
        number: declared_in.get((key.kind, key.value), [])
        for number, (key, counts) in enumerate(found)
        if "silence" in counts.alternatives
    }
    kinds = day_types(context.frame(Calendar), context.settings.period_from, context.settings.period_to)
    result = detect(groups, kinds, declared)
    rows = [segment_row(keys[window.group], window, reader) for window in result.windows]
    context.write(OutageSegment, pd.DataFrame(rows, columns=list(OutageSegment.columns())))
    spans = [
        (*key, reader.clock.instant(start), reader.clock.instant(end), width)
        for key, parts in zip(keys, result.measurable, strict=True)
        for start, end, width in parts
    ]
    context.write(MeasurableSpan, pd.DataFrame(spans, columns=list(MeasurableSpan.columns())))
