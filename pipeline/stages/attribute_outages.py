"""Merges windows into outages, names layer and scope of each, and tests declared incidents."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.stage import Desk, Stage
from schemas import (
    Attempt,
    Calendar,
    Coverage,
    Incident,
    Outage,
    OutageEvidence,
    OutageSegment,
    Probe,
    Punch,
    RequestMinute,
    Setting,
)

if TYPE_CHECKING:
    from pipeline.outages.attribution.cells import Piece, Traffic
    from pipeline.outages.attribution.evidence import Test
    from pipeline.outages.attribution.explanation import Explained
    from pipeline.outages.attribution.incidents import Declared, Ruling
    from pipeline.outages.attribution.layer_model import Signals
    from pipeline.outages.attribution.window_groups import Segment, Span
    from pipeline.outages.clock import Clock
    from pipeline.outages.rerouting import DeadLines

SCOPES = {
    "region": "scope_region",
    "unit": "scope_unit_id",
    "network": "scope_network",
    "provider": "scope_provider",
    "client": "scope_client",
}
LEAF = "vantage_code, region_code, unit_id, network_cidr, provider, client_code"
LEAVES = f"select distinct {LEAF} from request_minute order by {LEAF}"  # noqa: S608 - a constant
MINUTES = f"""
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
Row = dict[str, Any]


def load_traffic(desk: Desk, clock: Clock) -> Traffic:
    """All of `request_minute`, by leaf and minute."""
    import numpy as np

    from pipeline.outages.attribution.cells import COUNTS, DIMENSIONS, Traffic
    from pipeline.outages.clock import day_types

    leaves = desk.query(LEAVES)
    rows = desk.query(MINUTES)
    texts = [
        np.array([value or "" for value in column.to_pylist()], dtype=object) for column in leaves.columns
    ]
    return Traffic(
        texts[0],
        dict(zip(DIMENSIONS, texts[1:], strict=True)),
        rows["minute_no"].to_numpy() - clock.epoch // 60,
        rows["leaf"].to_numpy(),
        {name: rows[name].to_numpy() for name in COUNTS},
        day_types(desk.frame(Calendar), desk.settings.period_from, desk.settings.period_to),
    )


class SignalSource:
    """Receipt times, probes and dead lines of a window."""

    def __init__(self, desk: Desk, clock: Clock, traffic: Traffic, lines: DeadLines) -> None:
        import numpy as np

        received = desk.query(
            "select received_at from punch where received_at is not null order by received_at"
        )
        self.received = np.array([clock.minutes(at) for at in received["received_at"].to_pylist()])
        self.probes = [
            (row["vantage_code"], clock.minutes(row["probed_at"]), row["is_up"])
            for row in desk.arrow(Probe).to_pylist()
        ]
        self.traffic, self.lines = traffic, lines

    def __call__(self, *pieces: Piece) -> Signals:
        """What was received and probed in the pieces, and what is usually received then."""
        import numpy as np

        from pipeline.outages.attribution.cells import first_day
        from pipeline.outages.attribution.layer_model import Signals
        from pipeline.outages.clock import DAY

        pieces = first_day(pieces)
        shifts = np.concatenate([[0], self.traffic.like_days(pieces[0][0], pieces[-1][1])]) * DAY
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


def load_segments(desk: Desk, clock: Clock) -> list[Segment]:
    """`outage_segment`, in minutes."""
    from pipeline.outages.attribution.window_groups import Segment

    return [
        Segment(
            row["group_kind"], row["group_value"], row["vantage_code"], row["alternative_code"],
            row["window_code"] == "hard", clock.minutes(row["started_at"]), clock.minutes(row["ended_at"]),
            row["rescored_nats"], row["false_alarm_bound"],
        )
        for row in desk.arrow(OutageSegment).to_pylist()
    ]  # fmt: skip


def covered_spans(desk: Desk, clock: Clock) -> dict[str, tuple[Span, ...]]:
    """Per vantage the spans in which its log is complete."""
    from pipeline.outages.attribution.window_groups import Span

    spans: dict[str, list[Span]] = {}
    for row in desk.arrow(Coverage).to_pylist():
        spans.setdefault(row["vantage_code"], []).append(
            Span(clock.minutes(row["started_at"]), clock.minutes(row["ended_at"]))
        )
    return {vantage: tuple(sorted(found)) for vantage, found in sorted(spans.items())}


def outage_row(outage: Explained, clock: Clock) -> Row:
    """One row of `outage`; certification comes later."""
    import numpy as np

    trail, cells, odds = outage.trail, outage.cells, outage.judgement.probabilities
    mask = outage.leaves(cells) & np.isin(cells.vantage, sorted({s.vantage for s in trail.segments}))
    answered, failed, usual = cells.total(mask)
    lost = 1 - answered / max(usual, answered + failed, 1e-9)
    strongest = max(trail.segments, key=lambda s: (s.nats, s.start, s.vantage))
    name = f"{outage.scope}|{outage.layer}|{clock.instant(trail.hard.start).isoformat()}"
    is_dark = trail.symptom == "no_lines" and outage.layer != "log_gap"
    row: Row = dict.fromkeys(Outage.columns())
    row.update(
        outage_id=hashlib.sha256(name.encode()).hexdigest()[:16],
        started_at=clock.instant(trail.hard.start), ended_at=clock.instant(trail.hard.end),
        impact_started_at=clock.instant(trail.impact.start), impact_ended_at=clock.instant(trail.impact.end),
        layer_code=outage.layer, symptom_code="silence" if is_dark else trail.symptom, is_certified=False,
        severity_bps=round(10000 * min(1.0, max(0.0, lost))),
        confidence=odds.get(outage.layer, odds[outage.judgement.best.layer]),
        p_central=odds["central"], false_alarm_bound=strongest.bound,
    )  # fmt: skip
    row.update({SCOPES[dimension]: value for dimension, value in outage.scope if dimension in SCOPES})
    return row


def test_row(test: Test, subject: str, **ids: str | None) -> Row:
    """One row of `outage_evidence`."""
    import math

    row: Row = dict.fromkeys(OutageEvidence.columns())
    ratio = test.observed / test.expected if test.observed is not None and test.expected else None
    row.update(
        subject_id=subject, test_code=test.code, test_no=test.number, observed=test.observed, expected=test.expected,
        ratio=ratio, log10_bound=math.log10(test.bound) if test.bound else None, nats=test.nats,
        verdict_code=test.verdict, sentence=test.sentence, **ids,
    )  # fmt: skip
    return row


def certify(
    incident: Row, declared: Declared, ruling: Ruling, pairs: list[tuple[Explained, Row]]
) -> str | None:
    """Mark the outages that a competent office certified; returns the first outage that matches."""
    from pipeline.outages.attribution.incidents import matches

    first = None
    for outage, row in pairs:
        if not ruling.supported or not matches(declared, outage):
            continue
        first = first or row["outage_id"]
        if incident["certifier_nip"] is not None and not row["is_certified"]:
            start = max(incident["started_at"], row["impact_started_at"])
            end = min(incident["ended_at"], row["impact_ended_at"])
            row.update(incident_id=incident["incident_id"], is_certified=True)
            row.update(certified_started_at=start, certified_ended_at=end)
    return first


def declared_rows(
    desk: Desk, clock: Clock, traffic: Traffic, covered: dict[str, tuple[Span, ...]],
    pairs: list[tuple[Explained, Row]], home: str,
) -> list[Row]:  # fmt: skip
    """One row of evidence per declared incident; marks certified outages on the way."""
    from pipeline.outages.attribution.evidence import declared_test
    from pipeline.outages.attribution.incidents import Declared, ruling
    from pipeline.outages.attribution.window_groups import Span

    rows = []
    spans = [span for found in covered.values() for span in found]
    for incident in desk.arrow(Incident).to_pylist():
        span = Span(clock.minutes(incident["started_at"]), clock.minutes(incident["ended_at"]))
        declared = Declared(incident["incident_id"], span, incident["region_code"], incident["unit_id"])
        said = ruling(declared, [outage for outage, _ in pairs], traffic, spans, home)
        outage_id = certify(incident, declared, said, pairs)
        layers = [row["layer_code"] for outage, row in pairs if row["outage_id"] == outage_id]
        test = declared_test(said, incident["layer_code"], layers[0] if layers else None)
        rows.append(
            test_row(test, incident["incident_id"], incident_id=incident["incident_id"], outage_id=outage_id)
        )
    return rows


def attribute_outages(desk: Desk) -> None:
    """`outage_segment` -> `outage`, `outage_evidence`."""
    import pandas as pd

    from pipeline.outages.attribution.evidence import tests_of
    from pipeline.outages.attribution.explanation import explain
    from pipeline.outages.attribution.window_groups import Span
    from pipeline.outages.clock import Clock
    from pipeline.outages.rerouting import DeadLines
    from pipeline.outages.tables import read_heard

    setting = desk.frame(Setting).iloc[0]
    home, clock = str(setting["region_code"]), Clock(setting["period_from"], setting["zone"])
    traffic = load_traffic(desk, clock)
    lines = DeadLines(read_heard(desk, clock.epoch, len(traffic.day_type)))
    covered = covered_spans(desk, clock)
    gaps = {
        vantage: tuple(Span(a.end, b.start) for a, b in pairwise(spans) if b.start > a.end)
        for vantage, spans in covered.items()
    }
    segments = load_segments(desk, clock)
    found = explain(segments, gaps, traffic, SignalSource(desk, clock, traffic, lines), home)
    pairs = [(outage, outage_row(outage, clock)) for outage in found]
    evidence = [
        test_row(test, row["outage_id"], outage_id=row["outage_id"])
        for outage, row in pairs
        for test in tests_of(outage, traffic, home, lines)
    ]
    evidence += declared_rows(desk, clock, traffic, covered, pairs, home)
    desk.write(Outage, pd.DataFrame([row for _, row in pairs], columns=list(Outage.columns())))
    desk.write(OutageEvidence, pd.DataFrame(evidence, columns=list(OutageEvidence.columns())))


STAGE = Stage(
    __name__,
    reads=(OutageSegment, RequestMinute, Attempt, Coverage, Setting, Calendar, Incident, Punch, Probe),
    writes=(Outage, OutageEvidence),
    work=attribute_outages,
    is_reading=True,
)
