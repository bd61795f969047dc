"""Overrides per duty group, OPD and date, and whether the rules in force on each day fit together."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from pipeline.engine.rows import Row
from pipeline.policy import money
from pipeline.policy.dated import OPEN_END, DatedReading, Rows, clipped, held_on, in_force, spans
from pipeline.policy.money import Rules
from schemas import AssessmentRule, AttendanceFloor, Band, LeaveRule, PolicyScope

GENERAL = "umum"
UNITS = {
    "bands": ("percent",),
    "daily_bands": ("percent",),
    "points": ("points",),
    "proportional": ("percent",),
    "effective_minutes": ("minutes", "per_minute"),
}
"""In which unit a rate is written under each method."""
STARTS = {"late": "late_from_seconds", "early": "early_from_seconds", "late_apel": "apel_late_from_seconds"}
"""Where the first band of each kind begins; none for an apel that is attended or not."""


OWN = ("day_cap_bps", "day_divisor", "day_minutes", "cut_merge_code", "apel", "late_apel", "")
"""What an override may set though the general rules do not."""


class Override:
    """An override: its name, whom and when it binds, and the keys it replaces."""

    def __init__(self, code: str, scope: list[Row], begin: dt.date, end: dt.date, rules: Rules) -> None:
        self.code, self.scope, self.begin, self.end, self.rules = code, scope, begin, end, rules


def read_overrides(
    reading: DatedReading, value: Any, groups: tuple[str, ...], general: Rules
) -> list[Override]:
    """`override` -> overrides; what does not fit is added to the problems of `reading`."""
    overrides: list[Override] = []
    if not isinstance(value, dict):
        reading.say("override", "harus tabel")
        return overrides
    for code, entry in value.items():
        path = f"override.{code}"
        if code == GENERAL:
            reading.say(path, f"`{GENERAL}` adalah nama aturan umum; pakai nama lain")
        read = reading.keys(entry, path, ("from", "reference"), ("to", "groups", "units", *money.SECTIONS))
        reading.text(read.get("reference"), f"{path}.reference")
        begin = reading.date(read.get("from"), f"{path}.from")
        until = reading.date(read.get("to"), f"{path}.to")
        scope = _scope(reading, read, path, groups)
        if begin is None:
            continue
        end = OPEN_END if until is None else until + dt.timedelta(days=1)
        if end <= begin:
            reading.say(f"{path}.to", "mendahului `from`")
        own = _own_rules(reading, read, path, begin)
        for key in own:
            if key not in general and key[1] not in OWN:
                reading.say(f"{path}.{'.'.join(key)}", "tidak ada pada aturan umum, jadi tidak dapat diganti")
        overrides.append(Override(code, scope, begin, end, own))
    _clashes(reading, overrides)
    return overrides


def _own_rules(reading: DatedReading, read: Row, path: str, begin: dt.date) -> Rules:
    values = reading.keys(
        read.get("value", {}), f"{path}.value", (), (*money.REQUIRED_VALUES, *money.OPTIONAL_VALUES)
    )
    if not any(section in read for section in money.SECTIONS):
        reading.say(path, "tidak mengganti apa pun")
    own = DatedReading(reading.file_name)
    own.first, own.first_of = begin, f"pengecualian (`{path}.from`)"
    rules = money.read_rules(own, {**read, "value": values}, f"{path}.", whole=False)
    reading.problems += own.problems
    return rules


def _scope(reading: DatedReading, read: Row, path: str, groups: tuple[str, ...]) -> list[Row]:
    scope: list[Row] = []
    if "groups" not in read and "units" not in read:
        reading.say(path, "harus menyebut `groups` atau `units`")
    for spot, group in reading.tables(read["groups"], f"{path}.groups") if "groups" in read else ():
        reading.choice(group, spot, groups)
        scope.append({"group_code": group, "unit_id": None})
    for spot, unit in reading.tables(read["units"], f"{path}.units") if "units" in read else ():
        reading.text(unit, spot)
        scope.append({"group_code": None, "unit_id": unit})
    return [{**row, "reference": read.get("reference")} for row in scope]


def _clashes(reading: DatedReading, overrides: list[Override]) -> None:
    for number, later in enumerate(overrides):
        for earlier in overrides[:number]:
            shared = {(row["group_code"], row["unit_id"]) for row in earlier.scope} & {
                (row["group_code"], row["unit_id"]) for row in later.scope
            }
            if shared and earlier.begin < later.end and later.begin < earlier.end:
                who = min(group or unit for group, unit in shared)
                reading.say(f"override.{later.code}", f"tumpang tindih dengan override.{earlier.code}: {who}")


def money_tables(reading: DatedReading, general: Rules, overrides: list[Override]) -> Rows:
    """The rows of the money tables, every variant complete for its days; what does not fit together is added to the problems of `reading`."""
    rows: Rows = {
        AssessmentRule: [],
        Band: [],
        LeaveRule: [],
        AttendanceFloor: [],
        PolicyScope: [
            {**row, "valid_from": item.begin, "valid_to": item.end, "variant_code": item.code}
            for item in overrides
            for row in item.scope
        ],
    }
    first = reading.first
    variants = [(GENERAL, first, OPEN_END, general)]
    variants += [(item.code, item.begin, item.end, {**general, **item.rules}) for item in overrides]
    for code, begin, end, rules in variants:
        held = {key: clipped(entries, begin, end) for key, entries in rules.items()}
        for table, sections in (
            (Band, ("band", "missing")),
            (LeaveRule, ("leave",)),
            (AttendanceFloor, ("attendance_floor",)),
        ):
            rows[table] += [
                {**row, "variant_code": code}
                for (section, _), entries in held.items()
                if section in sections
                for row in entries
            ]
        rows[AssessmentRule] += _assessment_rules(reading, code, held)
    return rows


def _assessment_rules(reading: DatedReading, code: str, rules: Rules) -> list[Row]:
    values = {key[1]: entries for key, entries in rules.items() if key[0] == "value"}
    found = []
    for begin, end in spans(
        row for key, rows in rules.items() if key[0] in ("value", "band", "missing") for row in rows
    ):
        held = {name: in_force(entries, begin) for name, entries in values.items()}
        row: Row = {**dict.fromkeys(("day_divisor", "day_minutes", "day_cap_bps")), "cut_merge_code": "sum"}
        row |= {name: entry["value"] for name, entry in held.items() if entry}
        charges = {
            key[1]: held_on(rows, begin) for key, rows in rules.items() if key[0] in ("band", "missing")
        }
        _fits(reading, row, held, charges)
        for event, name in STARTS.items():
            row[name] = min((band["seconds_from"] for band in charges.get(event, ())), default=None)
        articles = {name: entry["reference"] for name, entry in held.items() if entry}
        row |= {"variant_code": code, "valid_from": begin, "valid_to": end, "articles": articles}
        found.append({**row, "reference": "; ".join(dict.fromkeys(articles.values()))})
    return found


def _fits(
    reading: DatedReading, row: Row, held: dict[str, Row | None], charges: dict[str, list[Row]]
) -> None:
    method = row["method_code"]
    place = (held["method_code"] or {}).get("path", "value.method")
    for band in (band for bands in charges.values() for band in bands):
        if band["unit"] not in UNITS[method]:
            wanted = " atau ".join(f"`{unit}`" for unit in UNITS[method])
            reading.once(band["path"], f"cara {method} memakai {wanted}, bukan `{band['unit']}`")
    if (method == "effective_minutes") != (row["day_minutes"] is not None):
        reading.once(place, "`day_minutes` diisi bila, dan hanya bila, caranya effective_minutes")
    if method in ("points", "proportional") and row["rounding_at_code"] != "month":
        reading.once(place, f"cara {method} menilai jumlah sebulan: `rounding_at` harus month")
    if method == "proportional" and row["day_merge_code"] != "worst":
        reading.once(place, "cara proportional menghitung satu hari sekali: `day_merge` harus worst")
    if row["day_divisor"] is not None and method in ("bands", "points"):
        reading.once(place, f"cara {method} tidak membagi hari: hapus `day_divisor`")
    _rises(reading, charges)


def _rises(reading: DatedReading, charges: dict[str, list[Row]]) -> None:
    """Restoring a side must never raise a deduction, whatever else happened in the month.

    An event more of a band costs its rate at the next count, one less saves at least its first rate. So a heavier
    band at its first count must cost no less than a lighter one at its highest.
    """
    for bands in charges.values():
        for earlier, later in itertools.pairwise(bands):
            if later["count_from"] > 1 and _less(later, earlier):
                reading.once(later["path"], "tarif menurut hitungan tidak boleh turun")
    for event, side in (("late", "in"), ("early", "out"), ("late_apel", "apel")):
        if event not in charges:
            continue
        if side not in charges:
            reading.once(
                charges[event][0]["path"], "perlu `missing.apel`: yang tidak ikut apel dipotong berapa"
            )
            continue
        for lighter, heavier in itertools.pairwise([*charges[event], *charges[side]]):
            if heavier["count_from"] == 1 and _less(heavier, lighter):
                reading.once(
                    heavier["path"], "lebih ringan daripada tingkat sebelumnya (pada hitungan tertingginya)"
                )
    absent = charges["both"][0]
    for unit in ("rate_bps", "charge_minutes"):
        parts = {side: charges[side][-1][unit] or 0 for side in ("in", "out", "apel") if side in charges}
        remaining = max(parts["in"], parts["out"]) + parts.get("apel", 0)
        if absent[unit] is not None and absent[unit] < remaining:
            reading.once(
                absent["path"],
                "hari yang kosong seluruhnya tidak boleh lebih ringan daripada sisi yang tersisa",
            )


def _less(one: Row, other: Row) -> bool:
    """Whether a charge is surely lighter than another; own minutes are compared with nothing."""
    return any(
        one[unit] is not None and other[unit] is not None and one[unit] < other[unit]
        for unit in ("rate_bps", "charge_minutes")
    )
