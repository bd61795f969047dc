"""Control totals: records, people and rupiah must tie at every level, or nothing is published.

Source: design section 7, reliability section 3.

A message names the total, the level and the difference; a person is counted, never named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import TotalsError
from schemas import (
    Adjustment,
    Assessment,
    ChargeTotal,
    Decision,
    DecisionCheck,
    Duty,
    DutyTotal,
    FileTotal,
    Finding,
    PersonMonth,
    Recommendation,
    SideTotal,
    SourceFile,
    Table,
)

READS: tuple[type[Table], ...] = (
    SourceFile,
    FileTotal,
    Duty,
    DutyTotal,
    SideTotal,
    ChargeTotal,
    Finding,
    Decision,
    DecisionCheck,
    Assessment,
    Recommendation,
    PersonMonth,
    Adjustment,
)
"""Tables that `check_totals` needs."""

Tables = Mapping[str, pa.Table]
Key = tuple[str, ...]
Sums = dict[Key, int]
SCENARIO_SUMS = {"recorded": "recorded_idr", "restored": "restored_idr", "potential": "potential_idr"}
STATUS_STEPS = {"approved": ("recorded_idr", "restored_idr"), "proposed": ("restored_idr", "potential_idr")}
COUNTED: tuple[tuple[type[Table], str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        DutyTotal,
        "orang dan OPD",
        (
            ("kewajiban: {} dengan hari kerja tanpa kewajiban atau sebaliknya", "due_day_count", "duty_count"),
            ("rupiah TPP harian: {} dengan TPP yang bukan TPP pegawai", "due_tpp_idr", "duty_tpp_idr"),
            ("rupiah TPP bulanan: {} dengan TPP yang bukan TPP pegawai", "last_tpp_idr", "month_tpp_idr"),
        ),
    ),
    (
        SideTotal,
        "orang",
        (
            ("sisi: {} dengan sisi kewajiban tanpa keadaan", "duty_side_count", "judged_side_count"),
            ("sisi: {} dengan sisi yang menyimpang tanpa temuan", "off_side_count", "finding_count"),
            ("sisi: {} dengan sisi yang hilang dari skenario", "due_scenario_count", "scenario_side_count"),
        ),
    ),
    (
        ChargeTotal,
        "orang dan OPD",
        (
            ("dasar potongan: {} dengan dasar yang bukan dari TPP", "duty_count", "valued_count"),
            ("potongan: {} dengan kejadian tanpa harga", "charge_count", "priced_count"),
            ("rupiah potongan harian: {} dengan harga yang berubah", "priced_idr", "assessed_idr"),
            ("dasar potongan: {} dengan baris yang dasarnya bukan dasar hari atau bulannya", "shown_count", "based_count"),
        ),
    ),
)  # fmt: skip
"""Tables of counts: their level, and of each total what differs, the column that is due and the column found."""
LEVELS = (("orang-bulan dan OPD", ("nip", "unit_id")), ("OPD", ("unit_id",)), ("seluruh daerah", ()))


def check_totals(tables: Tables, period: str) -> dict[str, Any]:
    """Compare every total with its counterpart; returns the totals of the manifest.

    Raises TotalsError that lists each total that does not tie, with its level.
    """
    problems = [
        *_records(tables),
        *_people(tables),
        *_counted(tables),
        *_rows(tables),
        *_assessed(tables),
        *_adjusted(tables, period),
        *_recommended(tables),
    ]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise TotalsError(f"Angka kendali tidak cocok; tidak ada yang diterbitkan:\n{listed}")
    return _totals(tables)


def published_problems(tables: Tables, stated: Mapping[str, Any]) -> list[str]:
    """What does not tie among a revision's published tables, or is not what its manifest states."""
    found = _money(tables)
    return [
        *_assessed(tables),
        *_recommended(tables),
        *(
            f"{name}: tabel {found[name]}, manifes {stated.get(name)}"
            for name in found
            if found[name] != stated.get(name)
        ),
    ]


def _records(tables: Tables) -> Iterator[str]:
    """Per file, records = accepted + quarantined; every used file is counted."""
    sources = tables["source_file"].to_pylist()
    paths = {row["file_id"]: row["path"] for row in sources if row["same_as_path"] is None}
    counts = {row["file_id"]: row for row in tables["file_total"].to_pylist()}
    for file_id in sorted(paths.keys() - counts.keys()):
        yield f"rekaman, tingkat berkas: {paths[file_id]!r} tidak dihitung"
    for file_id, row in counts.items():
        used = row["accepted_count"] + row["quarantined_count"]
        if row["record_count"] != used:
            yield (
                f"rekaman, tingkat berkas: {paths.get(file_id, file_id)!r} berisi {row['record_count']} "
                f"rekaman, tetapi {row['accepted_count']} diterima + {row['quarantined_count']} dikarantina "
                f"= {used}"
            )


def _people(tables: Tables) -> Iterator[str]:
    """Everyone with a duty has a month, and a month, finding or recommendation belongs to such a person."""
    people = _distinct(tables["duty"], "nip")
    assessed = _distinct(tables["person_month"], "nip")
    if lost := len(people - assessed):
        yield f"orang, tingkat daerah: {lost} orang berkewajiban hadir tidak punya hasil bulanan"
    if strange := len(assessed - people):
        yield f"orang, tingkat daerah: {strange} orang punya hasil bulanan tanpa kewajiban hadir"
    for name in ("finding", "recommendation"):
        if strange := len(_distinct(tables[name], "nip") - people):
            yield f"orang, tingkat daerah: {strange} orang di tabel {name} tanpa kewajiban hadir"


def _counted(tables: Tables) -> Iterator[str]:
    """Everyone with a duty is counted, and each count or sum is what its source gives."""
    people = _distinct(tables["duty"], "nip")
    for contract, level, pairs in COUNTED:
        table = tables[contract.table_name()]
        if without := len(people - _distinct(table, "nip")):
            yield f"{contract.table_name()}, tingkat daerah: {without} orang tidak dihitung"
        for said, wanted, found in pairs:
            differing = table.filter(pc.not_equal(table[wanted], table[found]))
            if differing.num_rows:
                total, _, what = said.format(f"{len(_distinct(differing, 'nip'))} orang").partition(": ")
                yield (
                    f"{total}, tingkat {level}: {what}; seluruhnya {_sum(table, found)}, "
                    f"seharusnya {_sum(table, wanted)}"
                )


def _rows(tables: Tables) -> Iterator[str]:
    """Every decision is judged, every finding has a recommendation; before - adjustment = after in each row."""
    decisions = _distinct(tables["decision"], "decision_id")
    if differing := len(decisions ^ _distinct(tables["decision_check"], "decision_id")):
        yield f"keputusan, tingkat baris: {differing} keputusan tidak diperiksa atau sebaliknya"
    findings = _distinct(tables["finding"], "finding_id")
    recommended = _distinct(tables["recommendation"], "finding_id")
    if differing := len(findings ^ recommended):
        yield f"temuan, tingkat baris: {differing} temuan tanpa rekomendasi atau sebaliknya"
    for name in ("recommendation", "adjustment"):
        table = tables[name]
        rest = pc.subtract(table["deduction_before_idr"], table["deduction_after_idr"])
        if name == "adjustment":
            rest = pc.subtract(rest, table["issued_idr"])
        if broken := pc.sum(pc.not_equal(rest, table["adjustment_idr"])).as_py():
            yield f"rupiah, tingkat baris: {broken} baris {name} dengan sebelum - penyesuaian != sesudah"


def _assessed(tables: Tables) -> Iterator[str]:
    """The deductions of a scenario add up to the person's month."""
    assessment, months = tables["assessment"], tables["person_month"]
    for scenario, column in SCENARIO_SUMS.items():
        events = assessment.filter(pc.equal(assessment["scenario_code"], scenario))
        for level, keys in LEVELS:
            yield from _differences(
                f"potongan skenario {scenario}",
                level,
                _sums(events, keys, {"deduction_idr": 1}),
                _sums(months, keys, {column: 1}),
            )


def _adjusted(tables: Tables, period: str) -> Iterator[str]:
    """Per person-month, OPD and in total, recorded - restored = what is and was paid for the month."""
    adjustment = tables["adjustment"]
    of_month = adjustment.filter(pc.equal(adjustment["origin_period"], period))
    yield from _grosses(of_month, tables["person_month"])
    for level, keys in LEVELS:
        yield from _differences(
            "tercatat - dipulihkan = penyesuaian",
            level,
            _sums(tables["person_month"], keys, {"recorded_idr": 1, "restored_idr": -1}),
            _sums(of_month, keys, {"adjustment_idr": 1, "issued_idr": 1}),
        )


def _grosses(adjustment: pa.Table, months: pa.Table) -> Iterator[str]:
    """The TPP on a payroll line is that of the person's month; of who has no month any more it is 0."""
    level, keys = LEVELS[0]
    shown, of_month = (_sums(table, keys, {"tpp_idr": 1}) for table in (adjustment, months))
    yield from _differences(
        "TPP baris penggajian", level, shown, {key: of_month.get(key, 0) for key in shown}
    )


def _recommended(tables: Tables) -> Iterator[str]:
    """The effects of a person's findings add up to the step between two scenarios.

    Per person and in total only: the monthly cap can move an effect to another OPD of the same month.
    """
    recommendation, months = tables["recommendation"], tables["person_month"]
    for status, (before, after) in STATUS_STEPS.items():
        rows = recommendation.filter(pc.equal(recommendation["status_code"], status))
        for level, keys in (("orang-bulan", ("nip",)), ("seluruh daerah", ())):
            yield from _differences(
                f"jumlah rekomendasi {status}",
                level,
                _sums(rows, keys, {"adjustment_idr": 1}),
                _sums(months, keys, {before: 1, after: -1}),
            )


def _differences(total: str, level: str, found: Sums, expected: Sums) -> Iterator[str]:
    broken = [
        (key, found.get(key, 0) - expected.get(key, 0))
        for key in sorted(found.keys() | expected.keys())
        if found.get(key, 0) != expected.get(key, 0)
    ]
    if broken:
        key, difference = broken[0]
        # The last key is the OPD where there is one; a NIP is never said.
        place = f", pertama di OPD {key[-1]}" if level.endswith("OPD") else ""
        yield f"rupiah {total}, tingkat {level}: {len(broken)} berbeda{place}, selisih {difference} rupiah"


def _sums(table: pa.Table, keys: tuple[str, ...], signs: Mapping[str, int]) -> Sums:
    """Signed sums of columns per key; exact, in Python integers."""
    sums: Sums = defaultdict(int)
    if keys:
        grouped = table.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in signs])
        for row in grouped.to_pylist():
            sums[tuple(row[key] for key in keys)] = sum(
                sign * (row[f"{name}_sum"] or 0) for name, sign in signs.items()
            )
    else:
        sums[()] = sum(sign * _sum(table, name) for name, sign in signs.items())
    return sums


def _totals(tables: Tables) -> dict[str, Any]:
    """The totals as the manifest states them; money in whole rupiah."""
    files = tables["file_total"]
    return {
        "records": {
            name: _sum(files, f"{name}_count") for name in ("record", "accepted", "quarantined", "warning")
        },
        **_money(tables),
    }


def _money(tables: Tables) -> dict[str, Any]:
    """The totals that the published tables give."""
    months, recommendation = tables["person_month"], tables["recommendation"]
    by_status = _sums(recommendation, ("status_code",), {"adjustment_idr": 1})
    return {
        "people": len(_distinct(months, "nip")),
        "findings": tables["finding"].num_rows,
        "recorded_idr": _sum(months, "recorded_idr"),
        "restored_idr": _sum(months, "restored_idr"),
        "potential_idr": _sum(months, "potential_idr"),
        "approved_idr": by_status.get(("approved",), 0),
        "proposed_idr": by_status.get(("proposed",), 0),
        "units": list(_units(months)),
    }


def _units(months: pa.Table) -> Iterable[dict[str, Any]]:
    columns = tuple(SCENARIO_SUMS.values())
    grouped = months.group_by("unit_id", use_threads=False).aggregate(
        [("nip", "count_distinct"), *((name, "sum") for name in columns)]
    )
    for row in grouped.sort_by("unit_id").to_pylist():
        yield {
            "unit_id": row["unit_id"],
            "people": row["nip_count_distinct"],
            **{name: row[f"{name}_sum"] for name in columns},
        }


def _sum(table: pa.Table, name: str) -> int:
    return int(pc.sum(table[name]).as_py() or 0)


def _distinct(table: pa.Table, name: str) -> set[str]:
    return set(table[name].unique().to_pylist())
