"""One person's month as a story: what each finding rests on, line by line, and the rupiah as sums that add up by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import (
    clock_on,
    long_date,
    month,
    number,
    percent,
    rupiah,
    span,
    weekday_date,
)
from pipeline.wording.labels import (
    ACTIONS,
    CAUSE_MEANINGS,
    CAUSES,
    COUNTERS,
    GRADES,
    LAYERS,
    ROLES,
    RULES,
    SANCTIONS,
    SIDES,
    STATES,
    STATUSES,
    label,
)
from reports.derivation import EVENTS, PLACES
from reports.month import Facts
from reports.person_timeline import PersonTimeline, TimelineRow

OUTCOMES = {"ok": "berhasil", "failed": "gagal", "rejected": "ditolak"}
SIDE = ("duty_date", "side_code")
BEFORE, AFTER, STEP = timedelta(minutes=75), timedelta(minutes=105), timedelta(minutes=15)


@dataclass(frozen=True)
class Chapter:
    """One finding: its title, what happened in sentences, the drawing, and its input lines by what they do."""

    finding_id: str
    title: str
    sentences: tuple[str, ...]
    drawing: PersonTimeline
    evidence: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Story:
    """The month of one person; money as (text, amount) whose amounts add up to the last one."""

    title: str
    month: str
    region_code: str
    summary: tuple[str, ...]
    recorded: tuple[tuple[str, int], ...]
    recorded_idr: int
    moves: tuple[tuple[str, int], ...]
    restored_idr: int
    potential_idr: int
    chapters: tuple[Chapter, ...]
    unplaced: tuple[str, ...]


def build_story(facts: Facts, nip: str, day: date | None = None) -> Story:
    """`facts` holds the person's rows by table (`pipeline.commands.explain`); chapters of one `day`, or of all."""
    setting, months = facts["setting"][0], facts["person_month"]
    sums = {
        name: sum(row[name] for row in months) for name in ("recorded_idr", "restored_idr", "potential_idr")
    }
    names = [row["name"] for row in facts["employee"]]
    return Story(
        title=f"{names[-1]}, NIP {nip}" if names else f"NIP {nip}",
        month=month(setting["period"]),
        region_code=setting["region_code"],
        summary=tuple(_summary(facts)),
        recorded=tuple(_charge(row) for row in facts["assessment"]),
        recorded_idr=sums["recorded_idr"],
        moves=tuple(
            (_move(row), -row["adjustment_idr"])
            for row in facts["finding"]
            if row["status_code"] in ("approved", "proposed")
        ),
        restored_idr=sums["restored_idr"],
        potential_idr=sums["potential_idr"],
        chapters=tuple(
            _chapter(row, facts) for row in facts["finding"] if day in (None, row["duty_date"])
        ),
        unplaced=tuple(
            f"{clock_on(row['punched_at'], setting['zone'], row['punched_at'].date())} ({row['path']} baris {row['line_no']})"
            for row in facts["punch"]
            if row["role_code"] == "outside"
        ),
    )  # fmt: skip


def _summary(facts: Facts) -> list[str]:
    sentences = [
        f"Kode OPD {row['unit_id']}, TPP kotor {rupiah(row['tpp_idr'])} sebulan."
        for row in facts["person_month"]
    ]
    counts = {row["scenario_code"]: row for row in facts["absence_count"]}
    return (
        [*sentences, absences(counts["recorded"], counts.get("potential"))]
        if "recorded" in counts
        else sentences
    )


def absences(recorded: Row, potential: Row | None) -> str:
    """Days of absence of the month and the year, how many are disputed, and where they stand in PP 94/2021.

    Rows of `absence_count`; None where no day would be left if every proposal were approved.
    """
    left = potential or {"absent_days": 0, "year_days": 0, "sanction_code": "none"}
    disputed = {
        name: f"{recorded[name] - left[name]} di antaranya disengketakan"
        for name in ("absent_days", "year_days")
    }
    months = recorded["unknown_months"]
    unknown = f" ({months} bulan sebelumnya belum terbit di ruang kerja ini, jadi hari dan rentangnya tidak terhitung)"
    return (
        f"Hari kosong seluruhnya menurut catatan: {recorded['absent_days']}, {disputed['absent_days']}; paling panjang"
        f" {recorded['longest_run_days']} hari dinas berturut-turut. Setahun sampai bulan ini {recorded['year_days']}"
        f" hari, {disputed['year_days']}{unknown if months else ''}. Menurut PP 94/2021 Pasal 11:"
        f" {SANCTIONS[recorded['sanction_code']]} (bila semua usul disetujui: {SANCTIONS[left['sanction_code']]})."
    )


def _charge(row: Row) -> tuple[str, int]:
    when = long_date(row["duty_date"]) if row["duty_date"] else f"OPD {row['unit_id']} sebulan"
    side = f" {SIDES[row['side_code']]}" if row["side_code"] else ""
    rate = (
        ""
        if row["rate_bps"] is None
        else f", {rupiah(row['base_idr'])} x {percent(row['rate_bps'] / 10000, 2)}"
    )
    code = EVENTS.get(row["band_code"], row["band_code"])
    return f"{when}{side}, {code}{rate} [{row['policy_reference']}]", row["deduction_idr"]


def _move(row: Row) -> str:
    return f"{long_date(row['duty_date'])} {SIDES[row['side_code']]}, {label(STATUSES, row['status_code'])}"


def _chapter(row: Row, facts: Facts) -> Chapter:
    sessions = [s for s in facts["attempt_group"] if all(s[name] == row[name] for name in SIDE)]
    mine = [a for a in facts["attempt"] if any(_is_of(a, session) for session in sessions)]
    return Chapter(
        row["finding_id"],
        f"{weekday_date(row['duty_date'])}, sisi {SIDES[row['side_code']]}, wajib {_at(row, 'due_at')}",
        tuple(_sentences(row, sessions, mine)),
        _drawing(row, mine, facts["punch"]),
        tuple(
            (name, lines)
            for role, name in ROLES.items()
            if (lines := tuple(_line(e) for e in facts["evidence_edge"] if (e["finding_id"], e["role_code"]) == (row["finding_id"], role)))
        ),
    )  # fmt: skip


def _at(row: Row, name: str) -> str:
    return clock_on(row[name], row["zone"], row["duty_date"])


def _is_of(attempt: Row, session: Row) -> bool:
    inside: bool = session["started_at"] <= attempt["requested_at"] <= session["ended_at"]
    return inside and attempt["direction_code"] in (None, session["side_code"])


def _requests(outcome: str, sessions: Sequence[Row], attempts: Sequence[Row]) -> int:
    """Requests of some outcome, each once: of every session as many as the log that holds most of them."""
    held = [
        Counter(a["vantage_code"] for a in attempts if a["outcome_code"] == outcome and _is_of(a, session))
        for session in sessions
    ]
    return sum(max(logs.values(), default=0) for logs in held)


def _line(edge: Row) -> str:
    return f"{edge['path']} baris {edge['line_no']}: {label(RULES, edge['rule_id'])}"


def _off(row: Row, minutes: int | None) -> str:
    if not minutes:
        return "tepat waktu" if minutes == 0 else "tidak tercatat"
    return f"{number(minutes)} menit {'lebih cepat' if row['side_code'] == 'out' else 'terlambat'}"


def _sentences(row: Row, sessions: Sequence[Row], attempts: Sequence[Row]) -> list[str]:
    recorded = "tidak ada rekaman" if row["recorded_at"] is None else f"rekaman {_at(row, 'recorded_at')}"
    sentences = [
        f"Catatan: {recorded}, {_off(row, row['minutes_recorded']) if row['recorded_at'] else label(STATES, row['state_code'])}."
    ]
    if row["outage_id"] is None:
        sentences.append("Gangguan: tidak ada yang menyentuh sisi ini.")
    else:
        certified = "sudah ditetapkan" if row["is_certified"] else "belum ditetapkan untuk sisi ini"
        when = span(row["impact_started_at"], row["impact_ended_at"], row["zone"])
        sentences.append(f"Gangguan: {label(LAYERS, row['layer_code'])}, {when}; {certified}.")
    if sessions:
        counts = [f"{_requests(code, sessions, attempts)} {word}" for code, word in OUTCOMES.items()]
        first = clock_on(sessions[0]["started_at"], row["zone"], row["duty_date"])
        sentences.append(f"Permintaan sendiri di log: {', '.join(counts)}; yang pertama {first}.")
    else:
        sentences.append("Permintaan sendiri di log: tidak ada.")
    cause = label(CAUSES, row["cause_code"])
    sentences.append(
        f"Sebab: {cause}, yaitu {CAUSE_MEANINGS[row['cause_code']]}. Bukti {row['grade_code']}: {label(GRADES, row['grade_code'])}."
    )
    counters = [label(COUNTERS, code) for code in row["counter_evidence_codes"].split(",") if code]
    sentences.append(f"Yang membantah: {'; '.join(counters) or 'tidak ada'}.")
    if row["restored_at"] is None:
        sentences.append("Jam tetap menurut catatan.")
    else:
        sentences.append(f"Dipulihkan ke {_at(row, 'restored_at')}: {_off(row, row['minutes_restored'])}.")
    status = label(STATUSES, row["status_code"])
    sentences.append(
        f"Tindakan: {label(ACTIONS, row['action_code'])}; {status}; pengaruh {rupiah(row['adjustment_idr'])}."
    )
    return sentences  # fmt: skip


def _drawing(row: Row, attempts: Sequence[Row], punches: Sequence[Row]) -> PersonTimeline:
    due: datetime = row["due_at"]
    own = [p for p in punches if row["accept_from"] <= p["punched_at"] < row["accept_to"]]
    instants = [a["requested_at"] for a in attempts]
    instants += [p["punched_at"] for p in own if p["side_code"] == row["side_code"]]
    instants += [row[name] for name in ("recorded_at", "restored_at") if row[name]]
    start = min([due - BEFORE, *(at - STEP for at in instants)])
    end = max([due + AFTER, *(at + STEP for at in instants)])
    shown = [p for p in own if start <= p["punched_at"] <= end]
    outage = row["impact_started_at"], row["impact_ended_at"]
    is_touched = row["outage_id"] and outage[0] < end and outage[1] > start
    rows = (
        TimelineRow("wajib", marks=((due, "wajib"),)),
        TimelineRow("gangguan", stretches=(outage,) if is_touched else ()),
        TimelineRow("permintaan", marks=tuple((a["requested_at"], OUTCOMES[a["outcome_code"]]) for a in attempts)),
        TimelineRow("rekaman", marks=tuple((p["punched_at"], "berhasil") for p in shown)),
        TimelineRow("dipulihkan", marks=((row["restored_at"], "pulih"),) if row["restored_at"] else ()),
    )  # fmt: skip
    return PersonTimeline(start, end, row["zone"], rows, _described(row, rows, shown))


def _described(row: Row, rows: Sequence[TimelineRow], punches: Sequence[Row]) -> str:
    """The drawing as a sentence."""
    zone, day = row["zone"], row["duty_date"]
    _, outage, requests, *_ = rows
    parts = [f"wajib {_at(row, 'due_at')}"]
    parts += [f"gangguan {span(begin, end, zone)}" for begin, end in outage.stretches]
    parts += [f"permintaan {kind} {clock_on(at, zone, day)}" for at, kind in requests.marks]
    parts += [f"rekaman {clock_on(p['punched_at'], zone, day)} ({PLACES[p['role_code']]})" for p in punches]
    parts += [f"dipulihkan ke {_at(row, 'restored_at')}"] if row["restored_at"] else []
    return f"{'; '.join(parts)}."
