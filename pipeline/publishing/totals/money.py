"""Rupiah that must tie: events with months, months with recommendations and adjustments, these with what was issued."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publishing.totals.statement import SCENARIOS
from pipeline.publishing.totals.sums import Key, Tables, differences, distinct, sum_of, sums, where

STATUS_STEPS = {"approved": ("recorded_idr", "restored_idr"), "proposed": ("restored_idr", "potential_idr")}
LEVELS = (("orang-bulan dan OPD", ("nip", "unit_id")), ("OPD", ("unit_id",)), ("seluruh daerah", ()))


def assessed(tables: Tables) -> Iterator[str]:
    """The deductions of a scenario add up to the person's month."""
    for column in SCENARIOS:
        scenario = column.removesuffix("_idr")
        events = where(tables["assessment"], "scenario_code", scenario)
        for level, keys in LEVELS:
            yield from differences(
                f"potongan skenario {scenario}",
                level,
                sums(events, keys, {"deduction_idr": 1}),
                sums(tables["person_month"], keys, {column: 1}),
            )


def recommended(tables: Tables) -> Iterator[str]:
    """The effects of a person's findings add up to the step between two scenarios.

    Per person and in total only: the monthly cap can move an effect to another OPD of the same month.
    """
    for status, (before, after) in STATUS_STEPS.items():
        rows = where(tables["recommendation"], "status_code", status)
        for level, keys in (("orang-bulan", ("nip",)), ("seluruh daerah", ())):
            yield from differences(
                f"jumlah rekomendasi {status}",
                level,
                sums(rows, keys, {"adjustment_idr": 1}),
                sums(tables["person_month"], keys, {before: 1, after: -1}),
            )


def subtracted(tables: Tables) -> Iterator[str]:
    """Before - adjustment = after in each row; of an adjustment less what was issued."""
    for name in ("recommendation", "adjustment"):
        table = tables[name]
        rest = pc.subtract(table["deduction_before_idr"], table["deduction_after_idr"])
        if name == "adjustment":
            rest = pc.subtract(rest, table["issued_idr"])
        if broken := pc.sum(pc.not_equal(rest, table["adjustment_idr"])).as_py():
            yield f"rupiah, tingkat baris: {broken} baris {name} dengan sebelum - penyesuaian != sesudah"


def adjusted(tables: Tables, period: str) -> Iterator[str]:
    """Per person-month, OPD and in total, recorded - restored = what is and was paid for the month and for closed ones."""
    closed = tables["closed_month"]
    months = {period: tables["person_month"]}
    origins = distinct(closed, "origin_period") | distinct(tables["issued_adjustment"], "origin_period")
    months |= {origin: where(closed, "origin_period", origin) for (origin,) in sorted(origins - {(period,)})}
    for origin, of_month in months.items():
        adjustment = where(tables["adjustment"], "origin_period", origin)
        late = "" if origin == period else f" susulan {origin}"
        yield from _grosses(adjustment, of_month, late)
        for level, keys in LEVELS:
            yield from differences(
                f"tercatat - dipulihkan = penyesuaian{late}",
                level,
                sums(of_month, keys, {"recorded_idr": 1, "restored_idr": -1}),
                sums(adjustment, keys, {"adjustment_idr": 1, "issued_idr": 1}),
            )
    if strange := len(distinct(tables["adjustment"], "origin_period") - {(origin,) for origin in months}):
        yield f"penyesuaian, tingkat bulan: {strange} bulan asal yang bukan bulan ini dan tidak dikunci"


def _grosses(adjustment: pa.Table, months: pa.Table, late: str) -> Iterator[str]:
    """The TPP on a payroll line is that of the person's month; of who has no month any more it is 0."""
    level, keys = LEVELS[0]
    shown, of_month = (sums(table, keys, {"tpp_idr": 1}) for table in (adjustment, months))
    expected = {key: of_month.get(key, 0) for key in shown}
    yield from differences(f"TPP baris penggajian{late}", level, shown, expected)


def issued(tables: Tables) -> Iterator[str]:
    """What earlier batches issued is netted out, line by line."""
    level, keys = "orang-bulan dan OPD", ("nip", "origin_period", "unit_id")
    yield from differences(
        "yang sudah dibayar",
        level,
        sums(tables["adjustment"], keys, {"issued_idr": 1}),
        sums(tables["issued_adjustment"], keys, {"adjustment_idr": 1}),
    )


def held(tables: Tables, period: str) -> Iterator[str]:
    """Real deductions less recomputed ones are the differences listed, and exactly those people are held back."""
    real = where(tables["deduction"], "period", period)
    if real.num_rows:
        paid, recomputed = (
            sums(real, ("nip",), {"deduction_idr": 1}),
            sums(tables["person_month"], ("nip",), {"recorded_idr": 1}),
        )
        yield from differences(
            "potongan nyata - dihitung ulang",
            "orang",
            sums(tables["deduction_check"], ("nip",), {"difference_idr": 1}),
            {key: paid.get(key, 0) - recomputed.get(key, 0) for key in paid.keys() | recomputed.keys()},
        )
    check = tables["deduction_check"]
    rest = pc.subtract(pc.fill_null(check["deduction_idr"], 0), check["recorded_idr"])
    if broken := pc.sum(pc.not_equal(rest, check["difference_idr"])).as_py():
        yield f"rupiah, tingkat baris: {broken} baris deduction_check dengan nyata - dihitung ulang != selisih"
    disputed: set[Key] = {(nip, period) for (nip,) in distinct(tables["deduction_check"], "nip")}
    disputed |= distinct(tables["closed_hold"], "nip", "origin_period")
    adjustment = tables["adjustment"]
    waiting = distinct(adjustment.filter(adjustment["is_held"]), "nip", "origin_period")
    if wrong := len(waiting ^ (disputed & distinct(adjustment, "nip", "origin_period"))):
        yield f"orang yang ditahan, tingkat orang-bulan: {wrong} ditahan tanpa selisih potongan atau sebaliknya"


def sensitivities(tables: Tables) -> Iterator[str]:
    """The sensitivity of the month starts from the month as it stands."""
    sensitivity = tables["sensitivity"]
    numbers = sensitivity["alternative_no"].to_pylist()
    if sorted(numbers) != list(range(len(numbers))):
        yield f"kepekaan, tingkat baris: {len(numbers)} baris yang tidak berurutan"
    stands = sensitivity.filter(pc.equal(sensitivity["alternative_no"], 0))
    for name in ("recorded_idr", "potential_idr"):
        if (shown := sum_of(stands, name)) != (due := sum_of(tables["person_month"], name)):
            yield f"rupiah kepekaan, tingkat seluruh daerah: {shown}, seharusnya {due} rupiah"
