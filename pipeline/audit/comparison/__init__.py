"""What moved between two revisions of a month: people and rupiah by kind of change.

Money is monthly and not additive over sides, so each person counts once, under the first kind of KINDS that applies to
them; the rupiah of the kinds then add up to the difference of the two revisions' totals, or nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.engine.warehouse import Warehouse, tables_at_hand
from pipeline.errors import SettingsError, TotalsError
from pipeline.publishing.ledger import REVISION, Entry, read_ledger, refuse_purged
from pipeline.publishing.published import read_manifest, read_table, verified_folder

KINDS = (
    "person_removed",
    "person_added",
    "unit_changed",
    "tpp_changed",
    "policy_changed",
    "data_arrived",
    "newly_excused",
    "became_missing",
    "record_changed",
    "duty_added",
    "duty_removed",
    "decision_changed",
    "evidence_changed",
    "month_effect",
)
"""In the order in which they are counted; `month_effect` is money moved by a cap or count with no other change."""
AMOUNTS = ("recorded_idr", "restored_idr", "potential_idr")
TABLES = {
    "side": "duty_side",
    "finding": "finding",
    "advice": "recommendation",
    "month": "person_month",
    "charge": "assessment",
}

DIFFERENT = "yang dibandingkan dua revisi dari satu periode, misalnya 2026-01/r1-0123456789ab."

Amounts = dict[str, int]


@dataclass(frozen=True)
class ComparedPerson:
    """One person at one OPD: every kind of change that applies, first the one counted, and after - before in rupiah."""

    nip: str
    unit_id: str
    kinds: tuple[str, ...]
    difference: Amounts


@dataclass(frozen=True)
class KindSum:
    """People counted under a kind, the sides of anybody that changed so, and after - before in rupiah."""

    kind: str
    people: int
    sides: int
    difference: Amounts


@dataclass(frozen=True)
class StateFlow:
    """Sides that went from one state to another; null where a revision has no such side."""

    before: str | None
    after: str | None
    sides: int


@dataclass(frozen=True)
class Comparison:
    """Two revisions of a month beside each other. `people` are those with a change, by person and OPD."""

    period: str
    before: str
    after: str
    totals_before: Amounts
    totals_after: Amounts
    kinds: tuple[KindSum, ...]
    states: tuple[StateFlow, ...]
    people: tuple[ComparedPerson, ...]
    manifest: Mapping[str, Any]
    """Of the revision compared to, with its place in the ledger."""

    def sides_in(self, state: str, *, is_after: bool) -> int:
        """How many sides are in a state in one of the revisions."""
        return sum(flow.sides for flow in self.states if (flow.after if is_after else flow.before) == state)


@dataclass(frozen=True)
class Revision:
    """One side: r<N>-<id>, the tables of TABLES by name, and the manifest as far as it is written."""

    name: str
    tables: Mapping[str, pa.Table]
    manifest: Mapping[str, Any]


def published_revision(workspace: Path, entry: Entry) -> Revision:
    """A revision as it was published.

    Raises SettingsError for a batch or a purged month, VerificationError where it is not as it was.
    """
    refuse_purged(read_ledger(workspace), entry)
    if entry.kind != REVISION:
        raise SettingsError(DIFFERENT)
    verified_folder(workspace, entry)
    return Revision(
        entry.path.partition("/")[2],
        {name: read_table(workspace, entry, name) for name in TABLES.values()},
        read_manifest(workspace, entry.path),
    )


def compare(before: Revision, after: Revision) -> Comparison:
    """Compare two revisions of one month, whichever is older.

    Raises SettingsError for two months, TotalsError where the differences do not add up to those of the manifests.
    """
    first, second = before.manifest, after.manifest
    if first["period"] != second["period"]:
        raise SettingsError(DIFFERENT)
    has_other_rules = any(first[name] != second[name] for name in ("policy", "calendar", "code"))
    sides = (("before", before), ("after", after))
    tables = {f"{name}_{side}": each.tables[table] for side, each in sides for name, table in TABLES.items()}
    with tables_at_hand(tables) as warehouse:
        people, changed_sides = _people(warehouse, has_other_rules=has_other_rules)
        states = _query("states", warehouse)
    found = Comparison(
        period=second["period"],
        before=before.name,
        after=after.name,
        totals_before={name: first["totals"][name] for name in AMOUNTS},
        totals_after={name: second["totals"][name] for name in AMOUNTS},
        kinds=_sums(people, changed_sides),
        states=tuple(StateFlow(row["before_code"], row["after_code"], row["side_count"]) for row in states),
        people=tuple(person for person in people if person.kinds),
        manifest=second,
    )
    _check(found)
    return found


def _query(name: str, warehouse: Warehouse) -> list[dict[str, Any]]:
    sql = files("pipeline.audit.comparison").joinpath(f"{name}.sql").read_text("utf-8")
    rows: list[dict[str, Any]] = warehouse.query(sql).to_pylist()
    return rows


def _people(warehouse: Warehouse, *, has_other_rules: bool) -> tuple[list[ComparedPerson], dict[str, int]]:
    """Every person and OPD of either revision, and the changed sides by kind."""
    kinds: dict[str, set[str]] = defaultdict(set)
    sides: dict[str, int] = defaultdict(int)
    for row in _query("sides", warehouse):
        kinds[row["nip"]].add(row["kind_code"])
        sides[row["kind_code"]] += row["side_count"]
    if has_other_rules:
        for row in _query("rules", warehouse):
            kinds[row["nip"]].add("policy_changed")
    months = _query("months", warehouse)
    there = {name: {row["nip"] for row in months if row[f"is_{name}"]} for name in ("before", "after")}
    for row in months:
        nip = row["nip"]
        if nip not in there["after"]:
            kinds[nip].add("person_removed")
        elif nip not in there["before"]:
            kinds[nip].add("person_added")
        elif row["is_before"] != row["is_after"]:
            kinds[nip].add("unit_changed")
        if row["is_tpp_changed"]:
            kinds[nip].add("tpp_changed")
        if not kinds[nip] and any(_difference(row).values()):
            kinds[nip].add("month_effect")
    people = [
        ComparedPerson(
            row["nip"], row["unit_id"], tuple(sorted(kinds[row["nip"]], key=KINDS.index)), _difference(row)
        )
        for row in months
    ]
    return people, sides


def _difference(row: Mapping[str, Any]) -> Amounts:
    return {
        name: row[name.replace("_idr", "_after_idr")] - row[name.replace("_idr", "_before_idr")]
        for name in AMOUNTS
    }


def _sums(people: list[ComparedPerson], sides: Mapping[str, int]) -> tuple[KindSum, ...]:
    counted: dict[str, list[ComparedPerson]] = defaultdict(list)
    for person in people:
        if person.kinds:
            counted[person.kinds[0]].append(person)
    return tuple(
        KindSum(
            kind,
            len({person.nip for person in counted[kind]}),
            sides.get(kind, 0),
            {name: sum(person.difference[name] for person in counted[kind]) for name in AMOUNTS},
        )
        for kind in KINDS
        if counted[kind] or sides.get(kind)
    )


def _check(found: Comparison) -> None:
    for name in AMOUNTS:
        summed = sum(kind.difference[name] for kind in found.kinds)
        expected = found.totals_after[name] - found.totals_before[name]
        if summed != expected:
            raise TotalsError(
                f"Angka kendali tidak cocok: selisih {name} menurut jenis perubahan {summed}, menurut kedua manifes "
                f"{expected}."
            )
