"""Public request series through the detector's own functions: what is known of them is found, what is no fault is not.

The series are not part of the project; each test skips where they are absent. Origins and licences: their READMEs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from pipeline.outages.arrays import Array, Flags, Ints
from pipeline.outages.clock import DAY
from pipeline.outages.detection.detect import detect
from pipeline.outages.detection.null_model import GroupCounts
from tests.support import SHARED, needs_data

SERIES = SHARED / "detection"

pytestmark = needs_data(SERIES)

LEVEL_DAYS = 3
"""Days either side whose median level stands for the heads on duty, which a public site does not have."""
SAMPLE = 20
"""A sample of a gauge counts as so many senders; so many of them fail as it lies far out."""
NEAR, FAR = 3.0, 6.0
"""Robust standard deviations at which none and at which all of a sample's senders fail."""


@dataclass(frozen=True)
class Series:
    """Values by minute from a local midnight, (days, 1440), and the minutes that have one."""

    first: pd.Timestamp
    values: Array
    observed: Flags

    @classmethod
    def of(cls, times: pd.Series, values: pd.Series) -> Series:
        """Whole days around what the file holds; the last of repeated stamps counts."""
        at = pd.to_datetime(times)
        first = at.min().normalize()
        days = (at.max().normalize() - first).days + 1
        minute = ((at - first) // pd.Timedelta(minutes=1)).to_numpy()
        held, seen = np.zeros(days * DAY), np.zeros(days * DAY, dtype=np.bool_)
        held[minute], seen[minute] = values.to_numpy(), True
        return cls(first, held.reshape(days, DAY), seen.reshape(days, DAY))

    @property
    def weekdays(self) -> Ints:
        return (self.first.weekday() + np.arange(len(self.values))) % 7

    def windows(
        self, counts: GroupCounts, day_type: Ints, *kinds: str
    ) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Start and end of what the detector reports."""
        return [
            (
                self.first + pd.Timedelta(minutes=found.segment.start),
                self.first + pd.Timedelta(minutes=found.segment.end),
            )
            for found in detect([counts], day_type).windows
            if found.window in kinds
        ]

    def silences(
        self, day_type: Ints, heads: Array, window: str = "hard"
    ) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Windows in which too few came."""
        none = np.zeros_like(self.values)
        counts = GroupCounts("publik", self.values, none, heads, self.observed, ("silence",))
        return self.windows(counts, day_type, window)


def meet(one: tuple[pd.Timestamp, pd.Timestamp], other: tuple[pd.Timestamp, pd.Timestamp]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def span(first: str, last: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(first), pd.Timestamp(last)


@pytest.fixture(scope="module")
def nasa() -> Series:
    frame = pd.read_csv(SERIES / "nasa_http" / "requests_per_minute_1995_07.csv.gz")
    return Series.of(frame["minute_local_minus0400"], frame["requests"])


@pytest.fixture(scope="module")
def nasa_silences(nasa: Series) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    kinds = np.where(nasa.weekdays == 6, 3, np.maximum(0, nasa.weekdays - 3))
    return nasa.silences(kinds, np.ones(len(nasa.values)))


def test_every_zero_run_of_five_minutes_in_the_nasa_month_is_found(
    nasa: Series, nasa_silences: list[tuple[pd.Timestamp, pd.Timestamp]]
) -> None:
    zero = (nasa.values.ravel() == 0) & nasa.observed.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], zero, [0]]).astype(np.int8)))
    runs = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 5]
    assert len(edges) // 2 == 78
    assert max(b - a for a, b in runs) == 22
    for a, b in runs:
        run = nasa.first + pd.Timedelta(minutes=int(a)), nasa.first + pd.Timedelta(minutes=int(b))
        assert any(meet(run, window) for window in nasa_silences), run


def test_the_nasa_month_has_tens_of_silences_and_not_hundreds(
    nasa_silences: list[tuple[pd.Timestamp, pd.Timestamp]],
) -> None:
    # A seasonal model with a family-wise bound of 1 % gave 44 windows of 264 minutes.
    minutes = sum((end - start).total_seconds() / 60 for start, end in nasa_silences)
    assert 20 <= len(nasa_silences) <= 44
    assert 150 <= minutes <= 350


def test_the_minutes_after_the_nasa_log_ends_are_no_silence(
    nasa_silences: list[tuple[pd.Timestamp, pd.Timestamp]],
) -> None:
    assert max(end for _, end in nasa_silences) <= pd.Timestamp("1995-07-28 13:33")


@pytest.fixture(scope="module")
def world_cup() -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Hard silences, each day's level taken from its neighbours as duty rosters give it in attendance."""
    frame = pd.read_csv(SERIES / "worldcup98" / "invocation_count.csv.gz")
    series = Series.of(frame["period"], frame["count"])
    days = len(series.values)
    level = series.values.sum(axis=1) / series.observed.sum(axis=1)
    near = [
        [d for d in range(day - LEVEL_DAYS, day + LEVEL_DAYS + 1) if d != day and 0 <= d < days]
        for day in range(days)
    ]
    heads = np.array([np.median(level[others]) for others in near])
    return series.silences(np.zeros(days, dtype=np.int64), heads)


def test_falls_after_matches_are_no_outages(world_cup: list[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    tournament = span("1998-06-10", "1998-07-13")
    assert [window for window in world_cup if meet(window, tournament)] == []


def test_the_failures_around_the_gaps_of_may_are_found(
    world_cup: list[tuple[pd.Timestamp, pd.Timestamp]],
) -> None:
    # Minutes are missing on 17 May from 06:18 and from 09:42: the servers wrote almost nothing around them and
    # again on the morning of 18 May.
    for known in (span("1998-05-17 06:10", "1998-05-17 06:45"), span("1998-05-18 11:13", "1998-05-18 11:40")):
        assert any(meet(window, known) for window in world_cup)


def test_the_world_cup_site_was_silent_for_hours_and_not_for_weeks(
    world_cup: list[tuple[pd.Timestamp, pd.Timestamp]],
) -> None:
    assert sum((end - start).total_seconds() for start, end in world_cup) < 12 * 3600


def labelled(name: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    windows = json.loads((SERIES / "nab" / "windows.json").read_text())
    return [span(a, b) for a, b in windows[f"realKnownCause/{name}.csv"]]


def gauge(name: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Windows of a gauge, hard and impact: a sample far from the series' median fails."""
    frame = pd.read_csv(SERIES / "nab" / "realKnownCause" / f"{name}.csv")
    away = (frame["value"] - frame["value"].median()).abs()
    out = ((away / (1.4826 * away.median()) - NEAR) / (FAR - NEAR)).clip(0, 1)
    series = Series.of(frame["timestamp"], (SAMPLE * out).round())
    tried = np.where(series.observed, float(SAMPLE), 0.0)
    counts = GroupCounts("alat", tried, series.values, np.ones(len(tried)), None, ("failure",))
    return series.windows(counts, np.zeros(len(tried), dtype=np.int64), "hard", "impact")


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("machine_temperature_system_failure", {0, 1, 2, 3}),
        ("cpu_utilization_asg_misconfiguration", {0}),
        # The first label surrounds one single sample of five minutes: too little against a family-wise bound.
        ("ec2_request_latency_system_failure", {1, 2}),
    ],
)
def test_a_gauge_that_goes_far_out_is_found(name: str, events: set[int]) -> None:
    windows = gauge(name)
    known = labelled(name)
    assert {n for n, label in enumerate(known) if any(meet(window, label) for window in windows)} == events


@pytest.fixture(scope="module")
def taxis() -> Series:
    frame = pd.read_csv(SERIES / "nab" / "realKnownCause" / "nyc_taxi.csv")
    return Series.of(frame["timestamp"], frame["value"])


def test_the_only_hard_silence_of_the_taxis_is_the_snow_storm(taxis: Series) -> None:
    windows = taxis.silences(taxis.weekdays, np.ones(len(taxis.values)))
    storm = labelled("nyc_taxi")[-1]
    assert len(windows) == 1
    assert storm[0] <= windows[0][0] and windows[0][1] <= storm[1]


def test_holidays_thin_the_taxis_without_silencing_them(taxis: Series) -> None:
    # Independence Day, Labor Day, Thanksgiving, Christmas, the morning before New Year (54 % of the usual), New Year, Martin
    # Luther King Day, and the storm: demand, not faults. The marathon is a surplus.
    windows = taxis.silences(taxis.weekdays, np.ones(len(taxis.values)), "impact")
    days = (
        "2014-07-04", "2014-09-01", "2014-11-27", "2014-12-25", "2014-12-31", "2015-01-01", "2015-01-19", "2015-01-26",
    )  # fmt: skip
    whole = [(pd.Timestamp(day), pd.Timestamp(day) + pd.Timedelta(days=2)) for day in days]
    assert all(any(meet(window, day) for window in windows) for day in whole)
    assert all(any(meet(window, day) for day in whole) for window in windows)
