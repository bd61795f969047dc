"""Logs whose clock is off are read by the export's clock, by which people are judged."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from pipeline.readers.logs.offsets import offset
from tests.support.log_world import NIP_A, NIP_B, Logs, combined, presensi

FIRST = datetime(2026, 1, 2)  # 07:00:00 in Jakarta


def logged(at: datetime) -> str:
    """As nginx writes it in Jakarta."""
    return f"{at + timedelta(hours=7):%d/%b/%Y:%H:%M:%S} +0700"


def mornings(count: int) -> list[datetime]:
    return [FIRST + timedelta(days=day, seconds=day) for day in range(count)]


def lags(logs: Logs) -> list[tuple[str, int, int]]:
    return [(row["vantage_code"], row["lag_seconds"], row["matched_count"]) for row in logs.lags]


def test_a_log_95_seconds_fast_is_set_back_in_its_minutes_attempts_and_coverage(logs: Logs) -> None:
    days = mornings(10)
    logs.put("pusat.log", (presensi(logged(at + timedelta(seconds=95)), rt="0.000") for at in days))
    logs.read(punches=[(NIP_A, at) for at in days])
    assert lags(logs) == [("pusat", -95, 10)]
    assert sorted(row["minute_at"] for row in logs.minutes) == [at.replace(second=0) for at in days]
    assert [row["requested_at"] for row in logs.attempts] == days
    assert [row["answered_at"] for row in logs.attempts] == days
    assert [row["started_at"] for row in logs.coverage] == days


def test_each_log_has_its_own_clock(logs: Logs) -> None:
    days = mornings(10)
    logs.put("pusat.log", (presensi(logged(at + timedelta(seconds=95)), rt="0.000") for at in days))
    logs.put("gerbang.log", (presensi(logged(at), rt="0.000") for at in days), vantage="gerbang")
    logs.read(punches=[(NIP_A, at) for at in days])
    assert lags(logs) == [("gerbang", 0, 10), ("pusat", -95, 10)]
    assert {row["requested_at"] for row in logs.attempts} == set(days)


@pytest.mark.parametrize(("count", "seconds", "found"), [(9, 95, []), (10, 600, [-600]), (10, 601, [])])
def test_nine_requests_or_more_than_ten_minutes_measure_nothing(
    logs: Logs, count: int, seconds: int, found: list[int]
) -> None:
    days = mornings(count)
    late = timedelta(seconds=seconds)
    logs.put("pusat.log", (presensi(logged(at + late), rt="0.000") for at in days))
    logs.read(punches=[(NIP_A, at) for at in days])
    assert [lag for _, lag, _ in lags(logs)] == found
    assert logs.attempts[0]["requested_at"] == days[0] + late + timedelta(seconds=sum(found))


def test_a_refused_request_or_somebody_elses_punch_measures_nothing(logs: Logs) -> None:
    days = mornings(20)
    logs.put(
        "pusat.log", (presensi(logged(at), status=403 if at.day % 2 else 200, rt="0.000") for at in days)
    )
    logs.read(punches=[(NIP_A if at.day % 2 else NIP_B, at + timedelta(seconds=95)) for at in days])
    assert lags(logs) == []


def test_a_log_that_names_nobody_is_set_by_the_requests_that_a_measured_log_saw_too(logs: Logs) -> None:
    rng = np.random.default_rng(5)
    times = [
        FIRST + timedelta(seconds=int(second)) for second in np.sort(rng.choice(7200, 60, replace=False))
    ]
    logs.put("gerbang.log", (presensi(logged(at), rt="0.000") for at in times), vantage="gerbang")
    shifted = (combined(logged(at + timedelta(seconds=95))) for at in times)
    logs.put("pusat.log", shifted, "nginx-combined")
    logs.read(punches=[(NIP_A, at) for at in times])
    assert [(vantage, lag) for vantage, lag, _ in lags(logs)] == [("gerbang", 0), ("pusat", -95)]
    minutes = {
        vantage: sorted(row["minute_at"] for row in logs.minutes if row["vantage_code"] == vantage)
        for vantage in ("gerbang", "pusat")
    }
    assert minutes["pusat"] == minutes["gerbang"]


def test_without_any_measured_log_nothing_is_moved(logs: Logs) -> None:
    days = mornings(10)
    logs.put("pusat.log", (combined(logged(at)) for at in days), "nginx-combined")
    logs.read(punches=[(NIP_A, at + timedelta(seconds=95)) for at in days])
    assert lags(logs) == []
    assert min(row["minute_at"] for row in logs.minutes) == FIRST


@pytest.mark.parametrize("apart", [-600, -1, 0, 95, 600])
def test_what_two_logs_saw_falls_on_one_lag_above_the_crowd(apart: int) -> None:
    """A fifth of the requests of a morning's crowd is in both logs."""
    rng = np.random.default_rng(6)
    crowd = np.rint(rng.normal(26_000, 900, 3000)).astype(np.int64)
    found = offset(crowd[:600], crowd + apart)
    assert found is not None
    assert found[0] == apart
    assert found[1] == pytest.approx(600, rel=0.2)


def test_two_crowds_that_share_no_request_have_no_offset() -> None:
    rng = np.random.default_rng(7)
    one, other = (np.rint(rng.normal(26_000, 900, 3000)).astype(np.int64) for _ in range(2))
    assert offset(one, other) is None
    assert offset(one, other[:0]) is None
