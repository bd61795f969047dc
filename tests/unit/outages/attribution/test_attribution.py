"""The formulas of attribution against figures worked out by hand, and the boundary of what is named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.outages.arrays import equals_or_matches
from pipeline.outages.attribution.cells import Traffic, WindowCells
from pipeline.outages.attribution.hypotheses import LAYERS, Hypothesis
from pipeline.outages.attribution.layer_model import Posterior, block_log_likelihood, lost_write_posterior
from pipeline.outages.attribution.slices import best_slice, leaf_deviances, ranking_score, slice_scan
from pipeline.outages.attribution.window_groups import (
    SegmentRow,
    Span,
    WindowGroup,
    dating_windows,
    group_windows,
    without,
)
from pipeline.outages.scores import ALPHA, LEAST_BOUND, absence_bound, one_sided_deviance, success_bound


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


def test_the_one_sided_deviance_is_zero_at_the_expectation_and_on_the_other_side() -> None:
    # 20 seen where 10 are usual: 20 ln 2 + 10 - 20 = 3.863
    assert float(one_sided_deviance(20.0, 10.0, True)) == pytest.approx(20 * math.log(2) - 10)
    assert float(one_sided_deviance(0.0, 10.0, False)) == pytest.approx(10.0)
    assert float(one_sided_deviance(20.0, 10.0, False)) == 0
    assert float(one_sided_deviance(10.0, 10.0, True)) == 0


def test_leaves_with_one_common_factor_explain_all_of_their_deviance() -> None:
    x, b = np.array([20.0, 40.0]), np.array([10.0, 20.0])
    shared = one_sided_deviance(x.sum(), b.sum(), True)
    assert float(shared) == pytest.approx(float(leaf_deviances(x, b).sum()))
    assert float(ranking_score(shared, leaf_deviances(x, b).sum())) == pytest.approx(float(shared))


def test_leaves_with_different_factors_score_below_their_deviance() -> None:
    x, b = np.array([40.0, 10.0]), np.array([10.0, 10.0])
    shared, own = one_sided_deviance(x.sum(), b.sum(), True), leaf_deviances(x, b).sum()
    assert float(ranking_score(shared, own)) < float(shared) < float(own)


def test_the_best_prefix_equals_exhaustive_search_over_sets_of_values() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        b = rng.uniform(1, 20, 8)
        x = rng.poisson(b * rng.choice([1, 3], 8)).astype(float)
        group = {"unit": texts(*"ABCDEFGH")}
        found, _ = best_slice(x, b, group, np.ones(8, dtype=bool), True)
        sets = [[i for i in range(8) if number >> i & 1] for number in range(1, 256)]
        scores = [
            float(
                ranking_score(
                    one_sided_deviance(x[s].sum(), b[s].sum(), True), leaf_deviances(x[s], b[s]).sum()
                )
            )
            for s in sets
        ]
        f = [float(one_sided_deviance(x[s].sum(), b[s].sum(), True)) for s in sets]
        assert found is not None
        assert found.score <= max(scores) * (1 + 1e-9)
        assert found.score >= 0.8 * max(scores)
        prefixes = [
            s for s in sets if min(x[s] / b[s]) >= max([0, *(x / b)[[i for i in range(8) if i not in s]]])
        ]
        assert max(f) == pytest.approx(
            max(f[sets.index(s)] for s in prefixes)
        )  # Neill's theorem, for F alone


def test_a_scan_names_the_slice_then_what_is_left_and_nothing_without_a_deviation() -> None:
    units, providers = texts(*"AABBCC"), texts(*"xyxyxy")
    b = np.full(6, 50.0)
    x = np.array([0.0, 0.0, 50.0, 50.0, 50.0, 5.0])
    found = slice_scan(x, b, {"unit": units, "provider": providers}, False)
    assert [dict(s.values) for s in found] == [{"unit": ("A",)}, {"provider": ("y",), "unit": ("C",)}]
    assert slice_scan(b, b, {"unit": units, "provider": providers}, False) == []


def test_a_slice_needs_the_threshold_after_division_by_the_dispersion() -> None:
    group = {"unit": texts("A", "B")}
    need = math.log(2 / ALPHA)  # two prefixes are tried
    b = np.array([need + 0.01, 1.0])
    assert len(slice_scan(np.array([0.0, 1.0]), b, group, False)) == 1
    assert slice_scan(np.array([0.0, 1.0]), b, group, False, phi=1.01) == []


def test_success_of_a_server_that_is_down_is_bounded_by_the_busiest_null_day() -> None:
    # one usual sender: mean 0.07, k 1: P(at least 1) = 0.07 / 1.07
    assert success_bound(1, 1, 1.0) == pytest.approx(0.07 / 1.07)
    assert success_bound(0, 100, 20.0) == 1
    assert success_bound(6, 100, 20.0) == 1  # below the mean of 7 nothing is said
    assert success_bound(8, 100, 20.0) < 1


def test_no_count_however_large_is_said_to_be_rarer_than_one_in_a_billion() -> None:
    assert success_bound(12_340, 12_100, 20.0) == LEAST_BOUND
    assert absence_bound(0, 12_100, 20.0) == LEAST_BOUND


def test_absence_is_bounded_by_the_quietest_null_day() -> None:
    # ten usual senders: mean 7, k 1: P(0) = 1 / 8
    assert absence_bound(0, 10, 1.0) == pytest.approx(1 / 8)
    assert absence_bound(7, 10, 1.0) == 1


@pytest.mark.parametrize(("p", "layer"), [(0.8, "link"), (math.nextafter(0.8, 0), "undetermined")])
def test_a_layer_is_named_from_eight_tenths_on(p: float, layer: str) -> None:
    best = Hypothesis("link", (("region", "3205"),), np.zeros(0, dtype=np.int64), {})
    assert Posterior({**dict.fromkeys(LAYERS, 0.0), "link": p}, best, {}).layer == layer


def test_leaves_of_one_state_share_one_unknown_factor() -> None:
    logs = {0: np.log(np.array([[0.5, 0.5], [0.1, 0.1]])), 1: np.log(np.array([[0.2, 0.4]]))}
    every = np.ones(2, dtype=bool)
    # one factor for both: the mean of 0.25 and 0.01; a factor each would be 0.3 * 0.3
    assert block_log_likelihood(logs, np.array([0, 0]), every) == pytest.approx(math.log((0.25 + 0.01) / 2))
    assert block_log_likelihood(logs, np.array([0, 1]), every) == pytest.approx(math.log(0.3 * 0.4))


def test_a_lost_write_is_the_provinces_only_where_the_province_answered() -> None:
    assert lost_write_posterior(True, "3205").layer == "central"
    assert lost_write_posterior(False, "3205").layer == "undetermined"


def window(**changes: object) -> Traffic:
    """One leaf at pusat with 10 senders at minute 600 of every day but day 3, whose day it is, with 4."""
    days = np.arange(10)
    at = days * 1440 + 600
    counts = {name: np.zeros(10) for name in ("failed", "upstream", "own", "health", "health_failed")}
    counts["senders"] = np.where(days == 3, 4.0, 10.0)
    groups = {name: texts("3205") for name in ("region", "unit", "network", "provider", "client")}
    return Traffic(
        texts("pusat"), groups, at, np.zeros(10, dtype=np.int64), counts, np.zeros(10, dtype=np.int64)
    )


def test_what_is_usual_comes_from_similar_days_that_are_near_the_median_day() -> None:
    traffic = window()
    cells: WindowCells = traffic.window((3 * 1440 + 590, 3 * 1440 + 610))
    assert (cells.senders[0], cells.expected[0]) == (4.0, 10.0)
    other = window()
    other.counts["senders"][5] = 0.0  # an outage on another day does not lower what is usual
    assert other.window((3 * 1440 + 590, 3 * 1440 + 610)).expected[0] == 10.0


def test_a_window_in_pieces_leaves_the_minutes_between_them_out() -> None:
    cells = window().window((3 * 1440 + 590, 3 * 1440 + 600), (3 * 1440 + 601, 3 * 1440 + 610))
    assert (cells.senders[0], cells.expected[0]) == (0.0, 0.05)


def test_segments_of_a_group_join_up_to_two_minutes_apart() -> None:
    def at(start: float, value: str = "3205") -> SegmentRow:
        return SegmentRow("region", value, "pusat", "silence", True, start, start + 10, 20.0, 1e-6)

    assert [g.impact for g in group_windows([at(0), at(12)])] == [Span(0, 22)]
    assert len(group_windows([at(0), at(12.5)])) == 2
    assert len(group_windows([at(0), at(5, "3206")])) == 2


def test_the_impact_of_a_silence_begins_no_sooner_than_some_log_heard_the_group_last() -> None:
    def silent(vantage: str, is_hard: bool, start: float) -> SegmentRow:
        return SegmentRow("provider", "Sel", vantage, "silence", is_hard, start, 100, 20.0, 1e-6)

    rare = [silent("gerbang", False, 0), silent("gerbang", True, 50)]
    busy = [silent("pusat", False, 30), silent("pusat", True, 40)]
    (both,) = group_windows([*rare, *busy])
    assert (both.impact, both.hard) == (Span(30, 100), Span(40, 100))
    (late,) = group_windows([*rare, silent("pusat", False, 60), silent("pusat", True, 60)])
    assert late.impact == Span(50, 100), "who is missed at one log is not heard at another"
    assert group_windows(rare)[0].impact == Span(0, 100)
    fails = SegmentRow("provider", "Sel", "pusat", "failure", False, 20, 100, 20.0, 1e-6)
    assert group_windows([*rare, fails])[0].impact == Span(0, 100)


def test_a_silence_between_two_failures_does_not_join_them() -> None:
    """A carrier's link failed in the morning, the carrier was silent at two, and one app failed from four on."""

    def part(symptom: str, is_hard: bool, start: float, end: float) -> SegmentRow:
        return SegmentRow("provider", "Sel", "gerbang", symptom, is_hard, start, end, 20.0, 1e-6)

    failures = [part("failure", False, 0, 600), part("failure", True, 0, 10), part("failure", True, 540, 600)]
    silences = [part("silence", False, 420, 475), part("silence", True, 421, 475)]
    found = group_windows([*failures, *silences])
    assert [(g.symptom, g.impact) for g in found] == [
        ("failure", Span(0, 10)), ("silence", Span(420, 475)), ("failure", Span(540, 600))
    ]  # fmt: skip


def test_cuts_leave_the_parts_before_between_and_after() -> None:
    assert without(Span(0, 10), [Span(2, 3), Span(5, 6)]) == [Span(0, 2), Span(3, 5), Span(6, 10)]
    assert without(Span(0, 10), [Span(-1, 11)]) == []


def test_an_outage_is_dated_by_the_windows_of_its_own_scope_and_the_province_by_all_regions() -> None:
    """One phone of one system may fail long before the version does: senders of both systems date the version."""

    def group(value: str, start: float, end: float, kind: str = "client") -> WindowGroup:
        return WindowGroup(
            kind, value, (SegmentRow(kind, value, "pusat", "failure", True, start, end, 20.0, 0.0),)
        )

    home, pool = group("3205", 14, 60, "region"), group("pusat", 12, 61, "vantage")
    every = [group("Android/4.2.1", 0, 50), group("*/4.2.1", 10, 70), group("iOS/4.2.0", -9, 70), home, pool]
    for scope, expected in (("*/4.2.1", Span(10, 70)), ("Android/4.2.1", Span(0, 50))):
        assert dating_windows((("client", scope),), "client", home, every).hard == expected
    for scope in ("iOS/*", "*/4.3", "Android/4.3"):
        assert dating_windows((("client", scope),), "client", home, every) == home, "nobody else dates it"
    assert dating_windows((("client", "*/4.2.1"),), "client", home, [group("*/4.2.1", 61, 70)]) == home
    assert dating_windows((), "central", home, every).hard == Span(12, 61)
    gap = WindowGroup(
        "vantage", "pusat", (SegmentRow("vantage", "pusat", "pusat", "no_lines", True, 0, 90, 0.0, 1.0),)
    )
    assert dating_windows((), "central", home, [*every, gap]).hard == Span(12, 61), "a gap is no failure"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("*/4.2", [True, True, False, False]),
        ("iOS/*", [False, True, True, False]),
        ("iOS/4.2", [False, True, False, False]),
    ],
)
def test_a_star_names_every_system_or_every_version(name: str, expected: list[bool]) -> None:
    codes = np.array(["Android/4.2", "iOS/4.2", "iOS/4.20", None], dtype=object)
    assert equals_or_matches(codes, name).tolist() == expected
