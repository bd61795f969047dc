"""The OPD pages: each person with findings, each finding with its evidence lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import clock_on, long_date, number, percent, zone_name
from pipeline.wording.labels import (
    ACTIONS,
    CAUSE_MEANINGS,
    CAUSES,
    COUNTERS,
    GRADES,
    ROLES,
    SIDES,
    STATES,
    STATUSES,
    label,
)
from pipeline.wording.slugs import slug
from reports.models import ReportMeta, UnitRow
from reports.month import MonthTables
from reports.outage_sections import anchor

PEOPLE_A_BLOCK = 40
PAGE_BYTES = 1_500_000
PERSON_BYTES, FINDING_BYTES, LINE_BYTES = 350, 900, 60
MOST_LINES = 12
ROLE_ORDER = ("supports", "contradicts", "input")


@dataclass(frozen=True)
class EvidenceGroup:
    """Lines of one file that do the same thing for the same rule: (line number, 8 hex digits)."""

    role: str
    path: str
    rule: str
    reference: str
    lines: tuple[tuple[int, str], ...]
    more: int


@dataclass(frozen=True)
class FindingRow:
    """One finding of a person."""

    finding_id: str
    day: str
    side: str
    due: str
    recorded: str
    recorded_note: str
    restored: str
    restored_note: str
    cause: str
    cause_code: str
    meaning: str
    grade: str
    grade_meaning: str
    action: str
    status: str
    status_code: str
    money_idr: int
    band: str
    keys: str
    counter: tuple[str, ...]
    outage: tuple[str, str] | None
    supporting: int
    contradicting: int
    evidence: tuple[EvidenceGroup, ...]


@dataclass(frozen=True)
class Person:
    """One person with findings in an OPD."""

    nip: str
    name: str
    is_touched: bool
    before_idr: int
    after_idr: int
    potential_idr: int
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True)
class Block:
    """Some people in one table; browsers lay out only the blocks in view."""

    heading: str | None
    people: tuple[Person, ...]


@dataclass(frozen=True)
class UnitPage:
    """`laporan/opd/<slug>.html`, or a further part of it."""

    meta: ReportMeta
    month: str
    unit_id: str
    row: UnitRow
    zone: str
    part: int
    parts: tuple[tuple[int, str], ...]
    blocks: tuple[Block, ...]


def _evidence(month: MonthTables, finding_id: str) -> tuple[EvidenceGroup, ...]:
    """Lines grouped by what they do, file and rule; at most `MOST_LINES` of a group are listed."""

    def key(edge: Row) -> tuple[int, str, str, str]:
        path = month.paths.get(edge["file_sha256"], edge["file_sha256"][:16])
        return ROLE_ORDER.index(edge["role_code"]), path, edge["rule_id"], edge["policy_reference"] or ""

    groups = []
    for (role, path, rule, reference), edges in groupby(
        sorted(month.edges.get(finding_id, []), key=lambda e: (*key(e), e["line_no"])), key
    ):
        lines = [(int(e["line_no"]), str(e["row_sha256"])[:8]) for e in edges]
        groups.append(
            EvidenceGroup(
                ROLES[ROLE_ORDER[role]],
                path,
                rule,
                reference,
                tuple(lines[:MOST_LINES]),
                max(0, len(lines) - MOST_LINES),
            )
        )
    return tuple(groups)


def _minutes(finding: Row, minutes: int | None, at: object) -> str:
    if at is None or minutes is None:
        return ""
    if minutes == 0:
        return "tepat waktu"
    word = "lebih cepat" if finding["side_code"] == "out" else "terlambat"
    return f"{number(minutes)} menit {word}"


def _band(month: MonthTables, finding: Row) -> str:
    events = month.bands.get((finding["nip"], finding["duty_date"], finding["side_code"]), [])
    bands = [
        f"{e['band_code']}" + (f" {percent(e['rate_bps'] / 10000, 2)}" if e["rate_bps"] is not None else "")
        for e in sorted(events, key=lambda e: (e["band_code"], e["unit_id"]))
    ]
    return ", ".join(bands)


def _keys(finding: Row, status: str) -> str:
    """The two keys before money moves (docs/method/evidence.md, "Decisions")."""
    outage = "gangguan sudah ditetapkan" if finding["is_certified"] else "gangguan belum ditetapkan"
    paper = "ada surat keterangan" if finding["has_statement"] else "tanpa surat keterangan"
    superior = {"approved": "disetujui atasan", "rejected": "ditolak atasan"}.get(
        status, "belum diputus atasan"
    )
    return f"{outage}; {paper}; {superior}"


def finding_row(month: MonthTables, finding: Row, zone: str) -> FindingRow:
    """One finding in the words of the page, with times in the OPD's zone."""
    move = month.recommendations.get(finding["finding_id"])
    status = move["status_code"] if move else "not_supported"
    edges = month.edges.get(finding["finding_id"], [])
    recorded, restored, day = finding["recorded_at"], finding["restored_at"], finding["duty_date"]
    outage_id = finding["outage_id"]
    counter = [code for code in finding["counter_evidence_codes"].split(",") if code]
    return FindingRow(
        finding_id=finding["finding_id"],
        day=long_date(day),
        side=label(SIDES, finding["side_code"]),
        due=clock_on(finding["due_at"], zone, day).rpartition(" ")[0],
        recorded=clock_on(recorded, zone, day) if recorded else label(STATES, finding["state_code"]),
        recorded_note=_minutes(finding, finding["minutes_recorded"], recorded),
        restored=clock_on(restored, zone, day) if restored else "–",
        restored_note=_minutes(finding, finding["minutes_restored"], restored),
        cause=label(CAUSES, finding["cause_code"]),
        cause_code=finding["cause_code"],
        meaning=CAUSE_MEANINGS.get(finding["cause_code"], ""),
        grade=finding["grade_code"],
        grade_meaning=GRADES.get(finding["grade_code"], ""),
        action=label(ACTIONS, finding["action_code"]),
        status=label(STATUSES, status),
        status_code=status,
        money_idr=int(move["adjustment_idr"]) if move and status in ("approved", "proposed") else 0,
        band=_band(month, finding),
        keys=_keys(finding, status),
        counter=tuple(label(COUNTERS, code) for code in counter),
        outage=(outage_id, f"../index.html#{anchor(outage_id)}") if outage_id else None,
        supporting=sum(e["role_code"] == "supports" for e in edges),
        contradicting=sum(e["role_code"] == "contradicts" for e in edges),
        evidence=_evidence(month, finding["finding_id"]),
    )


def _people(month: MonthTables, unit_id: str, findings: list[Row]) -> list[Person]:
    """People with findings; those whom an outage touches first, then by name."""
    zone = month.unit_zone(unit_id)
    money = {r["nip"]: r for r in month.person_months if r["unit_id"] == unit_id}
    people = []
    for nip, own in groupby(findings, key=lambda f: str(f["nip"])):
        rows = list(own)
        sums = money.get(nip, {"recorded_idr": 0, "restored_idr": 0, "potential_idr": 0})
        people.append(
            Person(
                nip,
                month.names.get(nip, "(tidak ada di data pegawai)"),
                any(f["outage_id"] is not None for f in rows),
                int(sums["recorded_idr"]),
                int(sums["restored_idr"]),
                int(sums["potential_idr"]),
                tuple(finding_row(month, f, zone) for f in rows),
            )
        )
    return sorted(people, key=lambda p: (not p.is_touched, p.name.casefold(), p.nip))


def _weight(person: Person) -> int:
    """About how many bytes a person takes on the page."""
    lines = sum(len(g.lines) + 2 for f in person.findings for g in f.evidence)
    return PERSON_BYTES + FINDING_BYTES * len(person.findings) + LINE_BYTES * lines


def _parts(people: list[Person]) -> list[list[Person]]:
    """People in page-sized lots, in order."""
    parts: list[list[Person]] = [[]]
    filled = 0
    for person in people:
        weight = _weight(person)
        if parts[-1] and filled + weight > PAGE_BYTES:
            parts.append([])
            filled = 0
        parts[-1].append(person)
        filled += weight
    return parts


def _blocks(people: list[Person]) -> tuple[Block, ...]:
    blocks = []
    for touched, group in groupby(people, key=lambda p: p.is_touched):
        lot = list(group)
        heading = "Orang yang tersentuh gangguan" if touched else "Orang lain dengan temuan"
        for start in range(0, len(lot), PEOPLE_A_BLOCK):
            name = f"{heading} ({number(len(lot))})" if start == 0 else None
            blocks.append(Block(name, tuple(lot[start : start + PEOPLE_A_BLOCK])))
    return tuple(blocks)


def file_name(unit_id: str, part: int) -> str:
    """`<slug>.html`, `<slug>.2.html`, ...; slugs have no dot, so no two OPD meet."""
    return f"{slug(unit_id)}.html" if part == 1 else f"{slug(unit_id)}.{part}.html"


def build_unit_pages(month: MonthTables, rows: dict[str, UnitRow]) -> Iterator[tuple[str, UnitPage]]:
    """(file name, page) for each OPD with findings, in the order of the codes."""
    found: dict[str, list[Row]] = defaultdict(list)
    for finding in month.findings:
        found[finding["unit_id"]].append(finding)
    meta: ReportMeta = month.meta
    for unit_id in sorted(found):
        lots = _parts(_people(month, unit_id, found[unit_id]))
        parts = tuple((n, file_name(unit_id, n)) for n in range(1, len(lots) + 1))
        for (part, name), lot in zip(parts, lots, strict=True):
            zone = zone_name(month.unit_zone(unit_id))
            yield name, UnitPage(meta, month.name, unit_id, rows[unit_id], zone, part, parts, _blocks(lot))
