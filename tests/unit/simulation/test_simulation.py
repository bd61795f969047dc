"""The simulator: reproducible to the byte, its truth apart, its money right, its faults visible in the logs."""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import load_settings
from pipeline.simulation import simulate
from pipeline.simulation.people import Absence
from pipeline.simulation.schedule import Month, hours
from pipeline.simulation.truth import Duty, duty_deduction, month_deduction, recorded

LINE = re.compile(
    r'^(?P<address>\S+) - - \[(?P<day>\d+/\w+/\d+):(?P<clock>[\d:]+) (?P<offset>[+\d]+)\] "(?P<request>[^"]+)" '
    r'(?P<status>\d{3}) \d+ "-" "[^"]+" rt=(?P<rt>[\d.]+) ust=(?P<ust>\S+) urt=(?P<urt>\S+) '
    r'uid="(?P<uid>[^"]*)" wil="(?P<wil>[^"]*)" ver="(?P<ver>[^"]*)"$'
)


@pytest.fixture(scope="module")
def dispute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dispute") / "garut"
    simulate(directory, 90, 5, scenario="dispute", other_regions=2)
    return directory


@pytest.fixture(scope="module")
def province_down(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("down") / "garut"
    simulate(directory, 90, 5, scenario="province-down", other_regions=2)
    return directory


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()
    }


def log_lines(directory: Path, vantage: str, day: str) -> list[dict[str, str]]:
    path = directory / "masukan/2026-01/log" / vantage / f"access-{day}.log.gz"
    rows = []
    for text in gzip.decompress(path.read_bytes()).decode().splitlines():
        match = LINE.match(text)
        assert match is not None, text
        rows.append(match.groupdict())
    return rows


def truth_rows(directory: Path, name: str) -> list[dict[str, str]]:
    path = directory.with_name(directory.name + ".truth") / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_same_seed_gives_the_same_bytes_in_another_folder(dispute: Path, tmp_path: Path) -> None:
    again = tmp_path / "lain"
    simulate(again, 90, 5, scenario="dispute", other_regions=2)
    assert files(again) == files(dispute)
    assert files(tmp_path / "lain.truth") == files(dispute.with_name("garut.truth"))


def test_zone_locale_and_hash_seed_of_the_machine_change_no_byte(tmp_path: Path) -> None:
    made = []
    for number, (zone, locale, hash_seed) in enumerate(
        (("UTC", "C", "1"), ("Asia/Jayapura", "C.UTF-8", "77"))
    ):
        folder = tmp_path / str(number) / "garut"
        folder.parent.mkdir()
        asked = [
            "simulate",
            str(folder),
            "--people",
            "60",
            "--seed",
            "3",
            "--scenario",
            "machines",
            "--other-regions",
            "1",
        ]
        env = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": hash_seed}
        subprocess.run([sys.executable, "-m", "pipeline", *asked], env=env, check=True, capture_output=True)
        made.append(files(folder.parent))
    assert len(made[0]) > 60
    assert made[0] == made[1]


def test_another_seed_gives_other_people(dispute: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "b", 90, 6, scenario="dispute", other_regions=2)
    name = "masukan/2026-01/pegawai.csv"
    assert (tmp_path / "b" / name).read_bytes() != (dispute / name).read_bytes()


def test_the_truth_lies_beside_the_workspace_and_never_inside(dispute: Path) -> None:
    for name, data in files(dispute).items():
        content = gzip.decompress(data) if name.endswith(".gz") else data
        for word in (b"is_deserving", b"act_at", b"deserved_idr", b"first_affected_at"):
            assert word not in content, name
    assert sorted(p.name for p in dispute.with_name("garut.truth").iterdir()) == [
        "deduction.csv",
        "outage.csv",
        "side.csv",
    ]


def test_the_workspace_has_settings_that_name_every_file(dispute: Path) -> None:
    settings = load_settings(dispute)
    named = set()
    for source in settings.source:
        for pattern in source.files:
            found = set(dispute.glob(pattern.format(period=settings.period)))
            assert found, pattern
            named |= found
    assert named == {p for p in (dispute / "masukan").rglob("*") if p.is_file()}


def test_a_folder_with_content_is_refused(dispute: Path) -> None:
    with pytest.raises(SettingsError, match="kosong"):
        simulate(dispute, 90, 5)


def test_in_the_dispute_the_region_is_silent_at_pusat_while_others_go_on(dispute: Path) -> None:
    # 06:40-08:55 WIB on 2 January is 23:40-01:55 UTC.
    lines = [r for r in log_lines(dispute, "pusat", "2026-01-02") if r["clock"] < "01:55:00"]
    lines += [r for r in log_lines(dispute, "pusat", "2026-01-01") if r["clock"] >= "23:40:01"]
    assert not [r for r in lines if r["wil"] == "3205"]
    others = [r for r in lines if r["wil"] not in ("3205", "-")]
    assert len(others) > 60
    assert sum(r["status"] == "200" for r in others) > 0.9 * len(others)


def test_in_the_dispute_the_gateway_logs_upstream_errors_and_stays_healthy(dispute: Path) -> None:
    lines = [r for r in log_lines(dispute, "gerbang", "2026-01-02") if "06:40:11" <= r["clock"] < "08:55:00"]
    asked = [r for r in lines if r["wil"] == "3205"]
    assert len(asked) > 100
    assert {r["status"] for r in asked} <= {"502", "504"}
    assert all(r["ust"] == r["status"] and len(r["uid"]) == 18 for r in asked)
    assert {r["status"] for r in lines if r["request"].startswith("GET /health")} == {"200"}


def test_when_the_province_is_down_every_region_fails_at_pusat(province_down: Path) -> None:
    lines = [
        r for r in log_lines(province_down, "pusat", "2026-01-02") if "00:00:11" <= r["clock"] < "01:55:00"
    ]
    for region in ("3204", "3205", "3206"):
        asked = [r["status"] for r in lines if r["wil"] == region]
        assert len(asked) > 10
        assert set(asked) <= {"502", "503", "504"}


def test_the_export_holds_what_pusat_accepted_and_nothing_else(dispute: Path) -> None:
    folder = dispute / "masukan/2026-01/log/pusat"
    accepted = 0
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        accepted += sum(
            '"POST /api/presensi' in line and '" 200 ' in line and 'wil="3205"' in line
            for line in text.splitlines()
        )
    with (dispute / "masukan/2026-01/presensi.csv").open(encoding="utf-8") as stream:
        stored = sum(1 for _ in stream) - 1
    lost = accepted - stored
    assert stored > 3000
    assert 0 <= lost < 10


def test_deserving_people_are_better_off_and_nobody_is_worse_off(dispute: Path) -> None:
    deserving = {row["nip"] for row in truth_rows(dispute, "side") if row["is_deserving"] == "true"}
    assert len(deserving) > 40
    for row in truth_rows(dispute, "deduction"):
        before, after = int(row["recorded_idr"]), int(row["deserved_idr"])
        assert after < before if row["nip"] in deserving else after == before


def test_a_side_is_never_both_deserving_and_own_fault(dispute: Path) -> None:
    for row in truth_rows(dispute, "side"):
        assert not (row["is_deserving"] == "true" and row["is_own_fault"] == "true")
        if row["is_deserving"] == "true":
            assert row["act_at"]


def test_no_statement_is_signed_by_the_person_or_the_certifier(dispute: Path) -> None:
    inputs = dispute / "masukan/2026-01"
    with (inputs / "insiden.csv").open(encoding="utf-8") as stream:
        certifiers = {row["nip_penetap"] for row in csv.DictReader(stream)}
    with (inputs / "surat-keterangan.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    assert all(row["nip"] != row["nip_penandatangan"] for row in rows)
    assert not certifiers & {row["nip_penandatangan"] for row in rows}


# Money, by hand. TPP 4,000,001 a month: the discipline share is 1,600,000.4, rounded 1,600,000.
def at(day: int, clock: str) -> int:
    hour, minute, second = (int(part) for part in clock.split(":"))
    return day * 86_400 + hour * 3600 + minute * 60 + second


def office(day: int, came: str | None, left: str | None) -> Duty:
    return Duty(
        day,
        at(day, "7:30:00"),
        at(day, "16:00:00"),
        None if came is None else at(day, came),
        None if left is None else at(day, left),
    )


def test_a_person_late_early_and_missing_pays_the_sum_of_the_bands() -> None:
    duties = [
        office(4, "7:30:59", "16:00:00"),  # on time
        office(5, "7:31:00", "15:59:30"),  # TL1 0.5 % = 8,000; 30 s early is on time
        office(6, "8:30:59", "15:29:00"),  # TL2 1 % = 16,000 (60 min); PSW2 1 % = 16,000 (31 min)
        office(7, "8:31:00", None),  # TL3 1.25 % = 20,000; no check-out 1.5 % = 24,000
        office(8, None, None),  # 3 % = 48,000
    ]
    assert month_deduction(duties, [], [4_000_001] * 31, [0] * 31, set()) == 132_000


def test_a_person_who_moves_pays_each_day_by_the_tpp_of_that_day() -> None:
    tpp = [4_000_001] * 14 + [5_000_003] * 17  # base 1,600,000 and 2,000,001 (of 2,000,001.2)
    unit = [5] * 14 + [1] * 17
    duties = [office(4, "9:01:00", "16:00:00"), office(20, "9:01:00", "16:00:00")]
    # TL4 1.5 %: 24,000 and 30,000.015 -> 30,000
    assert month_deduction(duties, [], tpp, unit, set()) == 54_000


def test_leave_excuses_punches_and_izin_costs_three_percent_of_each_duty_day() -> None:
    duties = [office(4, "9:01:00", None), office(5, None, None), office(6, "7:40:00", "16:00:00")]
    tpp, unit = [4_000_001] * 31, [0] * 31
    days = {4, 5, 6}
    # 6: TL1 8,000. Leave on 4 and 5 costs nothing; izin on 4, 5 and the free day 3 costs 2 x 48,000.
    assert month_deduction(duties, [Absence(0, "cuti_sakit", 4, 5)], tpp, unit, days) == 8_000
    assert month_deduction(duties, [Absence(0, "izin", 3, 5)], tpp, unit, days) == 104_000


def test_a_given_direction_binds_and_an_empty_one_goes_to_the_nearer_end() -> None:
    start, end = at(4, "7:30:00"), at(4, "16:00:00")
    day = [
        (at(4, "7:20:00"), "pulang"),
        (at(4, "7:25:00"), ""),
        (at(4, "15:50:00"), ""),
        (at(4, "16:10:00"), "pulang"),
    ]
    duty = recorded(4, start, end, day)
    assert (duty.came, duty.left) == (at(4, "7:25:00"), at(4, "16:10:00"))
    wrong = recorded(4, start, end, [(at(4, "7:20:00"), "pulang"), (at(4, "22:00:01"), "pulang")])
    assert (wrong.came, wrong.left) == (None, None)
    assert duty_deduction(wrong, 1_600_000) == 48_000


def test_january_2026_has_the_working_days_of_the_joint_decree() -> None:
    month = Month.of("2026-01")
    assert sum(hours("kantor-5", month.date(d)) is not None for d in range(month.days)) == 20
    assert sum(hours("kantor-6", month.date(d)) is not None for d in range(month.days)) == 25
    assert hours("kantor-5", date(2026, 1, 16)) is None
    assert month.date(month.working_days()[0]) == date(2026, 1, 2)
