"""A policy's own cases: what they may say, how they are computed, and what is said of one that does not hold."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.audit.policy_cases import Outcome, read_cases, run_cases
from pipeline.engine.strict_toml import parse
from pipeline.errors import SettingsError
from pipeline.policy import compile_document, read_policy
from tests.support import lacking

LETTER = """
[[leave.uji]]
from = 2021-01-01
effect = "excused"
needs_letter = true
reference = "Uji"

"""
HEAD = read_policy(Path(), "kepmendagri")[1].decode().partition("[[case]]")[0] + LETTER
USUAL = {
    "name": '"Uji"', "reference": '"Pasal 1"', "period": '"2026-01"', "group": '"kantor-5"', "tpp": "5_000_000",
    "expect": "{ deduction = 0 }",
}  # fmt: skip


def case(**given: str) -> str:
    """A case with the named keys changed; an empty value leaves the key out."""
    keys = {**USUAL, **given}
    return "[[case]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


def computed(*cases: str) -> list[Outcome]:
    document = parse("kebijakan.toml", (HEAD + "\n".join(cases)).encode())
    return run_cases(compile_document("kebijakan.toml", document), read_cases("kebijakan.toml", document))


def test_a_day_without_mention_is_on_time_and_each_named_side_is_what_it_says() -> None:
    (outcome,) = computed(
        case(
            day="[{ date = 2026-01-05, in = 07:31:00 }, { date = 2026-01-06, out = 15:29:00 }, { date = 2026-01-07, in = false }, "
            "{ date = 2026-01-08, out = false }, { date = 2026-01-09, in = false, out = false }]",
            expect="{ deduction = 150_000, only = true, rows = ["
            '{ date = 2026-01-05, side = "in", code = "TL1", base = 2_000_000, deduction = 10_000, '
            'reference = "Contoh: Kepmendagri 900-4700/2020, tabel TL" }, '
            '{ date = 2026-01-06, side = "out", code = "PSW2", deduction = 20_000 }, '
            '{ date = 2026-01-07, side = "in", code = "TL4", deduction = 30_000 }, '
            '{ date = 2026-01-08, side = "out", code = "PSW4", deduction = 30_000 }, '
            '{ date = 2026-01-09, side = "in", code = "TK", deduction = 60_000 }] }',
        )
    )
    assert outcome.problems == ()
    assert outcome.deduction_idr == 150_000
    assert [row["deduction_idr"] for row in outcome.rows] == [10_000, 20_000, 30_000, 30_000, 60_000]


def test_changes_of_tpp_group_and_unit_hold_from_their_day_and_leave_the_rest_as_it_was() -> None:
    (outcome,) = computed(
        case(
            day="[{ date = 2026-01-09, in = false }, { date = 2026-01-12, in = 07:01:00 }, { date = 2026-01-20, in = 07:01:00 }]",
            change='[{ from = 2026-01-12, tpp = 6_000_000, group = "guru" }, { from = 2026-01-20, unit = "7" }]',
            expect="{ deduction = 54_000, only = true, rows = [{ date = 2026-01-09, deduction = 30_000 }, "
            "{ date = 2026-01-12, deduction = 12_000 }, { date = 2026-01-20, deduction = 12_000 }] }",
        )
    )
    assert outcome.problems == ()
    assert [row["unit_id"] for row in outcome.rows] == ["1", "1", "7"]


def test_a_time_before_the_start_of_a_nights_duty_is_on_the_next_day() -> None:
    (outcome,) = computed(
        case(
            group='"nakes-shift"',
            shift='[{ date = 2026-01-05, code = "M" }, { date = 2026-01-07, code = "P" }]',
            day="[{ date = 2026-01-05, in = 21:01:00, out = 06:59:00 }, { date = 2026-01-07, out = 13:00:00 }]",
            expect='{ deduction = 40_000, only = true, rows = [{ date = 2026-01-05, side = "in", code = "TL1" }, '
            '{ date = 2026-01-05, side = "out", code = "PSW1" }, { date = 2026-01-07, side = "out", code = "PSW2" }] }',
        )
    )
    assert outcome.problems == ()


def test_leave_runs_to_its_last_day_and_counts_with_a_letter_where_one_is_needed() -> None:
    days = "[{ date = 2026-01-05, in = false }, { date = 2026-01-06, in = false }, { date = 2026-01-07, in = false }]"
    span = "from = 2026-01-05, to = 2026-01-06"
    outcomes = computed(
        case(day=days, leave=f'[{{ kind = "izin", {span} }}]', expect="{ deduction = 150_000 }"),
        case(
            day=days,
            leave=f'[{{ kind = "uji", {span}, letter = "1/2026" }}]',
            expect="{ deduction = 30_000 }",
        ),
        case(day=days, leave=f'[{{ kind = "uji", {span} }}]', expect="{ deduction = 90_000 }"),
        case(
            period='"2026-02"',
            leave='[{ kind = "izin", from = 2026-02-02, to = 2026-02-02 }, { kind = "izin", from = 2026-02-04, to = 2026-02-04 }]',
            expect="{ deduction = 120_000 }",
        ),
    )
    assert [outcome.problems for outcome in outcomes] == [()] * 4
    assert [outcome.case.expected["deduction"] for outcome in outcomes] == [150_000, 30_000, 90_000, 120_000]


def test_a_case_that_does_not_hold_says_every_difference() -> None:
    late = "[{ date = 2026-01-05, in = 07:31:00 }]"
    outcomes = computed(
        case(day=late, expect="{ deduction = 12_000 }"),
        case(
            day=late,
            expect='{ deduction = 10_000, rows = [{ side = "out", code = "TL1" }, { code = "TL1" }] }',
        ),
        case(day=late, expect="{ deduction = 10_000, only = true }"),
        case(day=late, expect="{ deduction = 10_000, only = false }"),
    )
    assert [outcome.problems for outcome in outcomes] == [
        ("potongan Rp10.000, seharusnya Rp12.000",),
        ("tidak ada potongan dengan side out, code TL1",),
        ("1 baris potongan, seharusnya 0",),
        (),
    ]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"period": '"2026-13"'}, ["case[1].period: harus bulan seperti 2026-01"]),
        ({"period": "1"}, ["case[1].period: harus teks yang tidak kosong"]),
        ({"group": '"lain"'}, ["case[1].group: harus salah satu dari kantor-5, kantor-6, guru, nakes-shift."]),
        ({"tpp": "-1"}, ["case[1].tpp: harus bilangan bulat paling kecil 0"]),
        ({"name": ""}, ["case[1].name: wajib diisi"]),
        ({"lain": "1"}, ["case[1].lain: kunci tidak dikenal."]),
        ({"day": "[{ in = false }]"}, ["case[1].day[1].date: wajib diisi"]),
        (
            {"day": "[{ date = 2026-01-05, in = true, apel = 1 }]"},
            [
                f"case[1].day[1].{side}: harus jam seperti 07:31:00, atau false bila tidak ada rekaman"
                for side in ("in", "apel")
            ],
        ),
        ({"leave": "[{ kind = \"izin\", from = 2026-01-05 }]"}, ["case[1].leave[1].to: wajib diisi"]),
        ({"shift": "[{ date = 2026-01-05 }]"}, ["case[1].shift[1].code: wajib diisi"]),
        ({"change": "[{ tpp = 1 }]"}, ["case[1].change[1].from: wajib diisi"]),
        ({"expect": ""}, ["case[1].expect: wajib diisi", "case[1].expect.deduction: wajib diisi"]),
        ({"expect": "{ rows = [] }"}, ["case[1].expect.deduction: wajib diisi", "case[1].expect.rows: harus daftar yang tidak kosong"]),
        (
            {"expect": "{ deduction = 0, rows = [{ rate = 1 }], only = 1 }"},
            ["case[1].expect.rows[1].rate: kunci tidak dikenal. Maksudnya `date`?", "case[1].expect.only: harus true atau false"],
        ),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_case_that_is_not_strict_is_refused_word_for_word(
    given: dict[str, str], problems: list[str]
) -> None:
    with pytest.raises(SettingsError) as refused:
        computed(case(**given))
    head, *found = str(refused.value).splitlines()
    assert head == "kebijakan.toml: contoh hitungan tidak dapat dipakai:"
    assert [line.strip() for line in found] == problems


def test_a_case_is_known_by_its_name_and_article() -> None:
    (outcome,) = computed(case(name='"satu"', reference='"Pasal 9"'))
    assert (outcome.case.name, outcome.case.reference) == ("satu", "Pasal 9")


def test_a_file_without_groups_or_cases_has_none_to_compute() -> None:
    assert read_cases("kebijakan.toml", {}) == []


@lacking("tzset", hasattr(time, "tzset"))
def test_a_case_costs_the_same_on_a_computer_in_another_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Jayapura")
        time.tzset()
        (outcome,) = computed(
            case(day="[{ date = 2026-01-05, in = 07:31:00 }]", expect="{ deduction = 10_000 }")
        )
    time.tzset()
    assert outcome.problems == ()
