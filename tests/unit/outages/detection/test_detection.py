"""Outages are found where they were planted, and nowhere else."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from pipeline.outages.clock import HOLIDAY, RAMADAN, REST, day_types
from pipeline.outages.detection.baseline import (
    day_pace,
    expected_counts,
    fit_dispersion,
    fit_failure_null,
    five_minute_means,
    leave_one_out_median,
)
from pipeline.outages.detection.candidates import Candidate, declared_candidate
from pipeline.outages.detection.detect import (
    ALPHA_SHARES,
    Window,
    calibrated_threshold,
    detect,
    false_alarm_bound,
    number_of_tests,
    passing_windows,
)
from pipeline.outages.detection.failure_evidence import FailureSeries, rescored_failure
from pipeline.outages.detection.null_days import NullDays
from pipeline.outages.detection.null_model import fit_null_model
from pipeline.outages.detection.silence_evidence import (
    first_missed,
    null_days,
    rescored_silence,
    silence_edges,
)
from pipeline.outages.own_requests import FailedRequests
from pipeline.outages.scores import (
    Pairs,
    bb_log,
    bin_widths,
    failure_scores,
    measurable_spans,
    nb_log,
    silence_scores,
)
from pipeline.outages.segments import (
    Segment,
    maximal_segments,
    segment_in_minutes,
    split_at_null,
    strong_segments,
    supported_starts,
)
from tests.support.null_months import DAYS, TYPES, null_month, unexplained_nats


def brute(scores: list[float]) -> list[tuple[int, int]]:
    """Best segment first, then the same to its left and right."""

    def within(low: int, high: int) -> list[tuple[int, int]]:
        pairs = itertools.combinations(range(low, high + 1), 2)
        a, b = max(pairs, key=lambda p: (sum(scores[p[0] : p[1]]), -(p[1] - p[0])), default=(low, low))
        if a == b or sum(scores[a:b]) <= 0:
            return []
        return [*within(low, a), (a, b), *within(b, high)]

    return within(0, len(scores))


def windows(found: list[Window], alternative: str, code: str, group: int = 0) -> list[tuple[int, int]]:
    return [
        (w.segment.start, w.segment.end)
        for w in found
        if (w.group, w.alternative, w.window) == (group, alternative, code)
    ]


def test_segments_equal_those_of_exhaustive_search() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        scores = rng.normal(-0.3, 2, 14).tolist()
        assert [(a, b) for a, b, _ in maximal_segments(scores)] == brute(scores)


def test_the_quick_search_loses_no_strong_segment() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        scores = rng.normal(-0.2, 1, 300)
        total = np.concatenate([[0.0], np.cumsum(scores)])
        whole = [
            (start, end)
            for a, b, _ in maximal_segments(scores.tolist())
            for start, end, _ in split_at_null(total, a, b, 4)
        ]
        assert [(a, b) for a, b, _ in strong_segments(scores, 4)] == whole
    assert strong_segments(np.array([]), 4) == []


def test_a_segment_is_split_where_the_null_model_gains_as_much_as_makes_a_candidate() -> None:
    for nats, wanted in ((12, [(0, 30), (42, 62)]), (11, [(0, 61)])):
        scores = np.array([*[10.0] * 30, *[-1.0] * nats, *[10.0] * 20])
        assert [(a, b) for a, b, _ in strong_segments(scores, 12)] == wanted


def test_boundaries_within_1_92_nats_are_the_support() -> None:
    scores = np.array([-3, -1, -0.5, 1, 5, 5, 1.5, -1, -1, 5])
    assert supported_starts(scores, 3, 7) == (
        1,
        4,
    )  # 1.5 nats to the left are lost, 1 to the right; 2.5 and 6 are too many
    found = segment_in_minutes(scores, np.arange(10), 3, 7)
    assert found is not None
    assert (found.start, found.end, found.score) == (3, 7, 12.5)
    assert (found.start_low, found.start_high, found.end_low, found.end_high) == (1, 4, 6, 8)


def test_idle_and_weak_ends_beyond_half_an_hour_are_cut_off() -> None:
    def ends(scores: list[float], minutes: list[int]) -> tuple[int, int] | None:
        found = segment_in_minutes(np.array(scores), np.array(minutes), 0, len(scores))
        return found and (found.start, found.end)

    assert ends([0.01, 9, 9, 0.01], [0, 100, 101, 120]) == (100, 121)
    assert ends([5, 9, 9, 5], [0, 100, 101, 131]) == (100, 132)  # thirty minutes do not part
    assert ends([5, 9, 9, 5], [0, 100, 101, 132]) == (100, 102)
    assert ends([13, 9, 9, 5], [0, 100, 101, 132]) == (0, 102)
    assert ends([5, 5, 5], [0, 100, 200]) is None


def test_bound_shrinks_with_the_score_and_never_exceeds_one() -> None:
    assert false_alarm_bound(0, 1000) == 1
    assert false_alarm_bound(10, 1000) == pytest.approx(1000 * math.exp(-10))


def test_scores_are_the_ratios_of_their_densities() -> None:
    y, mu = np.array([0.0, 3, 10]), np.array([4.0, 4, 4])
    np.testing.assert_allclose(silence_scores(y, mu, 7, 0.2), nb_log(y, 0.2 * mu, 7) - nb_log(y, mu, 7))
    # no sender where 4 are expected: 7 ln(11 / 7.8)
    assert silence_scores(y, mu, 7, 0.2)[0] == pytest.approx(7 * math.log(11 / 7.8))
    x, n = np.array([1.0, 0, 5]), np.array([1.0, 3, 9])
    np.testing.assert_allclose(
        failure_scores(Pairs.of(x, n), 0.01, 20, 0.5), bb_log(x, n, 0.5) - bb_log(x, n, 0.01, 20)
    )
    # one sender, and it failed: ln(p1 / p0), whatever the precision
    assert failure_scores(Pairs.of(x, n), 0.01, 20, 0.5)[0] == pytest.approx(math.log(50))


def test_medians_leave_the_day_itself_and_excluded_minutes_out() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 5, (8, 40)).astype(float)
    values[rng.random(values.shape) < 0.3] = np.nan
    for day in range(8):
        others = np.delete(values, day, axis=0)
        counted = ~np.isnan(others).all(axis=0)
        np.testing.assert_array_equal(
            leave_one_out_median(values)[day][counted], np.nanmedian(others[:, counted], axis=0)
        )


def test_nothing_is_smoothed_across_a_half_hour() -> None:
    counts = np.zeros((1, 1440))
    counts[0, 959] = 10  # 15:59
    smooth = five_minute_means(counts)[0]
    assert smooth[960:].sum() == 0
    assert smooth[957] == 2
    assert smooth[959] == pytest.approx(10 / 3)  # the window ends at the half hour: three minutes are left


def test_the_baseline_follows_people_on_duty_not_the_days_own_counts() -> None:
    counts = np.full((8, 1440), 10.0)
    counts[7] = 0
    heads = np.full(8, 100.0)
    heads[7] = 50
    mean = expected_counts(counts, np.zeros(8, dtype=np.int64), heads, np.zeros((8, 1440), dtype=bool))
    assert mean[0, 500] == 10
    assert mean[7, 500] == 5


def test_a_weekday_with_few_days_in_ramadan_is_pooled_with_the_same_weekday_outside_of_it() -> None:
    """Working days till 16:00, in Ramadan till 15:00; on Saturdays, and on the Fridays of Ramadan, only till 14:00."""
    kind = np.array([5, 5, 5, 5, 6, 7, 8, 5, 5, 5, 5, 6, 7, 8, 0, 0, 0, 0, 1, 2, 3])
    counts = np.zeros((len(kind), 1440))
    counts[:, 480:840] = 10.0
    counts[kind % RAMADAN == 0, 480:900] = 10.0
    counts[kind < 2, 480:960] = 10.0
    flagged = np.zeros(counts.shape, dtype=bool)
    mean = expected_counts(counts, kind, np.ones(len(kind)), flagged)
    assert not mean[kind % RAMADAN == 2, 840:].any(), "three Saturdays measure one another"
    assert not mean[kind == RAMADAN, 900:].any(), "Ramadan has enough Mondays of its own"
    assert mean[kind == 0, 870].tolist() == [10.0] * 4
    assert not mean[kind == RAMADAN + 1, 900:].any(), "a Friday of Ramadan is measured by Ramadan too"


def test_a_sunday_is_not_measured_by_the_pickets_of_holidays_in_the_week() -> None:
    """Three Sundays and three holidays of Ramadan; the offices keep a picket from 08:00 to 14:30 on the holidays only."""
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(21)]
    holidays = {date(2026, 3, 18), date(2026, 3, 19), date(2026, 3, 20)}
    calendar = pd.DataFrame(
        [(day, day in holidays, day.day <= 20) for day in days],
        columns=["calendar_date", "is_holiday", "is_ramadan"],
    )
    kind = day_types(calendar, days[0], days[-1] + timedelta(days=1))
    sunday, holiday = kind == RAMADAN + REST, kind == RAMADAN + HOLIDAY
    assert (sunday.sum(), holiday.sum()) == (3, 3)
    counts = np.where(kind % RAMADAN < REST, 20.0, 0.0)[:, None].repeat(1440, axis=1)
    counts[holiday, 480:870] = 5.0
    flagged = np.zeros(counts.shape, dtype=bool)
    mean = expected_counts(counts, kind, np.ones(len(kind)), flagged)
    assert not mean[sunday].any()
    alone = expected_counts(counts[:-3], kind[:-3], np.ones(len(kind) - 3), flagged[:-3])
    assert not alone[holiday[:-3]].any(), (
        "a holiday without two others like it is a day of rest, not a working day"
    )


def test_dispersion_and_failing_share_are_recovered() -> None:
    rng = np.random.default_rng(4)
    mean = np.full(20_000, 8.0)
    counts = rng.poisson(mean * rng.gamma(6, 1 / 6, mean.size)).astype(float)
    assert fit_dispersion(counts, mean) == pytest.approx(6, rel=0.2)
    tried = np.full(20_000, 10.0)
    failed = rng.binomial(10, rng.beta(0.01 * 12, 0.99 * 12, tried.size)).astype(float)
    pairs = Pairs.of(failed, tried)
    share, precision = fit_failure_null(pairs, np.bincount(pairs.index).astype(float), 0.01)
    assert share == pytest.approx(0.01, rel=0.1)
    assert precision == 12


def test_repeated_failures_of_one_sender_are_no_outage_and_those_of_many_are() -> None:
    failed, tried = np.zeros(60), np.zeros(60)
    failed[20:30] = tried[20:30] = 1
    alone = rescored_failure([FailureSeries(failed, tried)], 0.001, 50, 0.95, 20, 30)
    assert 0 < alone < 17
    failed[20:30] = tried[20:30] = 6
    assert rescored_failure([FailureSeries(failed, tried)], 0.001, 50, 0.95, 20, 30) > 30


def test_a_late_morning_explains_an_empty_early_flank() -> None:
    mean = 20 * np.exp(-(((np.arange(1440) - 435) / 18) ** 2))
    late = 20 * np.exp(-(((np.arange(1440) - 447) / 18) ** 2))
    plain = float(silence_scores(late, mean, 50, 0.5)[400:430].sum())
    assert plain > 20
    assert unexplained_nats(late, NullDays(mean, 50), 0.5, 400, 430) < 0
    assert NullDays(mean, 50).curves(400, 430).shape == (64, 30)


def test_a_day_may_begin_early_and_end_late() -> None:
    minute = np.arange(1440)
    mean = 9 * np.exp(-(((minute - 425) / 12) ** 2)) + 9 * np.exp(-(((minute - 850) / 12) ** 2))
    early_and_late = np.where(minute < 720, np.roll(mean, -16), np.roll(mean, 12))
    plain = float(silence_scores(early_and_late, mean, 50, 0.02)[424:840].sum())
    assert plain > 20
    assert unexplained_nats(early_and_late, NullDays(mean, 50), 0.02, 424, 840) < 12


def test_a_silent_carrier_is_found_where_its_peers_are_busy_and_not_where_it_may_be_late_by_itself() -> None:
    late = null_month(5, (60.0, 20.0, 5.0), {9: 12.0})
    silent = replace(late[4], senders=late[4].senders.copy(), failed=late[4].failed.copy())
    silent.senders[8, 413:425], silent.failed[8, 413:425] = 0, 0
    alone = replace(silent, peers=None)
    assert windows(detect([late[0], silent], TYPES).windows, "silence", "hard", group=1)
    assert not windows(detect([late[0], alone], TYPES).windows, "silence", "hard", group=1)


def test_the_pace_is_the_lower_of_before_and_after_and_at_most_1_15() -> None:
    usual = np.full((1, 1440), 10.0)
    beside = np.where(np.arange(1440) < 600, 20.0, 0.0)[None, :]
    found = day_pace(beside, usual)[0]
    assert found[:593].tolist() == [1.15] * 593
    assert found[593:600] == pytest.approx([min(1.15, (20 * left + 3) / 83) for left in range(7, 0, -1)])
    assert found[600] == pytest.approx(3 / 83)


def test_an_emptied_peak_is_no_late_morning() -> None:
    mean = 20 * np.exp(-(((np.arange(1440) - 435) / 18) ** 2))
    assert unexplained_nats(np.zeros(1440), NullDays(mean, 50), 0.02, 415, 455) > 100


def test_the_threshold_rises_with_what_undisturbed_days_reach() -> None:
    calm = np.full(31, -np.inf)
    assert calibrated_threshold(calm, 1e6, 0.01) == pytest.approx(math.log(1e8))
    wild = np.where(np.arange(31) < 20, 17.9, calm)
    assert calibrated_threshold(wild, 1e6, 0.01) > math.log(1e8) + 5
    suspects = np.where(np.arange(31) < 3, 400.0, calm)
    assert calibrated_threshold(suspects, 1e6, 0.01) == pytest.approx(math.log(1e8))


def test_quiet_months_with_day_effects_give_nothing() -> None:
    assert [len(detect(null_month(seed), TYPES).windows) for seed in range(8)] == [0] * 8


@pytest.mark.parametrize("minutes", [-15, 12])
def test_a_day_on_which_everybody_is_early_or_late_is_no_outage(minutes: int) -> None:
    assert detect(null_month(5, (60.0, 20.0, 5.0), {9: minutes, 16: minutes / 2}), TYPES).windows == []


def test_a_planted_silence_is_found_to_two_minutes() -> None:
    groups = null_month(9)
    groups[0].senders[8, 425:450], groups[0].failed[8, 425:450] = 0, 0
    found = detect(groups, TYPES).windows
    ((start, end),) = windows(found, "silence", "hard")
    assert abs(start - (8 * 1440 + 425)) <= 2
    assert abs(end - (8 * 1440 + 450)) <= 2
    (impact,) = [w.segment for w in found if w.window == "impact"]
    assert impact.start <= start < end <= impact.end
    assert impact.start_low <= 8 * 1440 + 425 <= impact.start_high
    assert {w.group for w in found} == {0}
    assert all(w.bound < 0.01 for w in found)


def test_a_late_morning_before_a_silence_is_no_part_of_its_impact() -> None:
    """People come a quarter of an hour late, and at 07:25 the service falls silent for forty minutes."""
    groups = null_month(9, (60.0, 20.0), {8: 15})
    for counts in groups:
        counts.senders[8, 445:485], counts.failed[8, 445:485] = 0, 0
    found = detect(groups, TYPES).windows
    morning = 8 * 1440 + 360
    hit = [w for w in windows(found, "silence", "impact") if morning < w[1] < morning + 360]
    assert [(start - 8 * 1440, end - 8 * 1440) for start, end in hit] == [(445, 485)]


def test_a_silence_too_small_to_be_found_among_all_is_found_where_it_was_declared() -> None:
    groups = null_month(9, (20.0, 5.0, 0.6))
    dark, office = slice(400, 470), 2
    groups[office].senders[8, dark] = groups[office].failed[8, dark] = 0
    span = (8 * 1440 + 390, 8 * 1440 + 480)
    assert detect(groups, TYPES).windows == []
    found = detect(groups, TYPES, {office: [span]}).windows
    assert {(w.group, w.alternative, w.window) for w in found} == {
        (office, "silence", w) for w in ("hard", "impact")
    }
    assert all(span[0] <= w.start < w.end <= span[1] for w in found)
    assert all(w.start <= 8 * 1440 + 420 and w.end >= 8 * 1440 + 470 and 0 < w.bound <= 0.01 for w in found)
    for other in ({office: [(span[0] + 1440, span[1] + 1440)]}, {1: [span]}):
        assert detect(groups, TYPES, other).windows == [], "another day and another group were as usual"


@pytest.mark.parametrize("late", [0, 15, -15])
def test_a_false_declaration_is_confirmed_less_than_once_in_a_hundred_times(late: int) -> None:
    found = tried = 0
    for seed in range(40, 43):
        for counts in null_month(seed, (20.0, 5.0, 1.0), {9: late})[:3]:
            model = fit_null_model(counts, TYPES, 0.004)
            for day in np.flatnonzero(TYPES != 3).tolist():
                for start, end in ((390, 600), (420, 480), (930, 1080)):
                    part, choices = declared_candidate(model, 0, day * 1440 + start, day * 1440 + end)
                    found += part.rescored >= math.log(choices / 0.01)
                    tried += 1
    assert tried > 500
    assert found <= 0.01 * tried


def test_overload_is_an_impact_window_of_its_own_length() -> None:
    groups, rng = null_month(11), np.random.default_rng(1)
    span = slice(430, 460)
    groups[0].failed[1, span] = rng.binomial(groups[0].senders[1, span].astype(int), 0.45)
    ((start, end),) = windows(detect(groups, TYPES).windows, "failure", "impact")
    assert abs(start - (1440 + 430)) <= 2
    assert abs(end - (1440 + 460)) <= 3


@pytest.mark.parametrize(("share", "is_partial"), [(0.45, True), (0.65, True), (0.98, False)])
def test_a_partial_fault_has_the_same_hard_and_impact_window(share: float, is_partial: bool) -> None:
    """Minutes of a partial fault in which all requests fail arise by chance and are no hard window."""
    groups = null_month(11, (20.0,))
    rng, start, end = np.random.default_rng(4), 8 * 1440 + 420, 8 * 1440 + 465
    flat = groups[0].failed.reshape(-1)
    flat[start:end] = rng.binomial(groups[0].senders.reshape(-1)[start:end].astype(int), share)
    found = [w for w in detect(groups, TYPES).windows if w.alternative == "failure"]
    hard, impact = ([w for w in found if w.window == code] for code in ("hard", "impact"))
    assert len(impact) == 1
    assert abs(impact[0].start - start) <= 2
    assert abs(impact[0].end - end) <= 2
    assert len(hard) == 1
    assert ((hard[0].start, hard[0].end) == (impact[0].start, impact[0].end)) >= is_partial


def test_an_impact_window_reaches_over_the_stronger_windows_that_it_overlaps() -> None:
    """Other outages of the month raise the fitted failing share, so that the middle window may be longer."""
    segment = Segment(20, 30, 40.0, 20, 20, 30, 30)
    part = Candidate(0, "failure", "impact", segment, 20, 30, 40.0, 9.0, 1.0, None)
    wider = replace(part, window="middle", segment=replace(segment, start=10), start=10)
    found = passing_windows([part, wider], 30.0, 1.0)
    assert [(w.window, w.start, w.end) for w in found] == [("impact", 10, 30)]
    part_failed = replace(wider, is_partial=True)
    chance = replace(part, window="hard", segment=replace(segment, start=25), start=25)
    found = passing_windows([chance, part, part_failed], 30.0, 1.0)
    assert [(w.window, w.start, w.end) for w in found] == [("hard", 10, 30), ("impact", 10, 30)]
    elsewhere = replace(part, window="hard", segment=replace(segment, start=40, end=50), start=40, end=50)
    longer = replace(part, segment=replace(segment, end=60), end=60)
    found = passing_windows([chance, longer, part_failed, elsewhere], 30.0, 1.0)
    wanted = [("impact", 10, 60), ("hard", 10, 30), ("hard", 40, 50)]
    assert [(w.window, w.start, w.end) for w in found] == wanted, "another outage in the same impact window"
    silent = [replace(each, alternative="silence") for each in (part, wider)]
    assert [(w.window, w.start, w.end) for w in passing_windows(silent, 30.0, 1.0)] == [("impact", 20, 30)]


def test_each_half_day_of_a_silence_has_null_days_of_its_own() -> None:
    """Rosters fix the level of a morning, not that of an evening."""
    counts = replace(null_month(5, (20.0,))[0], on_duty=np.linspace(90, 110, DAYS))
    model, noon = fit_null_model(counts, TYPES, 0.004), 8 * 1440 + 720
    for a, b in ((noon - 295, noon - 280), (noon + 240, noon + 250)):
        model.senders[a:b] = 0
    halves = [
        rescored_silence(model, 0, noon - 295, noon),
        rescored_silence(model, 0, noon, noon + 250),
    ]
    assert rescored_silence(model, 0, noon - 295, noon + 250) == pytest.approx(sum(halves))
    assert null_days(model, noon - 295).factors != null_days(model, noon).factors


def test_outages_at_the_same_time_of_several_days_do_not_become_the_baseline() -> None:
    """Three outages of one minute of the day, on three of the 18 days of its type, are all found."""
    groups = null_month(12)
    for day in (0, 7, 14):
        groups[0].senders[day, 425:445] = 0
    assert len(windows(detect(groups, TYPES).windows, "silence", "hard")) == 3
    assert groups[0].senders.shape == (DAYS, 1440)


def test_minutes_that_the_log_does_not_cover_are_neither_silence_nor_baseline() -> None:
    groups = null_month(13)
    seen = np.ones((DAYS, 1440), dtype=bool)
    seen[8, 400:700] = seen[9, 400:700] = False
    for n, g in enumerate(groups):
        g.senders[~seen], g.failed[~seen] = 0, 0
        groups[n] = replace(g, observed=seen)
    assert detect(groups, TYPES).windows == []
    groups[0].senders[10, 425:450] = groups[0].failed[10, 425:450] = 0
    ((start, end),) = windows(detect(groups, TYPES).windows, "silence", "hard")
    assert abs(start - (10 * 1440 + 425)) <= 2
    assert abs(end - (10 * 1440 + 450)) <= 2


def test_a_bin_is_the_smallest_that_the_null_model_hardly_ever_leaves_empty() -> None:
    k = 5.0
    enough = k * (0.001 ** (-1 / k) - 1)  # (1 + m / k)^(-k) = 0.001
    mean = np.zeros(1440)
    mean[0:30] = enough * 1.001
    mean[30:60] = enough * 1.001 / 5
    mean[60:90] = enough * 0.999 / 30
    widths = bin_widths(mean, k)
    assert [set(widths[a : a + 30].tolist()) for a in (0, 30, 60)] == [{1}, {5}, {0}]
    assert measurable_spans(mean, k) == [(0, 60, 5)]


def test_edges_are_those_of_the_groups_own_failed_requests() -> None:
    unit = np.array(["A", "B", "A", "A"], dtype=object)
    events = FailedRequests(np.array([10, 20, 30, 400]), np.array([40, 25, 32, 401]), {"unit": unit})
    assert events.edges(0, 60, "unit", "A") == (10, 41)
    assert events.edges(20, 60, "unit", "A") == (30, 33)
    assert events.edges(20, 60, "region", "3205") == (20, 33)
    assert events.edges(60, 120, "unit", "A") == (60, 120)


def test_own_requests_move_an_edge_by_less_than_a_minute() -> None:
    """A version fails everywhere; only the home region's requests are known one by one."""
    for first, wanted in ((359, 359), (360, 300)):
        events = FailedRequests(np.array([first]), np.array([540]), {})
        assert events.edges(300, 600, "client", "*/4.2.1") == (wanted, 541)
    assert FailedRequests(np.array([310]), np.array([539]), {}).edges(300, 600, "client", "*/4.2.1") == (
        310,
        600,
    )


def test_a_silence_lasts_as_long_as_nobody_is_heard_within_an_hour() -> None:
    senders, mean = np.zeros(400), np.full(400, 0.1)
    senders[[150, 259]] = 1
    assert silence_edges(senders, mean, None, 200, 210) == (151, 167, 259), "somebody was missed by then"
    assert silence_edges(senders, mean, None, 211, 215) == (167, 167, 259), "an hour and a minute before"
    assert silence_edges(senders, mean / 10, None, 211, 215) == (211, 214, 259), (
        "hardly anybody was expected in that hour"
    )
    assert silence_edges(senders, mean, None, 195, 199) == (151, 167, 199), "an hour and a minute after"
    unobserved = np.zeros(400, dtype=bool)
    unobserved[[190, 230]] = True
    assert silence_edges(senders, mean, unobserved, 200, 210) == (191, 205, 230), (
        "minutes without a log are censored"
    )


@pytest.mark.parametrize(("trickle", "first"), [(0.0, 30), (0.02, 30), (0.04, 30), (0.06, 23), (0.2, 7)])
def test_a_silence_before_a_crowd_is_dated_by_the_crowd_unless_many_were_expected_before(
    trickle: float, first: int
) -> None:
    """The silence may have begun in any minute since somebody was heard."""
    mean = np.concatenate([np.full(30, trickle), np.full(10, 4.0)])
    assert first_missed(mean) == first


def test_the_minute_of_the_first_missed_is_the_median_of_silences_that_begin_anywhere() -> None:
    rng, mean = np.random.default_rng(3), np.concatenate([np.full(60, 0.03), np.linspace(0.1, 3, 30)])
    found = []
    while len(found) < 4000:
        begin, heard = int(rng.integers(mean.size)), rng.poisson(mean)
        if not heard[:begin].any() and heard[begin:].any():
            found.append(begin + int((heard[begin:] > 0).argmax()))
    assert abs(np.median(found) - first_missed(mean)) <= 1


def test_a_crowd_at_an_unusual_time_dates_the_end_of_a_silence_when_hardly_anybody_was_expected() -> None:
    senders, mean = np.zeros(1440), np.full(1440, 0.02)
    mean[420:480] = 5.0
    senders[:420], senders[600:610] = (
        1.0,
        8.0,
    )  # silent from 07:00, and hardly anybody is expected from 08:00 on
    assert silence_edges(senders, mean, None, 420, 480)[2] == 600
    senders[600:610] = 0.0
    senders[600] = 5.0  # a few senders by chance
    assert silence_edges(senders, mean, None, 420, 480)[2] == 480
    senders[600:610], mean[600:610] = 8.0, 8.0  # the next shift at its usual time
    assert silence_edges(senders, mean, None, 420, 480)[2] == 480
    senders[600:610], mean[600:610] = 0.0, 0.02
    senders[841:851] = 8.0  # six hours and a minute later
    assert silence_edges(senders, mean, None, 420, 480)[2] == 480


def test_demand_that_waited_comes_back_after_an_outage() -> None:
    groups = null_month(9)
    waited = groups[0].senders[8, 425:450].copy()
    groups[0].senders[8, 425:450] = 0
    groups[0].senders[8, 450:475] += waited
    (silence,) = [w for w in detect(groups, TYPES).windows if w.window == "hard"]
    assert silence.deferred == pytest.approx(1, abs=0.35)


def test_accepted_but_not_stored_is_a_lost_write() -> None:
    (group, *_) = null_month(14)
    group.failed[:] = 0
    group.failed[8, 430:440] = group.senders[8, 430:440]
    found = detect([replace(group, alternatives=("lost_write",))], TYPES).windows
    assert {w.alternative for w in found} == {"lost_write"}
    assert windows(found, "lost_write", "hard") == [(8 * 1440 + 430, 8 * 1440 + 440)]


def test_a_group_pays_for_its_own_number_of_tests_only() -> None:
    """Every group has the same part of alpha, so that a silence is worth more where fewer minutes could show one."""
    groups = null_month(9, (20.0, 4.0))[:2]
    for group in groups:
        group.senders[8, 400:480] = group.failed[8, 400:480] = 0
    found = {w.group: w for w in detect(groups, TYPES).windows if w.window == "hard"}
    busy, quiet = (number_of_tests(fit_null_model(group, TYPES, 0.004), "silence") for group in groups)
    assert busy > quiet
    assert found[0].test_credit == pytest.approx(np.log((busy + quiet) / (2 * busy)))
    assert found[1].test_credit == pytest.approx(np.log((busy + quiet) / (2 * quiet)))
    strong = false_alarm_bound(found[1].rescored, 2 * quiet / ALPHA_SHARES["silence"])
    assert found[1].bound == pytest.approx(strong), "the bound is that of two groups such as this one"
    assert sum(ALPHA_SHARES.values()) == 1


@pytest.mark.parametrize("seed", range(60))
def test_no_two_windows_have_the_same_kind_and_start(seed: int) -> None:
    """Whatever overlaps what: a segment's identity is its group, alternative, window and start."""
    rng = np.random.default_rng(seed)
    parts: list[Candidate] = []
    for window in ("hard", "middle", "impact"):
        edges = np.sort(rng.choice(24, 2 * int(rng.integers(0, 4)), replace=False))
        for a, b in edges.reshape(-1, 2).tolist():
            is_partial = window == "middle" and bool(rng.random() < 0.5)
            segment = Segment(a, b, 40.0, a, a, b, b)
            parts.append(Candidate(0, "failure", window, segment, a, b, 40.0, 9.0, 1.0, None, is_partial))
    found = passing_windows(parts, 30.0, 1.0)
    names = [(w.window, w.segment.start) for w in found]
    assert len(names) == len(set(names))
    covered = {minute for w in found if w.window == "hard" for minute in range(w.start, w.end)}
    assert all(covered & set(range(p.start, p.end)) for p in parts if p.window == "hard"), (
        "no hard window is lost"
    )
