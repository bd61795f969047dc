"""The search for exact sets: by hand, and against labelled incidents where they are at hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.root_causes import f1, made, real, scores
from pipeline.outages.attribution.slices import COUNTED, Noise, measured_noise, root_causes
from tests.support import SHARED, needs_data

LABELLED = SHARED / "rootcause"
PLAIN = Noise(counting=1.0, relative=0.0, resolution=0.0, alpha=0.01, near=0.0)

UNITS = np.repeat(np.array(["A", "B", "C"], dtype=object), 3)
CARRIERS = np.tile(np.array(["X", "Y", "Z"], dtype=object), 3)
GROUPS = {"unit": UNITS, "provider": CARRIERS}
SETS = 3 + 3 + 9
USUAL = np.full(9, 20.0)


def named(x: np.ndarray, noise: Noise = PLAIN, excess: bool | None = False) -> list[dict[str, str]]:
    return [{k: v[0] for k, v in one.values.items()} for one in root_causes(x, USUAL, GROUPS, noise, excess)]


def test_one_silent_unit_is_named_without_its_carriers() -> None:
    assert named(np.where(UNITS == "B", 0.0, USUAL)) == [{"unit": "B"}]


def test_one_carrier_in_one_unit_is_named_with_both() -> None:
    assert named(np.where((UNITS == "B") & (CARRIERS == "Z"), 0.0, USUAL)) == [{"unit": "B", "provider": "Z"}]


def test_two_faults_are_two_sets_the_stronger_first() -> None:
    x = np.where(UNITS == "B", 0.0, USUAL)
    x[(UNITS == "A") & (CARRIERS == "X")] = 0.0
    assert named(x) == [{"unit": "B"}, {"unit": "A", "provider": "X"}]


def test_nothing_is_named_without_a_deviation() -> None:
    assert named(USUAL) == []


def test_a_surplus_is_named_only_where_it_is_looked_for() -> None:
    x = np.where(UNITS == "B", 60.0, USUAL)
    assert named(x) == []
    assert named(x, excess=True) == named(x, excess=None) == [{"unit": "B"}]


@pytest.mark.parametrize(("nats", "count"), [(1e-9, 1), (-1e-9, 0)])
def test_a_set_needs_the_nats_of_all_sets_that_were_tried(nats: float, count: int) -> None:
    usual = np.zeros(9)
    usual[0] = math.log(SETS / PLAIN.alpha) + nats
    assert len(root_causes(np.zeros(9), usual, GROUPS, PLAIN, False)) == count


def test_a_leaf_without_a_value_belongs_to_no_set_of_that_attribute() -> None:
    units = np.where(UNITS == "B", "", UNITS)
    found = root_causes(
        np.where(UNITS == "B", 0.0, USUAL), USUAL, {"unit": units, "provider": CARRIERS}, PLAIN, False
    )
    assert all("unit" not in one.values for one in found)


def test_relative_noise_keeps_one_busy_leaf_from_deciding_for_all() -> None:
    usual = np.where((UNITS == "B") & (CARRIERS == "X"), 20_000.0, 200.0)
    x = np.where(UNITS == "B", np.where(CARRIERS == "X", 4_000.0, 110.0), usual)
    assert root_causes(x, usual, GROUPS, PLAIN, False)[0].values == {"provider": ("X",), "unit": ("B",)}
    assert [dict(one.values) for one in root_causes(x, usual, GROUPS, COUNTED, False)] == [{"unit": ("B",)}]


def test_whole_numbers_are_counts_and_other_values_show_their_own_noise() -> None:
    rng = np.random.default_rng(1)
    usual = rng.uniform(50, 150, 4000)
    values = np.round(usual * (1 + rng.normal(0, 0.1, 4000)), 2)
    assert measured_noise(np.round(values), usual) is COUNTED
    noise = measured_noise(values, usual)
    assert noise.relative == pytest.approx(0.1, abs=0.01)
    assert noise.resolution == pytest.approx(0.01, abs=1e-6)


@needs_data(LABELLED)
@pytest.mark.parametrize(
    ("name", "unit", "least"), [("rs", 0.0, 0.75), ("b0", 1.0, 0.97), ("s", 100.0, 0.68)]
)
def test_labelled_incidents_are_named_as_often_as_asked(name: str, unit: float, least: float) -> None:
    cases = real(LABELLED / name) if name == "rs" else made(LABELLED / name, unit)
    assert f1(scores(cases)) >= least
