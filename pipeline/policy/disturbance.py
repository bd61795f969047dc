"""What a policy file says about records and disturbances: windows, graces, supporting statements, and grades to actions."""

from __future__ import annotations

import itertools
from typing import Any

from pipeline.engine.rows import Row
from pipeline.policy.dated import DatedReading, Rows, in_force, spanned, spans
from pipeline.policy.money import Rules
from pipeline.wording.labels import CAUSES as CAUSE_NAMES
from schemas import PolicyPeriod
from schemas.codes import CAUSES, GRADES, PUNCHES

NUMBERS = (
    "accept_before_minutes",
    "accept_after_minutes",
    "recovery_grace_minutes",
    "arrival_span_minutes",
    "leaving_span_minutes",
    "match_early_seconds",
    "match_late_seconds",
    "retry_gap_minutes",
    "duplicate_span_seconds",
    "statement_deadline_days",
)
CHOICES = {"check_in_punch": "check_in_punch_code", "check_out_punch": "check_out_punch_code"}
BEST = {"check_in_punch": "first", "check_out_punch": "last"}
"""Which punch is best for the person: the first check-in is the earliest, the last check-out the latest."""
DEADLINE_OF = "statement_deadline_of"
OPTIONAL_NUMBERS = {
    "statement_quota": "statement_quota_count",
    "decision_deadline": "decision_deadline_days",
    "same_second_people": "same_second_people_count",
    "same_manual_people": "same_manual_people_count",
    "travel_minutes": "travel_minutes",
    "mass_restoration_percent": "mass_restoration_percent",
}
LEAST = {"retry_gap_minutes": 1, "same_second_people": 2, "same_manual_people": 2}
REQUIRED_VALUES = NUMBERS + tuple(CHOICES)
OPTIONAL_VALUES = (*OPTIONAL_NUMBERS, DEADLINE_OF)
CITED = ("base_share_bps", "monthly_cap_bps", *NUMBERS)
"""Whose references make up a period's: decisions are bound to that text through finding_hash."""
FILE_ACTIONS = ("restore", "needs_statement", "not_supported", "not_assessable")
"""`restore_partly` is no rule: it is what `restore` leaves where minutes remain."""

GRADE_NAMES = {"X": "X (dibantah)", "-": "- (tanpa bukti)"}
SUPPORTS = {"statement": "surat keterangan orang lain", "certified": "penetapan gangguan"}


def read_values(reading: DatedReading, section: Row) -> dict[str, list[Row]]:
    """The section's values about records and disturbances: column -> dated rows with `value`."""
    values: dict[str, list[Row]] = {}
    for key in (*NUMBERS, *OPTIONAL_NUMBERS, *CHOICES, DEADLINE_OF):
        if key not in section:
            continue
        rows = reading.dated(section[key], f"value.{key}", ("value",))
        for row in rows:
            place, given = f"{row['path']}.value", row.get("value")
            if key in CHOICES:
                chosen = reading.choice(given, place, (*PUNCHES, "best"))
                row["value"] = BEST[key] if chosen == "best" else chosen
            elif key == DEADLINE_OF:
                row["value"] = reading.choice(given, place, ("day", "month"))
            else:
                row["value"] = reading.number(given, place, LEAST.get(key, 0))
        column = f"{key}_code" if key == DEADLINE_OF else CHOICES.get(key, OPTIONAL_NUMBERS.get(key, key))
        values[column] = rows
    return values


def periods(code: str, values: dict[str, list[Row]], general: Rules, rows: Rows) -> Rows:
    """One row per span between two changes of anything in the file."""
    found = []
    dated = itertools.chain(*values.values(), *general.values(), *rows.values())
    for begin, end in spans(dated):
        held = {name: in_force(entries, begin) for name, entries in values.items()}
        cited = [in_force(general.get(("value", name), values.get(name, ())), begin) for name in CITED]
        references = dict.fromkeys(row["reference"] for row in cited if row)
        row: Row = {
            "valid_from": begin,
            "valid_to": end,
            "policy_code": code,
            "statement_deadline_of_code": "day",
            **dict.fromkeys(OPTIONAL_NUMBERS.values()),
        }
        row |= {name: entry["value"] for name, entry in held.items() if entry}
        row["articles"] = {name: entry["reference"] for name, entry in held.items() if entry}
        found.append({**row, "reference": "; ".join(references)})
    return {PolicyPeriod: found}


def read_actions(reading: DatedReading, value: Any) -> list[Row]:
    """`actions` -> rows of action_rule: the first rule that fits each cause, grade, statement and certification."""
    rows: list[Row] = []
    for span in reading.dated(value, "actions", ("rules",)):
        rules = [
            (place, _rule(reading, entry, place))
            for place, entry in reading.tables(span.get("rules"), f"{span['path']}.rules")
        ]
        used, lacking = set(), set()
        for case in itertools.product(CAUSES, GRADES, (False, True), (False, True)):
            place, action, topic = next(
                ((spot, act, text) for spot, (fits, act, text) in rules if all(map(_admits, fits, case))),
                (None, None, ""),
            )
            if place is None:
                lacking.add(case[:2])
            used.add(place)
            names = ("cause_code", "grade_code", "has_statement", "is_certified", "action_code")
            rows.append(
                spanned(
                    {**span, "path": place}, topic=topic, **dict(zip(names, (*case, action), strict=True))
                )
            )
        for cause, grade in sorted(lacking):
            reading.say(
                f"{span['path']}.rules", f"tidak ada tindakan untuk sebab {cause} dengan mutu {grade}"
            )
        for place, _ in rules:
            if place not in used:
                reading.say(place, "tidak pernah terpakai: sudah tertutup aturan di atasnya")
    return rows


def _rule(reading: DatedReading, entry: Any, place: str) -> tuple[tuple[Any, ...], str | None, str]:
    """A rule -> (admitted causes, grades, statement, certified; None admits all), its action, its description."""
    read = reading.keys(entry, place, ("action",), ("causes", "grades", "statement", "certified"))
    for key, known in (("causes", CAUSES), ("grades", GRADES)):
        for spot, code in reading.tables(read[key], f"{place}.{key}") if key in read else ():
            reading.choice(code, spot, known)
    for key in ("statement", "certified"):
        if not isinstance(read.get(key, True), bool):
            reading.say(f"{place}.{key}", "harus true atau false")
    flags = [None if key not in read else [read[key]] for key in ("statement", "certified")]
    action = reading.choice(read.get("action"), f"{place}.action", FILE_ACTIONS)
    parts = [
        f"{word} {', '.join(names.get(code, str(code)) for code in read[key])}"
        for key, word, names in (("causes", "sebab", CAUSE_NAMES), ("grades", "mutu", GRADE_NAMES))
        if isinstance(read.get(key), list)
    ]
    parts += [f"{'dengan' if read[key] else 'tanpa'} {word}" for key, word in SUPPORTS.items() if key in read]
    return (read.get("causes"), read.get("grades"), *flags), action, ", ".join(parts)


def _admits(allowed: Any, value: Any) -> bool:
    return allowed is None or value in allowed
