"""berita-acara/<outage_id>.html: the draft minutes of each outage, for the competent office to check and sign."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import span
from reports.models import TestRow
from reports.month import MonthTables
from reports.outage_sections import asked, facts, fault, opposite, sentence_case


@dataclass(frozen=True)
class Minutes:
    """The draft minutes of one outage. `units` are (name, people touched, sides touched)."""

    month: str
    outage_id: str
    incident_id: str
    is_certified: bool
    window: str
    fault: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    tests: tuple[TestRow, ...]
    units: tuple[tuple[str, int, int], ...]


def draft_minutes(month: MonthTables) -> dict[str, Minutes]:
    """Path -> page, one per outage; a gap of the log alone is no outage to certify."""
    return {
        f"berita-acara/{outage['outage_id']}.html": _minutes(outage, month)
        for outage in month.outages
        if outage["layer_code"] != "log_gap"
    }


def _minutes(outage: Row, month: MonthTables) -> Minutes:
    people: dict[str, set[str]] = defaultdict(set)
    sides: dict[str, int] = defaultdict(int)
    for finding in month.findings:
        if finding["outage_id"] == outage["outage_id"]:
            people[finding["unit_id"]].add(finding["nip"])
            sides[finding["unit_id"]] += 1
    return Minutes(
        month=month.name,
        outage_id=outage["outage_id"],
        incident_id=outage["incident_id"] or f"INS-{outage['outage_id']}",
        is_certified=outage["is_certified"],
        window=span(outage["started_at"], outage["ended_at"], month.zone),
        fault=sentence_case(fault(outage, month)),
        verdict=opposite(outage, month),
        facts=facts(outage, month),
        tests=asked(month.tests.get(outage["outage_id"], [])),
        units=tuple((month.unit_name(unit), len(people[unit]), sides[unit]) for unit in sorted(people)),
    )
