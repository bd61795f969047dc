"""Merges windows into outages, names the layer, and tests declared incidents."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from pipeline.outages.attribution import (
    LEAST_CONFIDENCE,
    Cell,
    layer_probabilities,
    log10_at_least,
)
from pipeline.stage import Desk, Stage
from schemas import Coverage, Incident, Outage, OutageEvidence, OutageSegment, RequestMinute, Setting

NEAR = timedelta(minutes=2)
DAY = timedelta(days=1)
SCOPES = {
    "region": "scope_region",
    "unit": "scope_unit_id",
    "provider": "scope_provider",
    "client": "scope_client",
}
LAYER_WORDS = {
    "central": "server provinsi", "link": "jalur dari gerbang ke provinsi",
    "gateway": "server gerbang wilayah", "site": "satu kantor",
}  # fmt: skip
Row = dict[str, Any]


def clusters(rows: list[Row]) -> list[list[Row]]:
    """Segments that overlap or lie within two minutes, as groups in time order."""
    out: list[list[Row]] = []
    for row in sorted(rows, key=lambda r: (r["started_at"], r["segment_id"])):
        if out and row["started_at"] <= max(r["ended_at"] for r in out[-1]) + NEAR:
            out[-1].append(row)
        else:
            out.append([row])
    return out


def span(rows: list[Row]) -> tuple[Any, Any]:
    """First start and last end."""
    return min(r["started_at"] for r in rows), max(r["ended_at"] for r in rows)


def hard_span(rows: list[Row]) -> tuple[Any, Any]:
    """Hard windows of failures, else of silence, else everything."""
    hard = [r for r in rows if r["window_code"] == "hard"]
    return span([r for r in hard if r["alternative_code"] == "failure"] or hard or rows)


def covered(rows: list[Row], spans: list[tuple[Any, Any]]) -> bool:
    """More than half of the rows' span lies in one of the spans."""
    start, end = hard_span(rows)
    zero = timedelta(0)
    return any(max(zero, min(end, b) - max(start, a)) * 2 > end - start for a, b in spans)


class Cells:
    """Answered requests per vantage, region and unit, and what other weeks show at the same hour."""

    def __init__(self, desk: Desk) -> None:
        self.rows = desk.query(
            "select vantage_code, minute_at, region_code, unit_id, sum(ok_count)::double as ok, "
            "sum(upstream_failed_count)::double as upstream, sum(gateway_failed_count)::double as own, "
            "sum(failed_count)::double as failed, sum(request_count)::double as requests "
            "from request_minute group by all order by all"
        ).to_pandas()

    def total(self, mask: Any, start: Any, end: Any, name: str) -> float:
        at = self.rows["minute_at"]
        return float(self.rows.loc[mask & (at >= start) & (at < end), name].sum())

    def cell(self, mask: Any, start: Any, end: Any) -> Cell:
        """Observed and the median of the upper half of the other days: working days, mostly."""
        days = [n for n in range(-31, 32) if n]
        sums = sorted(self.total(mask, start + n * DAY, end + n * DAY, "ok") for n in days)
        same = [value for value in sums if value > 0]
        expected = same[len(same) // 2] if same else 0.0
        return Cell(self.total(mask, start, end, "ok"), expected)


def outages_of(segments: list[Row], region: str) -> list[tuple[str, str, list[Row]]]:
    """(kind, value, segments) of each outage; what an upper scope explains is merged into it."""
    region_rows = [r for r in segments if r["group_kind"] == "region"]
    found: list[tuple[str, str, list[Row]]] = []
    for group in clusters(region_rows):
        values = sorted({r["group_value"] for r in group})
        own = [r for r in group if r["group_value"] == region]
        if own:
            found.append(("region", region, own))
        else:
            found += [("region", v, [r for r in group if r["group_value"] == v]) for v in values]
    for kind in ("unit", "provider", "client"):
        of_kind = [r for r in segments if r["group_kind"] == kind]
        for value in sorted({r["group_value"] for r in of_kind}):
            for group in clusters([r for r in of_kind if r["group_value"] == value]):
                if not covered(group, [span(rows) for _, _, rows in found]):
                    found.append((kind, value, group))
    return found


def evidence_row(subject: str, code: str, sentence: str, verdict: str, **values: Any) -> Row:
    """One row of `outage_evidence` with nulls where nothing is given."""
    row: Row = dict.fromkeys(OutageEvidence.columns())
    row.update(subject_id=subject, test_code=code, test_no=1, sentence=sentence, verdict_code=verdict)
    row.update(values)
    return row


def tests_of(outage: Row, odds: dict[str, float], cells: tuple[Cell, Cell, Cell], region: str) -> list[Row]:
    """The tests of one outage, with the sentences of the report."""
    subject, out = outage["outage_id"], []
    for layer, p in odds.items():
        text = f"Peluang bahwa letak gangguan adalah {LAYER_WORDS[layer]}: {100 * p:.1f}%.".replace(
            ".", ",", 1
        )
        verdict = "supports" if p >= LEAST_CONFIDENCE else "refutes" if p < 0.05 else "neutral"
        out.append(evidence_row(subject, f"layer_{layer}", text, verdict, outage_id=subject, observed=p))
    _, own, others = cells
    if others.expected >= 1:
        bound = log10_at_least(others.answered, 0.02 * others.expected)
        text = (
            f"Pada menit-menit itu server provinsi menjawab {others.answered:.0f} permintaan dari wilayah lain "
            f"(harapan {others.expected:.0f})"
        )
        alive = bound < -6
        text += (
            f"; bila server provinsi mati, artinya paling banyak 2% permintaan terjawab, peluang melihat ini "
            f"di bawah 10^-{int(-bound)}." if alive else "; ini tidak membantah gangguan pada server provinsi."
        )  # fmt: skip
        out.append(evidence_row(
            subject, "other_regions_alive", text, "refutes" if alive else "neutral", outage_id=subject,
            observed=others.answered, expected=others.expected,
            ratio=others.answered / others.expected, log10_bound=bound))  # fmt: skip
    if own.expected >= 1:
        text = (
            f"Dari wilayah {region} hanya {own.answered:.0f} permintaan yang sampai dan dijawab server provinsi, "
            f"dari harapan {own.expected:.0f}."
        )
        cut = own.answered < 0.5 * own.expected
        if not cut:
            text = text.replace("hanya ", "")
        out.append(evidence_row(
            subject, "same_region_cut", text, "supports" if cut else "neutral", outage_id=subject,
            observed=own.answered, expected=own.expected, ratio=own.answered / own.expected))  # fmt: skip
    return out


def judged(kind: str, value: str, rows: list[Row], cells: Cells, region: str) -> tuple[Row, list[Row]]:
    """One outage and its evidence."""
    (start, end), (first, last) = hard_span(rows), span(rows)
    r, at_gate = cells.rows, cells.rows["vantage_code"] == "gerbang"
    mine = r["region_code"] == region
    rest = mine & (r["unit_id"] != value) if kind == "unit" else mine
    masks = (rest & at_gate, rest & ~at_gate, ~mine & ~at_gate)
    seen = tuple(cells.cell(mask, start, end) for mask in masks)
    three = (seen[0], seen[1], seen[2])
    upstream, own = (cells.total(mine & at_gate, start, end, name) for name in ("upstream", "own"))
    odds = layer_probabilities(three, upstream if kind == "region" else 0, own if kind == "region" else 0)
    best = max(odds, key=lambda layer: (odds[layer], layer))
    named = (
        odds[best] >= LEAST_CONFIDENCE and kind in ("region", "unit") and (best == "site") == (kind == "unit")
    )
    layer = best if named and not (kind == "region" and value != region) else "undetermined"
    digest = hashlib.sha256(f"{kind}|{value}|{start.isoformat()}".encode()).hexdigest()[:16]
    outage: Row = dict.fromkeys(Outage.columns())
    outage.update(
        outage_id=digest, started_at=start, ended_at=end, impact_started_at=first, impact_ended_at=last
    )
    if layer != "central":
        outage[SCOPES[kind]] = value
    scope = mine & (r["unit_id"] == value) if kind == "unit" else mine
    whole = cells.cell(scope, start, end)
    lost = 1 - whole.answered / whole.expected if whole.expected else 1.0
    strongest = max(rows, key=lambda row: (row["rescored_nats"], row["segment_id"]))
    failing = any(row["alternative_code"] == "failure" for row in rows)
    outage.update(
        layer_code=layer, symptom_code="failure" if failing else "silence", is_certified=False,
        severity_bps=round(10000 * min(1.0, max(0.0, lost))), confidence=odds[best], p_central=odds["central"],
        false_alarm_bound=strongest["false_alarm_bound"],
    )  # fmt: skip
    return outage, tests_of(outage, odds, three, region)


def certify(incidents: list[Row], outages: list[Row], region: str, spans: list[Row]) -> list[Row]:
    """Match declared incidents by scope and time; evidence for those that no outage supports."""
    out = []
    for incident in incidents:
        a, b, hits = incident["started_at"], incident["ended_at"], 0
        for o in outages:
            start, end = max(a, o["impact_started_at"]), min(b, o["impact_ended_at"])
            same = incident["unit_id"] in (None, o["scope_unit_id"])
            same &= incident["region_code"] in (None, o["scope_region"]) or o["scope_region"] is None
            if start >= end or not same:
                continue
            hits += 1
            if incident["certifier_nip"] is not None and not o["is_certified"]:
                o.update(incident_id=incident["incident_id"], is_certified=True)
                o.update(certified_started_at=start, certified_ended_at=end)
        if hits:
            continue
        seen = any(s["started_at"] <= a and s["ended_at"] >= b for s in spans)
        seen &= incident["region_code"] in (None, region)
        text = (
            "Gangguan yang dinyatakan ini dibantah log: log meliputi seluruh rentangnya dan tidak menunjukkan gangguan."
            if seen else
            "Gangguan yang dinyatakan ini tidak dapat dinilai: log tidak meliputi rentangnya. "
            "Tidak adanya baris log tidak membantah apa pun."
        )  # fmt: skip
        verdict, name = "contradicted" if seen else "not_assessable", incident["incident_id"]
        out.append(evidence_row(name, "declared", text, verdict, incident_id=name))
    return out


def records(frame: Any) -> list[Row]:
    """Rows as dicts with None for nulls."""
    return [
        {k: None if v is None or v != v else v for k, v in row.items()}  # noqa: PLR0124
        for row in frame.to_pylist()
    ]


def attribute_outages(desk: Desk) -> None:
    """`outage_segment` -> `outage`, `outage_evidence`."""
    import pandas as pd

    region = str(desk.frame(Setting).iloc[0]["region_code"])
    cells = Cells(desk)
    outages: list[Row] = []
    evidence: list[Row] = []
    for kind, value, rows in outages_of(records(desk.arrow(OutageSegment)), region):
        outage, tests = judged(kind, value, rows, cells, region)
        outages.append(outage)
        evidence += tests
    evidence += certify(records(desk.arrow(Incident)), outages, region, records(desk.arrow(Coverage)))
    desk.write(Outage, pd.DataFrame(outages, columns=list(Outage.columns())))
    desk.write(OutageEvidence, pd.DataFrame(evidence, columns=list(OutageEvidence.columns())))


STAGE = Stage(
    __name__,
    reads=(OutageSegment, RequestMinute, Coverage, Setting, Incident),
    writes=(Outage, OutageEvidence),
    work=attribute_outages,
)
