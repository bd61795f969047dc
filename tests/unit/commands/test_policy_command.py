"""`rekon policy` says what a policy holds, what changed and whether its own cases hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import rekon
from pipeline.policy import describe as words
from pipeline.policy import read_policy
from schemas import AssessmentRule, PolicyPeriod

PRESET = read_policy(Path(), "kepmendagri")[1].decode()
LATER = """
[[value.recovery_grace_minutes]]
from = 2026-01-16
value = 45
reference = "Perbup 9/2026 Pasal 4"
"""


def asked(*words: str) -> Result:
    return CliRunner().invoke(rekon, ["policy", *words])


def file(folder: Path, text: str, name: str = "kebijakan.toml") -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def later() -> str:
    """The preset with a grace that changes on the 16th."""
    marker = "# Orang dianggap terkena bila gangguan menyentuh sekian menit sebelum"
    assert marker in PRESET
    return PRESET.replace(marker, LATER + "\n" + marker, 1)


def test_check_says_what_a_complete_file_holds(tmp_path: Path) -> None:
    result = asked("check", file(tmp_path, later()))
    assert result.exit_code == 0
    assert (
        "lengkap. Kode kepmendagri, status contoh, berlaku sejak 2021-01-01; 2 masa aturan" in result.output
    )


def test_check_refuses_with_every_problem_and_the_usage_exit_code(tmp_path: Path) -> None:
    broken = PRESET.replace("value = 40", "value = 140").replace("percent = 1.25", "percent = -1")
    result = asked("check", file(tmp_path, broken))
    assert result.exit_code == 2
    assert result.output.count("harus persen 0 sampai 100") == 3


def test_show_prints_the_rules_of_a_day_with_their_articles(tmp_path: Path) -> None:
    path = file(tmp_path, later())
    assert "tenggang sesudah pulih\t30 menit\tContoh" in asked("show", path, "--date", "2026-01-15").output
    sixteenth = asked("show", path, "--date", "2026-01-16").output
    assert "tenggang sesudah pulih\t45 menit\tPerbup 9/2026 Pasal 4" in sixteenth
    assert (
        "terlambat TL3 (61 sampai 90 menit)\t1,25%\tContoh: Kepmendagri 900-4700/2020, tabel TL" in sixteenth
    )
    assert "kantor-5 Jumat (Ramadan)\t08.00 sampai 15.30" in sixteenth
    assert "izin\t3% sehari" in sixteenth
    assert "mutu C, dengan surat keterangan orang lain, dengan penetapan gangguan\tpulihkan" in sixteenth


def test_show_refuses_a_day_before_the_policy() -> None:
    result = asked("show", "kepmendagri", "--date", "2020-12-31")
    assert result.exit_code == 2
    assert "2020-12-31 sebelum hari pertama kebijakan, 2021-01-01" in result.output


def test_diff_between_two_days_says_what_changed_and_which_months_it_touches(tmp_path: Path) -> None:
    path = file(tmp_path, later())
    result = asked("diff", path, "--from", "2026-01-01", "--to", "2026-12-31")
    assert result.output == (
        "tenggang sesudah pulih: dari 30 menit menjadi 45 menit; bulan Januari 2026 dan sesudahnya (sejak tanggal 16)."
        " Perbup 9/2026 Pasal 4\n1 perubahan.\n"
    )
    assert (
        "Tidak ada yang berbeda" in asked("diff", path, "--from", "2026-01-01", "--to", "2026-01-15").output
    )


def test_diff_between_two_files_tells_changed_new_and_dropped_rules(tmp_path: Path) -> None:
    changed = PRESET.replace("percent = 1.25", "percent = 1.3", 1).replace(
        'code = "PSW2"', 'code = "PSW9"', 1
    )
    result = asked("diff", file(tmp_path, PRESET, "lama.toml"), file(tmp_path, changed, "baru.toml"))
    assert (
        "terlambat TL3 (61 sampai 90 menit): dari 1,25% menjadi 1,3%; bulan Januari 2021 dan sesudahnya"
        in result.output
    )
    assert "pulang sebelum waktu PSW2 (31 sampai 60 menit): dihapus, tadinya 1%" in result.output
    assert "pulang sebelum waktu PSW9 (31 sampai 60 menit): baru: 1%" in result.output
    assert result.output.endswith("3 perubahan.\n")


def test_diff_between_two_files_ends_where_they_agree_again(tmp_path: Path) -> None:
    back = later().replace(
        LATER, LATER.replace("reference", "to = 2026-01-31\nreference") + LATER.replace("01-16", "02-01").replace("45", "30").replace("Perbup 9/2026 Pasal 4", "Contoh: ketentuan gangguan, tenggang pemulihan"), 1
    )  # fmt: skip
    result = asked("diff", file(tmp_path, PRESET, "lama.toml"), file(tmp_path, back, "baru.toml"))
    assert "dari 30 menit menjadi 45 menit; bulan Januari 2026 (sejak tanggal 16)" in result.output
    assert result.output.endswith("1 perubahan.\n")


@pytest.mark.parametrize(("expected", "exit_code", "mark"), [(36000, 0, "benar"), (36001, 3, "SALAH")])
def test_cases_hold_or_are_refused(tmp_path: Path, expected: int, exit_code: int, mark: str) -> None:
    head, *cases = PRESET.split("[[case]]")
    text = f"{head}[[case]]{cases[0]}".replace("deduction = 36000, rows", f"deduction = {expected}, rows", 1)
    result = asked("cases", file(tmp_path, text))
    assert result.exit_code == exit_code
    assert f"{mark}  tanpa presensi masuk" in result.output


def test_a_case_that_is_not_strict_is_refused_with_its_key(tmp_path: Path) -> None:
    text = PRESET.replace('group = "kantor-5"\ntpp = 6000000', 'group = "kantor5"\ntpp = -1', 1)
    result = asked("cases", file(tmp_path, text))
    assert result.exit_code == 2
    assert "case[1].group: harus salah satu dari kantor-5" in result.output
    assert "case[1].tpp: harus bilangan bulat paling kecil 0" in result.output


def test_every_value_of_a_policy_has_words() -> None:
    frame = {"valid_from", "valid_to", "policy_code", "variant_code", "reference"}
    computed = {"late_from_seconds", "early_from_seconds", "apel_late_from_seconds"}
    assert set(words.RECORDS) == set(PolicyPeriod.columns()) - frame
    assert set(words.MONEY) == set(AssessmentRule.columns()) - frame - computed


def test_a_duty_that_begins_within_a_minute_is_shown_to_the_second(tmp_path: Path) -> None:
    text = PRESET.replace("start = 07:30:00, end = 16:00:00", "start = 07:30:05, end = 16:00:00", 1)
    assert "07.30.05 sampai 16.00" in asked("show", file(tmp_path, text), "--date", "2026-01-05").output
