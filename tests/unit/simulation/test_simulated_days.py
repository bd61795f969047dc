"""Simulated days differ as real ones do, also in a month without any outage."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.simulation import make_world
from pipeline.simulation.days import MOST_EXCUSED, WORST_MOOD, make_days, moods
from pipeline.simulation.schedule import HOUR, Month, hours

JANUARY = Month.of("2026-01")


def test_a_regions_mood_is_of_minutes_and_now_and_then_a_quarter_of_an_hour() -> None:
    drawn = moods(np.random.default_rng(1), (500, 20))
    assert 200 < drawn.std() < 320
    assert 0.03 < (np.abs(drawn) > 600).mean() < 0.07
    assert np.abs(drawn).max() == WORST_MOOD


def test_a_quiet_month_of_the_rainy_season_has_a_wet_working_day_and_a_half_empty_one() -> None:
    working = [day for day in range(JANUARY.days) if hours("kantor-5", JANUARY.date(day)) is not None]
    for seed in range(20):
        days = make_days(JANUARY, 3, 10, True, np.random.default_rng(seed))
        assert (days.wet_morning[0, working] | days.wet_evening[0, working]).any()
        assert days.excused[0, working[1:]].max() >= 0.35
        assert days.excused.max() <= MOST_EXCUSED


def test_attendance_differs_from_day_to_day_and_those_away_have_a_letter() -> None:
    world = make_world(400, 3, "2026-01", "quiet", None, 2)
    home = world.senders.region[world.sides.person] == 0
    office = home & (world.sides.side == 0) & (world.senders.group[world.sides.person] == 0)
    working = [day for day in range(31) if hours("kantor-5", JANUARY.date(day)) is not None]
    counts = np.bincount(world.sides.day[office], minlength=31)[working]
    assert counts.min() < 0.75 * counts.max()
    assert np.isnan(world.sides.attempt[office]).mean() < 0.03
    single = [a for a in world.staff.absences if a.first == a.last]
    assert len(single) > 400


def test_no_two_absences_of_a_person_overlap() -> None:
    absences = make_world(400, 3, "2026-01", "quiet", None, 2).staff.absences
    for before, after in pairwise(absences):
        assert before.person < after.person or before.last < after.first


def test_a_picket_works_on_holidays_and_is_not_on_duty() -> None:
    world = make_world(400, 3, "2026-01", "quiet", None, 2)
    clerk = world.senders.group[world.requests.person] < 3
    holiday = (world.requests.begin >= 5 * HOUR) & (world.requests.begin < 20 * HOUR)
    assert 10 < (holiday & clerk).sum() < 120
    assert (world.requests.side[holiday & clerk] == -1).all()
