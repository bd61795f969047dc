"""The policy file is complete, cited and strict; the calendar is the one of the decrees."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import holidays
import pytest

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.errors import SettingsError
from pipeline.policy import compile_policy, read_policy
from pipeline.policy.calendar import compile_calendar, read_calendar, with_regional
from pipeline.policy.duties import Hours
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from pipeline.stages.intake.load_policy import calendar_days
from schemas import (
    ActionRule,
    AssessmentRule,
    AttendanceFloor,
    Band,
    Calendar,
    DutyPattern,
    LeaveRule,
    PolicyPeriod,
    PolicyScope,
    ShiftPattern,
)
from schemas.codes import CAUSES
from tests.support import ROOT

PRESET = read_policy(Path(), "kepmendagri")[1].decode()
WORKING_DAYS_2026 = {  # month: (five-day week, six-day week), of the joint decree of 19 September 2025
    1: (20, 25), 2: (18, 22), 3: (17, 20), 4: (21, 25), 5: (16, 21), 6: (20, 24),
    7: (23, 27), 8: (19, 24), 9: (22, 26), 10: (22, 27), 11: (21, 25), 12: (21, 25),
}  # fmt: skip


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        compile_policy("kebijakan.toml", text.encode())
    return str(caught.value)


def changed(old: str, new: str) -> str:
    assert old in PRESET
    return PRESET.replace(old, new, 1)


def test_the_example_policy_holds_the_values_of_its_description() -> None:
    tables = compile_policy("kepmendagri.toml", PRESET.encode())
    (period,) = tables[PolicyPeriod]
    (rule,) = tables[AssessmentRule]
    assert period["recovery_grace_minutes"] == 30
    assert (rule["method_code"], rule["base_share_bps"], rule["monthly_cap_bps"]) == ("bands", 4000, 10000)
    late = [(r["band_code"], r["seconds_from"], r["seconds_to"], r["rate_bps"]) for r in tables[Band][:4]]
    assert late == [
        ("TL1", 60, 1860, 50),
        ("TL2", 1860, 3660, 100),
        ("TL3", 3660, 5460, 125),
        ("TL4", 5460, None, 150),
    ]
    rates = {row["event_code"]: row["rate_bps"] for row in tables[Band] if row["seconds_from"] == 0}
    assert rates == {"missing_in": 150, "missing_out": 150, "absent": 300}
    night = next(row for row in tables[ShiftPattern] if row["shift_code"] == "M")
    assert (night["start_seconds"], night["end_seconds"]) == (21 * 3600, 31 * 3600)
    effects = {row["kind_code"]: (row["effect_code"], row["rate_bps"]) for row in tables[LeaveRule]}
    assert effects["izin"] == ("day_rate", 300)
    assert effects["cltn"] == ("no_tpp", 0)
    assert effects["wfa"] == ("none", 0)
    assert Counter(effect for effect, _ in effects.values())["excused"] == 8


def test_only_office_hours_change_in_ramadan() -> None:
    hours: dict[str, dict[bool, set[tuple[int, int, int]]]] = {}
    for row in compile_policy("k.toml", PRESET.encode())[DutyPattern]:
        kinds = hours.setdefault(row["group_code"], {False: set(), True: set()})
        kinds[row["is_ramadan"]].add((row["weekday_no"], row["start_seconds"], row["end_seconds"]))
    assert [group for group, kinds in hours.items() if kinds[True] != kinds[False]] == ["kantor-5"]
    assert (5, 8 * 3600, 15 * 3600 + 1800) in hours["kantor-5"][True]


@pytest.mark.parametrize(
    ("cause", "grade", "has_statement", "is_certified", "action"),
    [
        ("failed", "A", False, False, "restore"),
        ("unsynced", "B", False, False, "restore"),
        ("blocked", "C", False, False, "needs_statement"),
        ("blocked", "C", True, False, "needs_statement"),
        ("blocked", "C", False, True, "needs_statement"),
        ("blocked", "C", True, True, "restore"),
        ("unexplained", "D", False, False, "needs_statement"),
        ("unexplained", "D", True, True, "needs_statement"),
        ("failed", "X", True, True, "not_supported"),
        ("unexplained", "-", True, True, "not_supported"),
        ("no_coverage", "-", True, True, "not_assessable"),
    ],
)
def test_cause_grade_and_papers_lead_to_one_action(
    cause: str, grade: str, has_statement: bool, is_certified: bool, action: str
) -> None:
    rules = compile_policy("k.toml", PRESET.encode())[ActionRule]
    given = {
        "cause_code": cause, "grade_code": grade, "has_statement": has_statement, "is_certified": is_certified,
    }  # fmt: skip
    assert [row["action_code"] for row in rules if given.items() <= row.items()] == [action]


def test_every_cause_and_grade_has_exactly_one_action_per_papers() -> None:
    rules = compile_policy("k.toml", PRESET.encode())[ActionRule]
    keys = [(r["cause_code"], r["grade_code"], r["has_statement"], r["is_certified"]) for r in rules]
    assert len(keys) == len(set(keys)) == len(CAUSES) * 6 * 2 * 2


LATER = '[[value.base_share_percent]]\nfrom = {}\nvalue = 50\nreference = "Perbup"\n\n'
CAP = "# Potongan sebulan paling banyak"


REFUSED = tomllib.loads((ROOT / "tests/policies/refused.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: str(case["name"]))
def test_a_policy_that_is_not_strict_is_refused_word_for_word(case: dict[str, Any]) -> None:
    """Every problem of the file at once, each with its key path; bad TOML with line and column."""
    text = PRESET
    for old, new in case.get("change", ()):
        assert old in text
        text = text.replace(old, new, 1)
    head, *problems = refusal(f"{text}\n{case.get('append', '')}").splitlines()
    if problems:
        assert head == "kebijakan.toml: kebijakan tidak dapat dipakai:"
        assert [problem.strip() for problem in problems] == case["refused"]
    else:
        assert [head] == case["refused"]


@pytest.mark.parametrize(
    ("section", "empty", "problem"),
    [
        ("group", "{}", "group: harus ada paling sedikit satu kelompok jam kerja"),
        ("group", "1", "group: harus ada paling sedikit satu kelompok jam kerja"),
        ("leave", "1", "leave: harus tabel"),
    ],
)
def test_a_section_without_a_single_table_is_refused(section: str, empty: str, problem: str) -> None:
    without = re.sub(rf"(?ms)^\[\[{section}\..*?(?=^# -{{20}})", "", PRESET)
    _, *problems = refusal(f"{section} = {empty}\n{without}").splitlines()
    assert [line.strip() for line in problems] == [problem]


def test_the_least_that_a_number_and_a_step_may_be_is_accepted() -> None:
    text = PRESET.replace("value = 3\n", "value = 0\n", 1)
    for old, new in (("to_minute = 30", "to_minute = 1"), ("from_minute = 31", "from_minute = 2")):
        text = text.replace(old, new, 1)
    tables = compile_policy("k.toml", text.encode())
    assert [row["match_early_seconds"] for row in tables[PolicyPeriod]] == [0]
    late = [(row["seconds_from"], row["seconds_to"]) for row in tables[Band] if row["event_code"] == "late"]
    assert late[:2] == [(60, 120), (120, 3660)]


def test_windows_of_hours_that_end_after_midnight_close_on_the_next_day() -> None:
    hours = "start = 07:00:00, end = 14:30:00"
    night = "start = 21:00:00, end = 05:00:00, in_from = 20:00:00, in_to = 23:00:00, out_from = 04:00:00, out_to = 21:00:00"
    rows = compile_policy("k.toml", changed(hours, night).encode())[DutyPattern]
    guru = {tuple(row[f"{name}_seconds"] // 3600 for name in Hours._fields if row[f"{name}_seconds"] is not None)
            for row in rows if row["group_code"] == "guru"}  # fmt: skip
    assert guru == {(21, 29, 20, 23, 28, 45)}


def test_a_value_that_changes_in_mid_month_starts_a_new_span_of_the_policy() -> None:
    text = changed(CAP, LATER.format("2026-01-16") + CAP)
    tables = compile_policy("k.toml", text.encode())
    spans = [(row["valid_from"], row["valid_to"], row["base_share_bps"]) for row in tables[AssessmentRule]]
    assert [(row["valid_from"], row["valid_to"]) for row in tables[PolicyPeriod]] == [
        span[:2] for span in spans
    ]
    assert spans == [
        (dt.date(2021, 1, 1), dt.date(2026, 1, 16), 4000),
        (dt.date(2026, 1, 16), dt.date(9999, 12, 31), 5000),
    ]


def test_an_unknown_preset_names_those_that_exist() -> None:
    with pytest.raises(SettingsError) as refused:
        read_policy(Path(), "kepmendagry")
    assert str(refused.value) == (
        "rekon.toml: policy: `kepmendagry` bukan contoh kebijakan yang tersedia "
        "(harian, kementerian, kepmendagri, manado, pekalongan, proporsional). "
        "Maksudnya `kepmendagri`? Untuk berkas sendiri tulis namanya dengan .toml."
    )


def settings(period: str, policy: str, calendar: tuple[str, ...] = ()) -> Settings:
    return Settings(
        period=period, region="3205", zone="Asia/Jakarta", policy=policy, calendar=calendar, source=()
    )


def loaded(period: str, policy: str, workspace: Path, calendar: tuple[str, ...] = ()) -> Warehouse:
    warehouse = Warehouse(None)
    about = settings(period, policy, calendar)
    BY_NAME["load_policy"].run(
        StageContext(BY_NAME["load_policy"], warehouse, about, workspace, workspace / "scratch")
    )
    return warehouse


def test_the_stage_writes_every_policy_table_from_a_file_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "kebijakan.toml").write_text(changed('code = "kepmendagri"', 'code = "perbup-9"'), "utf-8")
    warehouse = loaded("2026-01", "kebijakan.toml", tmp_path)
    assert warehouse.frame(PolicyPeriod)["policy_code"].tolist() == ["perbup-9"]
    for contract in BY_NAME["load_policy"].writes:
        assert warehouse.arrow(contract).num_rows > 0 or contract in (PolicyScope, AttendanceFloor)
    days = warehouse.frame(Calendar)["calendar_date"].tolist()
    assert (days[0], days[-1], len(days)) == (dt.date(2025, 12, 1), dt.date(2026, 2, 28), 90)


def test_a_period_before_the_policy_or_without_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sesudah periode 2020-12"):
        loaded("2020-12", "kepmendagri", tmp_path)
    with pytest.raises(SettingsError, match="kalender tahun 2024 belum ada"):
        loaded("2024-12", "kepmendagri", tmp_path)


@pytest.mark.parametrize("year", [2025, 2026])
def test_holidays_and_joint_leave_are_those_of_the_holidays_package(year: int) -> None:
    rows = compile_calendar(*_file(year), dt.date(year, 1, 1), dt.date(year, 12, 31))
    public = holidays.country_holidays("ID", years=year, categories=("public",))
    joint = holidays.country_holidays("ID", years=year, categories=("government",))
    assert {row["calendar_date"] for row in rows if row["is_joint_leave"]} == set(joint)
    assert {row["calendar_date"] for row in rows if row["is_holiday"]} == set(public) | set(joint)
    assert all(row["legal_basis"] and row["name"] for row in rows if row["is_holiday"])


def test_the_day_added_eleven_days_ahead_cites_the_amending_decree() -> None:
    (row,) = compile_calendar(*_file(2025), dt.date(2025, 8, 18), dt.date(2025, 8, 18))
    assert "933/2025" in row["legal_basis"]


@pytest.mark.parametrize("month", WORKING_DAYS_2026)
def test_working_days_of_2026(month: int) -> None:
    first = dt.date(2026, month, 1)
    days = [row for row in calendar_days(first, _following(first)) if row["calendar_date"].month == month]
    working = [
        row["weekday_no"] for row in days if row["calendar_date"].year == 2026 and not row["is_holiday"]
    ]
    assert (sum(no <= 5 for no in working), sum(no <= 6 for no in working)) == WORKING_DAYS_2026[month]


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [(2025, dt.date(2025, 3, 1), dt.date(2025, 3, 30)), (2026, dt.date(2026, 2, 19), dt.date(2026, 3, 20))],
)
def test_ramadan_of_the_example_calendar(year: int, first: dt.date, last: dt.date) -> None:
    rows = compile_calendar(*_file(year), dt.date(year, 1, 1), dt.date(year, 12, 31))
    fasting = [row["calendar_date"] for row in rows if row["is_ramadan"]]
    assert (fasting[0], fasting[-1], len(fasting)) == (first, last, 30)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("date = 2026-01-16", "date = 2025-01-16", "holiday[2].date: bukan hari dalam tahun 2026"),
        ("date = 2026-01-16", "date = 2026-01-01", "holiday[2].date: 2026-01-01 ditulis dua kali"),
        ("version = 2025-09-19\n", "", "version: wajib diisi"),
    ],
)
def test_a_calendar_that_is_not_strict_is_refused(old: str, new: str, problem: str) -> None:
    name, content = _file(2026)
    with pytest.raises(SettingsError) as caught:
        text = content.decode().replace(old, new, 1)
        compile_calendar(name, text.encode(), dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert problem in str(caught.value)


def _file(year: int) -> tuple[str, bytes]:
    found = read_calendar(year)
    assert found is not None
    return found


def _following(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=32)).replace(day=1)


REGIONAL = """
version = 2026-01-02
reference = "SE Bupati 1/2026"
holiday = [{ date = 2026-01-19, name = "Hari Jadi Daerah", reference = "Perda 1/1990" }]
joint_leave = [{ date = 2026-01-20, name = "Cuti bersama daerah" }]

[[ramadan]]
from = 2026-02-18
to = 2026-02-18
reference = "Penetapan setempat"
"""


def regional_days(text: str) -> dict[dt.date, dict[str, Any]]:
    days = calendar_days(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    return {row["calendar_date"]: row for row in with_regional(days, "kalender-daerah.toml", text.encode())}


def test_a_region_adds_days_with_their_legal_basis() -> None:
    days = regional_days(REGIONAL)
    jubilee, joint = days[dt.date(2026, 1, 19)], days[dt.date(2026, 1, 20)]
    assert (jubilee["is_holiday"], jubilee["is_joint_leave"], jubilee["legal_basis"]) == (
        True,
        False,
        "Perda 1/1990",
    )
    assert (joint["is_holiday"], joint["is_joint_leave"], joint["legal_basis"]) == (
        True,
        True,
        "SE Bupati 1/2026",
    )
    assert not days[dt.date(2026, 1, 21)]["is_holiday"]
    fasting = [day for day, row in days.items() if row["is_ramadan"]]
    assert (fasting[0], fasting[1]) == (dt.date(2026, 2, 18), dt.date(2026, 2, 19))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2026-01-19", "2026-01-16", "holiday[1].date: 2026-01-16 sudah libur: Isra Mikraj Nabi Muhammad"),
        ("2026-01-20", "2026-01-19", "joint_leave[1].date: 2026-01-19 sudah libur: Hari Jadi Daerah"),
        ("version = 2026-01-02", "", "version: wajib diisi"),
        ("to = 2026-02-18", "to = 2026-02-17", "ramadan[1].to: mendahului `from`"),
        ('name = "Hari Jadi', 'nama = "Hari Jadi', "holiday[1].nama: kunci tidak dikenal"),
    ],
)
def test_a_regional_calendar_that_is_not_strict_is_refused(old: str, new: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        regional_days(REGIONAL.replace(old, new, 1))
    assert problem in str(caught.value)


def test_a_run_uses_the_regional_calendars_of_its_settings(tmp_path: Path) -> None:
    (tmp_path / "kalender-daerah.toml").write_text(REGIONAL, "utf-8")
    warehouse = loaded("2026-01", "kepmendagri", tmp_path, calendar=("kalender-daerah.toml",))
    free = {row["calendar_date"] for row in warehouse.arrow(Calendar).to_pylist() if row["is_holiday"]}
    assert {dt.date(2026, 1, 16), dt.date(2026, 1, 19), dt.date(2026, 1, 20)} <= free
    with pytest.raises(SettingsError, match="kalender daerah tidak dapat dibaca"):
        loaded("2026-01", "kepmendagri", tmp_path, calendar=("lain.toml",))
