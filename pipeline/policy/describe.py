"""Describes a policy for people: the rules in force on a day with their articles, and what differs between two policies."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.engine.rows import Row
from pipeline.policy.dated import OPEN_END, Rows, held_on, in_force
from pipeline.policy.money import RATED
from pipeline.policy.variants import GENERAL, STARTS
from pipeline.wording.indonesian_format import WEEKDAYS, number, rate, rupiah
from pipeline.wording.labels import ACTIONS
from schemas import (
    ActionRule,
    AssessmentRule,
    AttendanceFloor,
    Band,
    DutyPattern,
    LeaveRule,
    PolicyPeriod,
    PolicyScope,
    ShiftPattern,
)

METHODS = {
    "bands": "persen dari dasar sebulan",
    "daily_bands": "persen dari dasar sehari",
    "points": "poin dari nilai 100",
    "proportional": "bagian hari yang tidak hadir",
    "effective_minutes": "menit kerja efektif yang hilang",
}
CODES = {
    "base_of_code": {"day": "TPP hari itu", "last": "TPP hari dinas terakhir", "prorated": "rata-rata TPP hari dinas"},
    "day_merge_code": {"sum": "dijumlahkan", "same_code": "kode yang sama sekali saja", "worst": "yang terberat saja"},
    "cut_merge_code": {"sum": "dijumlahkan", "worst": "yang terberat saja"},
    "cap_base_code": {"largest": "dasar terbesar", "last": "dasar hari dinas terakhir", "prorated": "rata-rata dasar"},
    "rounding_mode_code": {"half_up": "setengah ke atas", "down": "ke bawah", "up": "ke atas"},
    "rounding_at_code": {"event": "setiap kejadian", "month": "jumlah sebulan"},
}  # fmt: skip
MONEY = {
    "base_share_bps": "dasar: bagian TPP sebulan",
    "method_code": "cara menghitung",
    "base_of_code": "TPP bila berubah di tengah bulan",
    "day_divisor": "pembagi hari",
    "day_minutes": "menit kerja efektif sehari",
    "day_merge_code": "beberapa kejadian sehari",
    "day_cap_bps": "batas sehari bila datang",
    "cut_merge_code": "beberapa potongan sekali sebulan",
    "monthly_cap_bps": "batas sebulan",
    "cap_base_code": "dasar batas sebulan",
    "rounding_step_idr": "kelipatan pembulatan",
    "rounding_mode_code": "cara pembulatan",
    "rounding_at_code": "yang dibulatkan",
}
RECORDS = {
    "accept_before_minutes": ("presensi masuk diterima sebelum jam masuk", "menit"),
    "accept_after_minutes": ("presensi pulang diterima sesudah jam pulang", "menit"),
    "check_in_punch_code": ("presensi masuk yang dihitung", ""),
    "check_out_punch_code": ("presensi pulang yang dihitung", ""),
    "duplicate_span_seconds": ("jarak rekaman ganda", "detik"),
    "recovery_grace_minutes": ("tenggang sesudah pulih", "menit"),
    "arrival_span_minutes": ("rentang kedatangan", "menit"),
    "leaving_span_minutes": ("rentang kepulangan", "menit"),
    "match_early_seconds": ("rekaman mendahului log paling jauh", "detik"),
    "match_late_seconds": ("rekaman sesudah log paling jauh", "detik"),
    "retry_gap_minutes": ("jarak percobaan serangkaian", "menit"),
    "statement_deadline_days": ("batas waktu surat pernyataan", "hari kerja"),
    "statement_deadline_of_code": ("hari kerja surat pernyataan dihitung sesudah", ""),
    "decision_deadline_days": ("batas waktu keputusan", "hari kerja"),
    "statement_quota_count": ("kuota surat pernyataan", "sebulan"),
    "same_second_people_count": ("rekaman satu mesin pada detik yang sama diragukan, sejak", "orang"),
    "same_manual_people_count": ("jam manual yang sama di satu OPD diragukan, sejak", "orang"),
    "travel_minutes": ("waktu tempuh paling singkat antara mesin dua OPD", "menit"),
    "mass_restoration_percent": ("peringatan pemulihan massal, di atas", "persen pegawai"),
}
EVENTS = {
    "late": "terlambat",
    "early": "pulang sebelum waktu",
    "late_apel": "terlambat apel",
    "missing_in": "tanpa presensi masuk",
    "missing_out": "tanpa presensi pulang",
    "missing_apel": "tanpa apel",
    "absent": "kosong seluruhnya",
}
EFFECTS = {
    "excused": "bebas",
    "excluded": "bebas, hari tidak masuk pembagi",
    "day_rate": "sehari",
    "month_rate": "sekali sebulan",
    "month_cut": "dari seluruh TPP sekali sebulan, tidak membebaskan",
    "no_tpp": "tanpa TPP",
    "none": "tidak membebaskan",
}
CODED = {"first": "yang pertama", "last": "yang terakhir", "day": "hari dinas", "month": "akhir bulan"}


class DescribedRule(NamedTuple):
    """One rule in force as text: its topic, its value, and its article."""

    topic: str
    value: str
    article: str


class Change(NamedTuple):
    """The value of one topic before and after, None where there was none; first day, and day after the last."""

    topic: str
    before: str | None
    after: str | None
    article: str
    begin: dt.date
    end: dt.date


def rules_on(rows: Rows, day: dt.date) -> list[DescribedRule]:
    """Every rule in force on a day, in the order of the file's chapters; of an exception only what it changes."""
    rules = [*_money(rows, day), *_leave(rows, day), *_duties(rows, day), *_records(rows, day)]
    general = set(rules)
    return [rule for rule in rules if _without_variant(rule) not in general or not rule.topic.startswith("[")]


def changes_between(before: Rows, after: Rows, begin: dt.date, end: dt.date) -> list[Change]:
    """What differs on the days [begin, end) between two policies, a row per topic and unbroken span."""
    edges = {begin, end}
    for rows in (before, after):
        for entries in rows.values():
            edges |= {row[key] for row in entries for key in ("valid_from", "valid_to")}
    found: list[Change] = []
    days = sorted(edge for edge in edges if begin <= edge <= end)
    for first, last in itertools.pairwise(days):
        for difference in _differences(_by_topic(before, first), _by_topic(after, first)):
            joined = next((k for k, c in enumerate(found) if c[:4] == difference and c.end == first), None)
            if joined is None:
                found.append(Change(*difference, first, last))
            else:
                found[joined] = found[joined]._replace(end=last)
    return found


def changes_since(rows: Rows, begin: dt.date, until: dt.date) -> list[Change]:
    """What differs on `until` from `begin` under one policy, each change from the day on which it began."""
    old, new = _by_topic(rows, begin), _by_topic(rows, until)
    edges = {row["valid_from"] for entries in rows.values() for row in entries}
    found = []
    for difference in _differences(old, new):
        topic, since = difference[0], until
        for edge in sorted((edge for edge in edges if begin < edge <= until), reverse=True):
            since = edge
            if _by_topic(rows, edge - dt.timedelta(days=1)).get(topic) != new.get(topic):
                break
        found.append(Change(*difference, since, OPEN_END))
    return found


def _by_topic(rows: Rows, day: dt.date) -> dict[str, DescribedRule]:
    return {rule.topic: rule for rule in rules_on(rows, day)}


def _differences(
    old: dict[str, DescribedRule], new: dict[str, DescribedRule]
) -> Iterator[tuple[str, str | None, str | None, str]]:
    """Topic, value before, value after and article of each topic that differs."""
    for topic in dict.fromkeys((*old, *new)):
        one, other = old.get(topic), new.get(topic)
        if one != other:
            article = (other or one).article  # type: ignore[union-attr]
            yield topic, one.value if one else None, other.value if other else None, article


def _variant(row: Row) -> str:
    return "" if row["variant_code"] == GENERAL else f"[{row['variant_code']}] "


def _without_variant(rule: DescribedRule) -> DescribedRule:
    return rule._replace(topic=rule.topic.partition("] ")[2])


def _money(rows: Rows, day: dt.date) -> Iterator[DescribedRule]:
    for row in held_on(rows[PolicyScope], day):
        who = f"kelompok {row['group_code']}" if row["group_code"] else f"OPD {row['unit_id']}"
        yield DescribedRule(f"[{row['variant_code']}] berlaku untuk", who, row["reference"])
    for row in held_on(rows[AssessmentRule], day):
        articles = row["articles"]
        for name, topic in MONEY.items():
            value = row[name]
            if name not in articles:  # the file leaves it out
                continue
            if name == "method_code":
                text = METHODS[value]
            elif name.endswith("_bps"):
                text = rate(value)
            elif name in CODES:
                text = CODES[name][value]
            else:
                text = rupiah(value) if name == "rounding_step_idr" else str(value)
            yield DescribedRule(_variant(row) + topic, text, articles[name])
    for row in held_on(rows[Band], day):
        when = _span(row)
        count = (
            "" if row["count_from"] == 1 and row["count_to"] is None else f", kejadian ke-{row['count_from']}"
        )
        if count:
            count += " dan seterusnya" if row["count_to"] is None else f" sampai ke-{row['count_to'] - 1}"
        yield DescribedRule(
            f"{_variant(row)}{EVENTS[row['event_code']]} {row['band_code']}{when}{count}",
            _charge(row),
            row["reference"],
        )
    for row in held_on(rows[AttendanceFloor], day):
        share = f"kehadiran {rate(row['share_from_bps'])} sampai di bawah {rate(row['share_to_bps'])}"
        yield DescribedRule(
            _variant(row) + share, f"dibayar {rate(row['pays_bps'])} dari sisanya", row["reference"]
        )


def _span(row: Row) -> str:
    if row["event_code"] not in STARTS:
        return ""
    begin, end = row["seconds_from"], row["seconds_to"]
    length, unit = (60, "menit") if begin % 60 == 0 and (end or 0) % 60 == 0 else (1, "detik")
    until = f"{unit} atau lebih" if end is None else f"sampai {number(end // length - 1)} {unit}"
    return f" ({number(begin // length)} {until})"


def _charge(row: Row) -> str:
    if row["charge_code"] == "rate":
        return (
            f"{rate(row['rate_bps']).removesuffix('%')} poin"
            if row["unit"] == "points"
            else rate(row["rate_bps"])
        )
    return "menitnya sendiri" if row["charge_code"] == "own_minutes" else f"{row['charge_minutes']} menit"


def _leave(rows: Rows, day: dt.date) -> Iterator[DescribedRule]:
    for row in held_on(rows[LeaveRule], day):
        days = ""
        if row["day_from"] > 1 or row["day_to"] is not None:
            until = " dan seterusnya" if row["day_to"] is None else f" sampai ke-{row['day_to'] - 1}"
            days = f", hari ke-{row['day_from']}{until}"
        text = EFFECTS[row["effect_code"]]
        if row["effect_code"] in RATED:
            text = f"{rate(row['rate_bps'])} {text}"
        letter = ", dengan nomor surat" if row["needs_letter"] else ""
        yield DescribedRule(f"{_variant(row)}{row['kind_code']}{days}", text + letter, row["reference"])


def _duties(rows: Rows, day: dt.date) -> Iterator[DescribedRule]:
    usual = {
        (row["group_code"], row["weekday_no"]): row
        for row in held_on(rows[DutyPattern], day)
        if not row["is_ramadan"]
    }
    for row in held_on(rows[DutyPattern], day):
        same = usual[row["group_code"], row["weekday_no"]]
        if row["is_ramadan"] and _hours(row) == _hours(same):
            continue
        kind = " (Ramadan)" if row["is_ramadan"] else ""
        yield DescribedRule(
            f"{row['group_code']} {WEEKDAYS[row['weekday_no'] - 1]}{kind}", _hours(row), row["reference"]
        )
    for row in held_on(rows[ShiftPattern], day):
        yield DescribedRule(f"{row['group_code']} giliran {row['shift_code']}", _hours(row), row["reference"])


def _hours(row: Row) -> str:
    apel = "" if row.get("apel_seconds") is None else f", apel {_clock(row['apel_seconds'])}"
    text = f"{_clock(row['start_seconds'])} sampai {_clock(row['end_seconds'])}{apel}"
    for side, name in (("in", "masuk"), ("out", "pulang")):
        bounds = [row.get(f"{side}_{edge}_seconds") for edge in ("from", "to")]
        words = [
            f"{word} {_clock(at)}"
            for word, at in zip(("sejak", "sampai"), bounds, strict=True)
            if at is not None
        ]
        text += f", presensi {name} {' '.join(words)}" if words else ""
    return text


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02d}.{seconds // 60 % 60:02d}" + (
        f".{seconds % 60:02d}" if seconds % 60 else ""
    )


def _records(rows: Rows, day: dt.date) -> Iterator[DescribedRule]:
    row = in_force(rows[PolicyPeriod], day) or {"articles": {}}
    for name, (topic, unit) in RECORDS.items():
        if name in row["articles"]:
            text = CODED.get(str(row[name]), f"{row[name]} {unit}")
            yield DescribedRule(topic, text, row["articles"][name])
    rules = {rule["path"]: rule for rule in held_on(rows[ActionRule], day)}
    for place, path in enumerate(sorted(rules, key=lambda path: (len(path), path)), start=1):
        rule = rules[path]
        yield DescribedRule(
            f"tindakan {place}: {rule['topic']}", ACTIONS[rule["action_code"]], rule["reference"]
        )
