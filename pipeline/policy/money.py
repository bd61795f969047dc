"""What a policy file says about rupiah: method, base, bands, missing sides, leave, caps, floors, rounding.

What fits together belongs to `variants`, which knows every rule that is in force on a day.
"""

from __future__ import annotations

from typing import Any

from pipeline.engine.rows import Row
from pipeline.policy.dated import DatedReading, spanned
from schemas.codes import EFFECTS, METHODS

Rules = dict[tuple[str, str], list[Row]]
"""Section and key -> dated rows; an override replaces whole keys."""

PERCENTS = {
    "base_share_percent": "base_share_bps",
    "monthly_cap_percent": "monthly_cap_bps",
    "day_cap_percent": "day_cap_bps",
}
CHOICES = {
    "method": ("method_code", METHODS),
    "base_of": ("base_of_code", ("day", "last", "prorated")),
    "day_merge": ("day_merge_code", ("sum", "same_code", "worst")),
    "cut_merge": ("cut_merge_code", ("sum", "worst")),
    "cap_base": ("cap_base_code", ("largest", "last", "prorated")),
    "rounding_mode": ("rounding_mode_code", ("half_up", "down", "up")),
    "rounding_at": ("rounding_at_code", ("event", "month")),
}
NUMBERS = ("rounding_step_idr", "day_divisor", "day_minutes")
OPTIONAL_VALUES = ("day_cap_percent", "day_divisor", "day_minutes", "cut_merge")
REQUIRED_VALUES = tuple(key for key in (*PERCENTS, *CHOICES, *NUMBERS) if key not in OPTIONAL_VALUES)
SECTIONS = ("value", "band", "missing", "leave", "attendance_floor")
BAND_EVENTS = {"late": "late", "early": "early", "apel": "late_apel"}
MISSING_EVENTS = {"in": "missing_in", "out": "missing_out", "apel": "missing_apel", "both": "absent"}
RATED = ("day_rate", "month_rate", "month_cut")
RATES = ("percent", "points", "minutes", "per_minute", "by_count")


def read_rules(reading: DatedReading, document: Row, path: str, *, whole: bool = True) -> Rules:
    """The money sections of a policy, or of an override where not `whole`."""
    rules: Rules = {}
    section = document.get("value", {})
    for key in (*PERCENTS, *CHOICES, *NUMBERS):
        if key in section:
            column = PERCENTS.get(key, CHOICES[key][0] if key in CHOICES else key)
            rules["value", column] = _values(reading, key, section[key], f"{path}value.{key}")
    events = (("late", "early"), ("apel",)) if whole else ((), tuple(BAND_EVENTS))
    for name, entries in reading.keys(document.get("band", {}), f"{path}band", *events).items():
        rules["band", BAND_EVENTS[name]] = _bands(reading, BAND_EVENTS[name], entries, f"{path}band.{name}")
    sides = (("in", "out", "both"), ("apel",)) if whole else ((), tuple(MISSING_EVENTS))
    for side, entries in reading.keys(document.get("missing", {}), f"{path}missing", *sides).items():
        rules["missing", side] = _missing(reading, side, entries, f"{path}missing.{side}")
    leave = document.get("leave", {})
    if not isinstance(leave, dict):
        reading.say(f"{path}leave", "harus tabel")
        leave = {}
    for kind, entries in leave.items():
        rules["leave", kind] = _leave(reading, kind, entries, f"{path}leave.{kind}")
    if "attendance_floor" in document:
        rules["attendance_floor", ""] = _floors(
            reading, document["attendance_floor"], f"{path}attendance_floor"
        )
    return rules


def _values(reading: DatedReading, key: str, entries: Any, path: str) -> list[Row]:
    rows = reading.dated(entries, path, ("value",))
    for row in rows:
        place, given = f"{row['path']}.value", row.get("value")
        if key in PERCENTS:
            row["value"] = reading.percent(given, place)
        elif key in CHOICES:
            row["value"] = reading.choice(given, place, CHOICES[key][1])
        else:
            row["value"] = reading.number(given, place, 1)
    return rows


def _bands(reading: DatedReading, event: str, entries: Any, path: str) -> list[Row]:
    rows = []
    for span in reading.dated(entries, path, ("steps",)):
        for step in _steps(reading, span):
            rows += [
                spanned(span, **{"event_code": event, **step, **charge}) for charge in step.pop("charges")
            ]
    return rows


def _steps(reading: DatedReading, span: Row) -> list[Row]:
    """Contiguous steps in whole minutes (floor of seconds / 60) or in seconds; the last one is open."""
    steps: list[Row] = []
    due: int | None = None
    unit, last_path = "", ""
    for place, entry in reading.tables(span.get("steps"), f"{span['path']}.steps"):
        named = "second" if isinstance(entry, dict) and "from_second" in entry else "minute"
        if unit and named != unit:
            reading.say(place, "satu tabel memakai satu satuan: semua `_minute` atau semua `_second`")
        read = reading.keys(entry, place, ("code", f"from_{named}"), (f"to_{named}", *RATES))
        begin = reading.number(read.get(f"from_{named}"), f"{place}.from_{named}", 1)
        until = reading.number(read.get(f"to_{named}"), f"{place}.to_{named}", 1)
        if not unit:
            unit, due = named, 1 if named == "minute" else begin  # seconds before the first step are grace
        elif due is None:
            reading.say(place, "tingkat sebelumnya tidak punya batas akhir, jadi harus yang terakhir")
            due = begin
        if begin is not None and due is not None and begin != due:
            reading.say(f"{place}.from_{named}", f"harus {due}: tingkat harus sambung-menyambung")
        if begin is not None and until is not None and until < begin:
            reading.say(f"{place}.to_{named}", f"mendahului `from_{named}`")
        due = None if f"to_{named}" not in read or until is None else until + 1
        length = 60 if named == "minute" else 1
        steps.append(
            {
                "seconds_from": (begin or 1) * length,
                "seconds_to": None if due is None else due * length,
                "band_code": reading.text(read.get("code"), f"{place}.code"),
                "charges": _charges(reading, read, place),
                "path": place,
            }
        )
        last_path = place
    if steps and due is not None:
        reading.say(last_path, f"tingkat terakhir harus terbuka (tanpa `to_{unit}`)")
    return steps


def _missing(reading: DatedReading, side: str, entries: Any, path: str) -> list[Row]:
    rows = []
    for span in reading.dated(entries, path, ("code",), RATES):
        code = reading.text(span.get("code"), f"{span['path']}.code")
        event = {"event_code": MISSING_EVENTS[side], "seconds_from": 0, "seconds_to": None, "band_code": code}
        charges = _charges(reading, span, span["path"])
        if any(charge["unit"] == "per_minute" for charge in charges):
            reading.say(
                span["path"], "sisi yang kosong tidak punya menit: pakai `minutes`, bukan `per_minute`"
            )
        rows += [spanned(span, **event, **charge) for charge in charges]
    return rows


def _charges(reading: DatedReading, read: Row, place: str) -> list[Row]:
    """What an event costs: a rate, or rates by its count in the month that never fall."""
    if "by_count" not in read:
        return [{"count_from": 1, "count_to": None, **_charge(reading, read, place)}]
    if any(key in read for key in RATES if key != "by_count"):
        reading.say(place, "tarif ditulis sekali: langsung, atau menurut hitungan (`by_count`)")
    charges: list[Row] = []
    for spot, entry in reading.tables(read["by_count"], f"{place}.by_count"):
        step = reading.keys(entry, spot, ("from",), tuple(key for key in RATES if key != "by_count"))
        begin = reading.number(step.get("from"), f"{spot}.from", 1)
        expected = 1 if not charges else charges[-1]["count_from"] + 1
        if begin is not None and (begin < expected or (not charges and begin != 1)):
            reading.say(f"{spot}.from", "hitungan mulai dari 1 dan naik")
        if charges:
            charges[-1]["count_to"] = begin
        charges.append({"count_from": begin or 1, "count_to": None, **_charge(reading, step, spot)})
    return charges


def _charge(reading: DatedReading, read: Row, place: str) -> Row:
    """The one rate of an entry; which kind suits the method is checked where the method is known."""
    given = [key for key in RATES if key in read and key != "by_count"]
    if len(given) != 1:
        reading.say(
            place, "harus punya tepat satu tarif: percent, points, minutes, per_minute, atau by_count"
        )
        return {"unit": None, "charge_code": None, "rate_bps": None, "charge_minutes": None}
    (unit,) = given
    row: Row = {"unit": unit, "charge_code": "rate", "rate_bps": None, "charge_minutes": None}
    if unit in ("percent", "points"):
        row["rate_bps"] = reading.percent(read[unit], f"{place}.{unit}")
    elif unit == "minutes":
        row |= {"charge_code": "minutes", "charge_minutes": reading.number(read[unit], f"{place}.{unit}")}
    else:
        row["charge_code"] = "own_minutes"
        if read[unit] is not True:
            reading.say(f"{place}.per_minute", "harus true")
    return row


def _leave(reading: DatedReading, kind: str, entries: Any, path: str) -> list[Row]:
    rows: list[Row] = []
    keys = ("percent", "needs_letter")
    for span in reading.dated(entries, path, (), ("effect", "by_day", *keys)):
        if ("effect" in span) == ("by_day" in span):
            reading.say(span["path"], "harus punya `effect`, atau `by_day` menurut lama ketidakhadiran")
        if "by_day" not in span:
            rows.append(
                spanned(span, kind_code=kind, day_from=1, day_to=None, **_effect(reading, span, span["path"]))
            )
            continue
        steps: list[Row] = []
        for place, entry in reading.tables(span["by_day"], f"{span['path']}.by_day"):
            step = reading.keys(entry, place, ("from", "effect"), keys)
            begin = reading.number(step.get("from"), f"{place}.from", 1)
            if begin is not None and (begin <= steps[-1]["day_from"] if steps else begin != 1):
                reading.say(f"{place}.from", "hari ketidakhadiran mulai dari 1 dan naik")
            if steps:
                steps[-1]["day_to"] = begin
            effect = _effect(reading, step, place)
            steps.append(spanned(span, kind_code=kind, day_from=begin or 1, day_to=None, **effect))
        rows += steps
    return rows


def _effect(reading: DatedReading, read: Row, place: str) -> Row:
    effect = reading.choice(read.get("effect"), f"{place}.effect", EFFECTS)
    if (effect in RATED) != ("percent" in read):
        reading.say(
            f"{place}.percent",
            "diisi bila, dan hanya bila, `effect` adalah day_rate, month_rate, atau month_cut",
        )
    needs_letter = read.get("needs_letter", False)
    if not isinstance(needs_letter, bool):
        reading.say(f"{place}.needs_letter", "harus true atau false")
    rate = reading.percent(read.get("percent", 0), f"{place}.percent")
    return {"effect_code": effect, "rate_bps": rate, "needs_letter": needs_letter}


def _floors(reading: DatedReading, entries: Any, path: str) -> list[Row]:
    rows = []
    for span in reading.dated(entries, path, ("steps",)):
        begin, least = 0, -1
        for place, entry in reading.tables(span.get("steps"), f"{span['path']}.steps"):
            read = reading.keys(entry, place, ("below_percent", "pays_percent"))
            below = reading.percent(read.get("below_percent"), f"{place}.below_percent")
            pays = reading.percent(read.get("pays_percent"), f"{place}.pays_percent")
            if below is None or pays is None:
                continue
            if below <= begin:
                reading.say(f"{place}.below_percent", "batas kehadiran harus naik")
            if pays < least:
                reading.say(
                    f"{place}.pays_percent", "bagian yang dibayar tidak boleh turun saat kehadiran naik"
                )
            rows.append(spanned(span, share_from_bps=begin, share_to_bps=below, pays_bps=pays))
            begin, least = below, pays
    return rows
