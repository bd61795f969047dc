"""What the front page shows, and what pages share: frozen values, rendered by the templates without further logic.

The values of any other page stand beside the functions that build them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CLASSIFICATION = "TERBATAS"


@dataclass(frozen=True)
class ReportMeta:
    """What the tables do not know about their run. `previous_head` is 16 hex digits of the ledger, or '-'.

    `compared_with` is the revision before, whose changes `laporan/perubahan.html` tells; empty where there is none.
    """

    run_id: str
    revision: int
    period: str
    region_code: str
    previous_head: str
    policy_code: str
    versions: Mapping[str, str]
    compared_with: str = ""


@dataclass(frozen=True)
class Figure:
    """One number of the headline."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Headline:
    """The answer."""

    title: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Check:
    """Two totals that must be the same number."""

    statement: str
    left: str
    right: str
    is_equal: bool


@dataclass(frozen=True)
class BinRow:
    """One bin of an outage's timeline: senders and failed senders per panel."""

    label: str
    is_hard: bool
    totals: tuple[int, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True)
class PanelTotal:
    """One panel's figures within the hard window, beside what the outage's test expected in health."""

    label: str
    senders: int
    failed: int
    failed_share: float | None
    usual: float | None


@dataclass(frozen=True)
class OutageTimeline:
    """The drawing of an outage's day and the same figures as tables."""

    svg: str
    caption: str
    panel_labels: tuple[str, ...]
    during: tuple[PanelTotal, ...]
    bins: tuple[BinRow, ...]


@dataclass(frozen=True)
class LayerRow:
    """One candidate layer."""

    name: str
    probability: float
    is_named: bool
    verdict: str


@dataclass(frozen=True)
class TestRow:
    """One test in words."""

    question: str
    sentence: str
    verdict: str
    verdict_code: str


@dataclass(frozen=True)
class OutageSection:
    """One outage."""

    anchor: str
    outage_id: str
    title: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    timeline: OutageTimeline | None
    layers: tuple[LayerRow, ...]
    tests: tuple[TestRow, ...]


@dataclass(frozen=True)
class DeclaredRow:
    """One declared incident and what the logs say to it."""

    incident_id: str
    span: str
    issuer: str
    minutes: str
    verdict: str


@dataclass(frozen=True)
class CauseRow:
    """Findings of one cause, grade and action."""

    cause: str
    meaning: str
    grade: str
    grade_meaning: str
    action: str
    sides: int
    people: int
    approved_idr: int
    proposed_idr: int


@dataclass(frozen=True)
class UnitRow:
    """One OPD; the totals are a row without link."""

    name: str
    href: str | None
    people: int
    touched_people: int
    sides: int
    touched_sides: int
    before_idr: int
    approved_idr: int
    after_idr: int
    potential_idr: int


@dataclass(frozen=True)
class HeatRow:
    """One OPD's findings per day: (count, step 0-4)."""

    name: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FileRow:
    """One input file."""

    path: str
    kind: str
    sha: str
    records: int | None
    accepted: int | None
    quarantined: int | None
    warnings: int | None
    same_as: str | None


@dataclass(frozen=True)
class ProblemRow:
    """Problems of one code."""

    code: str
    reach: str
    count: int
    example: str


@dataclass(frozen=True)
class CoverageRow:
    """What one vantage's log covers, and when the silence of the region or of an OPD would be seen in it."""

    vantage: str
    first: str
    last: str
    gaps: tuple[str, ...]  # between spans: minutes without coverage
    hours: float
    clock: str
    measurable_hours: float
    unmeasurable_units: tuple[str, ...]  # never


@dataclass(frozen=True)
class Provenance:
    """Where the figures come from."""

    rows: tuple[tuple[str, str], ...]
    policies: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class SensitivityRow:
    """The month's sums under one alternative to the policy; `moved_idr` against the policy as it stands."""

    words: str
    recorded_idr: int
    potential_idr: int
    moved_idr: int
    ready_idr: int
    needs_statement_idr: int


@dataclass(frozen=True)
class ScreenRow:
    """A group whose share stands out against the rest."""

    dimension: str
    group: str
    measure: str
    share: str
    rest: str
    chance: str


@dataclass(frozen=True)
class Screening:
    """What to look at before anybody approves; `compared` groups were asked about."""

    warnings: tuple[str, ...]
    rows: tuple[ScreenRow, ...]
    compared: int


@dataclass(frozen=True)
class Overview:
    """`laporan/index.html`."""

    meta: ReportMeta
    month: str
    headline: Headline
    screening: Screening
    outages: tuple[OutageSection, ...]
    declared: tuple[DeclaredRow, ...]
    causes: tuple[CauseRow, ...]
    cause_total: CauseRow
    decisions: tuple[tuple[str, int], ...]
    units: tuple[UnitRow, ...]
    unit_total: UnitRow
    sensitivity: tuple[SensitivityRow, ...]
    checks: tuple[Check, ...]
    days: tuple[str, ...]
    heat: tuple[HeatRow, ...]
    files: tuple[FileRow, ...]
    problems: tuple[ProblemRow, ...]
    coverage: tuple[CoverageRow, ...]
    provenance: Provenance
