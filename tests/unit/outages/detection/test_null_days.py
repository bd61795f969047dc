"""Which silences a null day explains, and which none does (docs/method/detection.md)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.outages.detection.baseline import expected_counts, leave_one_out_curve, leave_one_out_minimum
from pipeline.outages.detection.null_days import (
    FEW_FACTORS,
    OWN_FACTORS,
    PACED_FACTORS,
    ROSTER_FACTORS,
    NullDays,
    half_day_pieces,
)
from pipeline.outages.detection.null_model import fit_null_model
from pipeline.outages.detection.silence_evidence import null_days, rescored_silence
from tests.support.null_months import TYPES, null_month, unexplained_nats

MINUTE = np.arange(1440)
PEAK = 3 * np.exp(-(((MINUTE - 435) / 18) ** 2))


def people(day: np.ndarray) -> np.ndarray:
    """As many senders as are expected, in whole numbers."""
    return np.diff(np.floor(np.cumsum(np.concatenate([[0.0], day]))))


def test_a_sparse_half_hour_has_the_level_of_half_hours_not_of_minutes() -> None:
    rng = np.random.default_rng(1)
    for size, ratio in ((0.3, 0.9), (3.0, 0.9)):
        counts = rng.poisson(size, (15, 60)).astype(float)
        curve = leave_one_out_curve(
            np.repeat(counts.reshape(15, -1, 5).mean(axis=2), 5, axis=1), np.ones((15, 1))
        )
        assert curve.sum(axis=1).mean() / (60 * size) > ratio
    few = np.zeros((5, 30))
    few[:4, 3] = 29 / 1.0
    assert leave_one_out_curve(few, np.ones((5, 1)))[0].sum() == pytest.approx(29), "29 senders: their level"
    few[:4, 3] = 30
    assert leave_one_out_curve(few, np.ones((5, 1)))[0].sum() == 30, "thirty and more: every minute's median"


@pytest.mark.parametrize(("fridays", "expected"), [(4, 10.0), (3, 0.0)])
def test_three_other_days_of_a_type_are_a_baseline_and_two_are_pooled(fridays: int, expected: float) -> None:
    """On Fridays people leave at 16:30, on other days at 16:00."""
    kind = np.array([0] * 12 + [1] * fridays)
    counts = np.zeros((len(kind), 1440))
    counts[kind == 0, 960:990] = counts[kind == 1, 990:1020] = 10.0
    mean = expected_counts(counts, kind, np.ones(len(kind)), np.zeros(counts.shape, dtype=bool))
    assert mean[-1, 1000] == expected
    assert mean[-1, 970] == 0


def test_where_fewer_than_three_other_days_are_undisturbed_the_other_weekdays_are_pooled() -> None:
    """Otherwise the retries after one outage would be the baseline of all Fridays, beside which the others look silent."""
    kind = np.array([0] * 12 + [1] * 5)
    counts = np.zeros((17, 1440))
    counts[:, 450:480] = np.where(kind == 0, 1.0, 2.0)[:, None]
    counts[13, 450:480] = 50.0
    flagged = np.zeros(counts.shape, dtype=bool)
    for free, expected in ((1, 2.0), (2, 1.0)):
        flagged[16 - free + 1 :, 450:480] = True
        assert expected_counts(counts, kind, np.ones(17), flagged)[12, 460] == pytest.approx(expected)


def test_of_few_days_the_lowest_half_hour_is_the_level_and_excluded_minutes_are_left_out() -> None:
    np.testing.assert_array_equal(
        leave_one_out_minimum(np.array([[3.0, np.nan], [1.0, 4.0], [2.0, np.nan]])),
        [[1, 4], [2, np.nan], [1, 4]],
    )
    counts = np.zeros((4, 1440))
    counts[:, 990:1020] = np.array([[10.0], [2.0], [6.0], [10.0]])
    flagged = np.zeros(counts.shape, dtype=bool)
    level = expected_counts(counts, np.ones(4, dtype=np.int64), np.ones(4), flagged)[:, 1000]
    assert level.tolist() == pytest.approx([2, 6, 2, 2])
    flagged[1:, 990:1020] = True
    assert expected_counts(counts, np.ones(4, dtype=np.int64), np.ones(4), flagged)[0, 1000] == 0


def test_a_silence_is_cut_at_noon_and_where_nobody_is_expected() -> None:
    mean = np.zeros(1440)
    mean[400:430] = mean[500:530] = mean[700:740] = 1.0
    cuts = [b for _, b in half_day_pieces(mean, 400, 740)]
    assert cuts == [465, 615, 720, 740]
    assert half_day_pieces(np.ones(1440), 400, 440) == [(400, 440)]
    assert half_day_pieces(np.zeros(1440), 715, 725) == [(715, 720), (720, 725)], "too short for a lull"
    assert half_day_pieces(mean, 400, 400) == []


def test_a_crowd_before_a_silence_refutes_an_early_day_and_a_late_morning_is_explained() -> None:
    days, broken = NullDays(PEAK, 50.0), people(PEAK)
    broken[432:452] = 0
    unknown = unexplained_nats(broken, days, 0.02, 432, 452, np.ones(1440, dtype=bool))
    assert unexplained_nats(broken, days, 0.02, 432, 452) > unknown + 6
    late = people(np.roll(PEAK, 20))
    assert unexplained_nats(late, days, 0.02, 400, 425) < 2


def test_disturbed_minutes_around_a_silence_are_not_used() -> None:
    days, broken = NullDays(PEAK, 50.0), people(PEAK)
    broken[432:452] = 0
    nowhere = np.ones(1440, dtype=bool)
    alone = unexplained_nats(broken, days, 0.02, 432, 452, nowhere)
    assert alone < unexplained_nats(broken, days, 0.02, 432, 452)
    assert alone == pytest.approx(unexplained_nats(np.zeros(1440), days, 0.02, 432, 452, nowhere))


def test_an_office_may_hold_a_meeting_after_noon_and_a_region_may_not() -> None:
    leave = np.where(MINUTE >= 960, 3 * np.exp(-(MINUTE - 960) / 14), 0.0)
    office, region = NullDays(leave, 50.0, is_office=True), NullDays(leave, 50.0)
    assert len(office.curves(960, 990)) > len(region.curves(960, 990))
    assert len(office.curves(420, 450)) == len(region.curves(420, 450)), "mornings are the same"
    held = (0.3 * leave + 0.7 * np.roll(leave, 40))[960:1020]
    away, near = (np.abs(days.curves(960, 1020) - held).max(axis=1).min() for days in (region, office))
    assert near == pytest.approx(0)
    assert away > 0.5


def test_a_usual_crowd_at_the_end_of_duty_refutes_an_early_day_and_no_late_one() -> None:
    """Two ends of duty in one region: a shift that leaves at 14:00 as usual does not refute a late school at 14:30."""
    school, shift = (
        np.where(end <= MINUTE, size * np.exp(-(MINUTE - end) / 10), 0.0)
        for end, size in ((870, 6.0), (840, 2.0))
    )
    days = NullDays(school + shift, 50.0)
    late = people(np.roll(school, 16) + shift)
    assert unexplained_nats(late, days, 0.02, 870, 886) < 3
    broken = people(school + shift)
    broken[876:900] = 0
    nowhere = np.ones(1440, dtype=bool)
    known = unexplained_nats(broken, days, 0.02, 876, 900)
    assert known > unexplained_nats(broken, days, 0.02, 876, 900, nowhere) + 3
    assert days.weights(870)[days.lateness(870) >= 0].max() == 0
    assert days.weights(870)[days.lateness(870) < 0].min() == days.weights(420).min() == 0.25


def test_an_office_has_a_penalty_for_a_late_morning_and_none_for_a_late_afternoon() -> None:
    office = NullDays(PEAK, 50.0, is_office=True)
    late = office.lateness(420)
    assert office.penalties(420)[late == 0].max() == 0
    assert office.penalties(420)[late == 6].tolist() == [0.5] * 3
    assert office.penalties(420)[late == 20].tolist() == [5.0] * 3
    assert office.penalties(960).max() == NullDays(PEAK, 50.0).penalties(420).max() == 0


def test_a_roster_narrows_the_levels_of_a_day() -> None:
    """Five Fridays are few: without a roster their level may be less than half."""
    group, heads = null_month(3)[1], np.where(TYPES == 3, 1.0, 40.0)
    morning, evening, friday = 420, 960, 4 * 1440 + 420
    for on_duty, peers, is_office, expected in (
        (heads, None, True, (ROSTER_FACTORS, ROSTER_FACTORS, OWN_FACTORS)),
        (heads, None, False, (ROSTER_FACTORS, FEW_FACTORS, OWN_FACTORS)),
        (np.ones(31), None, True, (OWN_FACTORS, OWN_FACTORS, FEW_FACTORS)),
        (heads, group.senders, False, (PACED_FACTORS, PACED_FACTORS, PACED_FACTORS)),
    ):
        model = fit_null_model(
            replace(group, on_duty=on_duty, peers=peers, is_office=is_office), TYPES, 0.004
        )
        assert tuple(null_days(model, at).factors for at in (morning, evening, friday)) == expected
        assert null_days(model, friday).is_few == (peers is None)
        assert not null_days(model, morning).is_few


def test_an_evening_with_few_similar_days_may_end_early_unless_somebody_comes_back() -> None:
    group = null_month(3, (20.0, 5.0))[0]
    friday = 4 * 1440
    for end, comes_back, is_explained in ((990, False, True), (990, True, False)):
        counts = replace(group, senders=group.senders.copy())
        waited = counts.senders[4, 960:end].sum()
        counts.senders[4, 960:1050] = 0
        if comes_back:
            counts.senders[4, end : end + 10] = waited / 10
        model = fit_null_model(counts, TYPES, 0.004)
        assert (rescored_silence(model, 0, friday + 960, friday + end) == 0) is is_explained
    counts.senders[4, 420:450] = 0
    assert rescored_silence(fit_null_model(counts, TYPES, 0.004), 0, friday + 420, friday + 450) > 12, (
        "a morning may not"
    )
