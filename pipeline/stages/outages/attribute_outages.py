"""Merges windows into outages, names layer and scope of each, and tests declared incidents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.engine.rows import Row
from pipeline.engine.stage import StageContext
from schemas import Incident, Outage, OutageEvidence, Setting

if TYPE_CHECKING:
    from pipeline.outages.attribution.cells import Traffic
    from pipeline.outages.attribution.evidence import EvidenceTest
    from pipeline.outages.attribution.explanation import ExplainedOutage
    from pipeline.outages.attribution.window_groups import Span
    from pipeline.outages.clock import Clock

SCOPE_COLUMNS = {
    "region": "scope_region", "unit": "scope_unit_id", "network": "scope_network", "provider": "scope_provider",
    "client": "scope_client",
}  # fmt: skip


def outage_row(outage: ExplainedOutage, clock: Clock) -> Row:
    import numpy as np

    windows, cells, p = outage.windows, outage.cells, outage.posterior.probabilities
    mask = outage.leaves(cells) & np.isin(cells.vantage, sorted({s.vantage for s in windows.segments}))
    answered, failed, usual = cells.total(mask)
    lost = 1 - answered / max(usual, answered + failed, 1e-9)
    strongest = max(windows.segments, key=lambda s: (s.nats, s.start, s.vantage))
    name = f"{outage.scope}|{outage.layer}|{clock.instant(windows.hard.start).isoformat()}"
    is_silent = windows.symptom == "no_lines" and outage.layer != "log_gap"
    row: Row = dict.fromkeys(Outage.columns())
    row.update(
        outage_id=hashlib.sha256(name.encode()).hexdigest()[:16],
        started_at=clock.instant(windows.hard.start), ended_at=clock.instant(windows.hard.end),
        impact_started_at=clock.instant(windows.impact.start), impact_ended_at=clock.instant(windows.impact.end),
        layer_code=outage.layer, symptom_code="silence" if is_silent else windows.symptom, is_certified=False,
        severity_bps=round(10000 * min(1.0, max(0.0, lost))),
        confidence=p.get(outage.layer, p[outage.posterior.best.layer]),
        p_central=p["central"], false_alarm_bound=strongest.bound,
    )  # fmt: skip
    scope = dict(outage.scope)
    return row | {column: scope[name] for name, column in SCOPE_COLUMNS.items() if name in scope}


def test_row(test: EvidenceTest, outage_id: str | None, incident_id: str | None = None) -> Row:
    """One row of `outage_evidence`, about an incident where one is named."""
    import math

    row: Row = dict.fromkeys(OutageEvidence.columns())
    ratio = test.observed / test.expected if test.observed is not None and test.expected else None
    row.update(
        subject_id=incident_id or outage_id, outage_id=outage_id, incident_id=incident_id, test_code=test.code, test_no=test.number, observed=test.observed, expected=test.expected,
        ratio=ratio, log10_bound=math.log10(test.bound) if test.bound else None, nats=test.nats,
        verdict_code=test.verdict, sentence=test.sentence,
    )  # fmt: skip
    return row


def certify(incident: Row, outages: list[Row]) -> None:
    for row in outages if incident["certifier_nip"] is not None else ():
        if not row["is_certified"]:
            row.update(
                incident_id=incident["incident_id"], is_certified=True,
                certified_started_at=max(incident["started_at"], row["impact_started_at"]),
                certified_ended_at=min(incident["ended_at"], row["impact_ended_at"]),
            )  # fmt: skip


def declared_rows(
    context: StageContext, clock: Clock, traffic: Traffic, covered: dict[str, tuple[Span, ...]],
    pairs: list[tuple[ExplainedOutage, Row]], home: str,
) -> list[Row]:  # fmt: skip
    """One row of evidence per declared incident; the rows of certified outages are marked as such."""
    from pipeline.outages.attribution.evidence import declared_test
    from pipeline.outages.attribution.incidents import DeclaredIncident, assess_incident, matches
    from pipeline.outages.attribution.window_groups import Span

    rows = []
    spans = [span for found in covered.values() for span in found]
    for incident in context.arrow(Incident).to_pylist():
        span = Span(clock.minutes(incident["started_at"]), clock.minutes(incident["ended_at"]))
        name, region, unit = (incident[column] for column in ("incident_id", "region_code", "unit_id"))
        declared = DeclaredIncident(name, span, region, unit)
        assessment = assess_incident(declared, [outage for outage, _ in pairs], traffic, spans, home)
        matching = [row for outage, row in pairs if assessment.supported and matches(declared, outage)]
        certify(incident, matching)
        first = matching[0] if matching else {"outage_id": None, "layer_code": None}
        test = declared_test(assessment, incident["layer_code"], first["layer_code"])
        rows.append(test_row(test, first["outage_id"], name))
    return rows


def attribute_outages(context: StageContext) -> None:
    import pandas as pd

    from pipeline.outages import tables
    from pipeline.outages.attribution.evidence import tests_of
    from pipeline.outages.attribution.explanation import explain
    from pipeline.outages.clock import Clock
    from pipeline.outages.own_requests import LineEvidence

    setting = context.frame(Setting).iloc[0]
    home, clock = str(setting["region_code"]), Clock(setting["period_from"], setting["zone"])
    traffic = tables.read_traffic(context, clock)
    lines = LineEvidence(tables.read_own_senders(context, clock.epoch, len(traffic.day_type)))
    covered = tables.read_covered_spans(context, clock)
    segments, gaps = tables.read_segments(context, clock), tables.gaps_between(covered)
    found = explain(segments, gaps, traffic, tables.SignalReader(context, clock, traffic, lines), home)
    pairs = [(outage, outage_row(outage, clock)) for outage in found]
    tests = ((row, test) for outage, row in pairs for test in tests_of(outage, traffic, home, lines))
    evidence = [test_row(test, row["outage_id"]) for row, test in tests]
    evidence += declared_rows(context, clock, traffic, covered, pairs, home)
    context.write(Outage, pd.DataFrame([row for _, row in pairs], columns=list(Outage.columns())))
    context.write(OutageEvidence, pd.DataFrame(evidence, columns=list(OutageEvidence.columns())))
