"""Fractions settle a generated month to the very rows of the rules, under each example policy."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from fractions import Fraction

import pytest

from pipeline.audit.policy_cases import compute
from pipeline.audit.reference_calculation import ReferencePolicy, calculate_month, rounded
from pipeline.engine.warehouse import Warehouse
from pipeline.policy import preset_names
from schemas import (
    Assessment,
    AssessmentRule,
    AttendanceFloor,
    Duty,
    DutyBase,
    LeaveCharge,
    ScenarioSide,
    SideCharge,
)
from tests.support.reference.months import lay_out
from tests.support.reference.people import generated

PERIOD = "2026-02"
LIMITS = {"kementerian": {"cap", "day_cap"}, "manado": {"cap", "floor"}, "pekalongan": {"cap"}}
"""What binds at least once in the generated months."""


@pytest.mark.parametrize("preset", preset_names())
def test_each_policys_months_settle_to_the_rows_of_the_rules(preset: str) -> None:
    warehouse = Warehouse(None)
    lay_out(warehouse, preset, PERIOD, [("recorded", 0, generated(preset, 150, PERIOD, seed=5))])
    compute(warehouse, Assessment, Duty, ScenarioSide)
    charges, bases, wanted = defaultdict(list), defaultdict(dict), defaultdict(list)
    counting: dict[str, Counter[str]] = defaultdict(Counter)
    for contract in (SideCharge, LeaveCharge):
        for row in warehouse.arrow(contract).to_pylist():
            charges[row["nip"]].append(row)
    for row in warehouse.arrow(DutyBase).to_pylist():
        bases[row["nip"]][row["duty_date"]] = row
    for row in warehouse.arrow(Assessment).to_pylist():
        names = ("unit_id", "duty_date", "side_code", "band_code", "deduction_idr")
        wanted[row["nip"]].append(tuple(row[name] for name in names))
    for row in warehouse.arrow(Duty).to_pylist():
        counting[row["nip"]][row["unit_id"]] += not row["is_excused"]
    rules = {
        (row["variant_code"], row["valid_from"]): row for row in warehouse.arrow(AssessmentRule).to_pylist()
    }
    floors = warehouse.arrow(AttendanceFloor).to_pylist()
    warehouse.close()
    assert len(wanted) > 100
    bands = {each[3] for rows in wanted.values() for each in rows}
    assert bands & {"cap", "floor", "day_cap"} == LIMITS.get(preset, set())
    for nip, days in bases.items():
        policy = ReferencePolicy(days, rules, floors, counting[nip])
        found = [line.identity for line in calculate_month(charges[nip], policy)]
        assert sorted(found, key=repr) == sorted(wanted[nip], key=repr)


@pytest.mark.parametrize(
    ("mode", "step", "amounts"),
    [
        ("half_up", 1, {Fraction(1, 2): 1, Fraction(49, 100): 0, Fraction(3, 2): 2}),
        ("down", 100, {Fraction(199): 100, Fraction(200): 200}),
        ("up", 100, {Fraction(101): 200, Fraction(200): 200, Fraction(0): 0}),
    ],
)
def test_rounding_at_the_edge_and_beside_it(mode: str, step: int, amounts: dict[Fraction, int]) -> None:
    rule = {"rounding_step_idr": step, "rounding_mode_code": mode}
    assert {amount: rounded(amount, rule) for amount in amounts} == amounts


def two_offices() -> tuple[ReferencePolicy, list[dict[str, object]]]:
    """Three days at A, one at B; a cap of 100 % of Rp1000; A's part is Rp750."""
    first = dt.date(2026, 1, 5)
    days = {first + dt.timedelta(n): "B" if n == 3 else "A" for n in range(4)}
    rule = {
        "rounding_step_idr": 1, "rounding_mode_code": "half_up", "rounding_at_code": "event", "day_cap_bps": None,
        "monthly_cap_bps": 10_000, "cap_base_code": "last", "reference": "Pasal 9",
    }  # fmt: skip
    bases = {
        day: {"unit_id": unit, "variant_code": "umum", "rule_from": first, "base_idr": 1000, "tpp_idr": 2500,
              "divisor": 1, "unit_days": 3 if unit == "A" else 1, "month_days": 4}
        for day, unit in days.items()
    }  # fmt: skip
    charges = [
        {"unit_id": "A", "duty_date": day, "side_code": "in", "event_code": "late", "band_code": "TL4",
         "base_idr": 1000, "rate_bps": 4000, "numerator": 4_000_000, "denominator": 10_000, "policy_reference": "-"}
        for day, unit in days.items() if unit == "A"
    ]  # fmt: skip
    return ReferencePolicy(bases, {("umum", first): rule}, (), {}), charges


def test_two_offices_of_one_month_share_the_cap_by_their_days() -> None:
    policy, charges = two_offices()
    assert [line.deduction_idr for line in calculate_month(charges, policy)] == [400, 400, 400, -450]
    assert [line.deduction_idr for line in calculate_month(charges[:1], policy)] == [400]


@pytest.mark.parametrize(("rate_bps", "limits"), [(2000, [-450]), (7000, [-1075]), (0, [-450])])
def test_a_lump_cut_stands_beside_the_cap_and_both_stay_within_the_tpp(
    rate_bps: int, limits: list[int]
) -> None:
    """Three times Rp400 at A under a cap of Rp750, its part of the TPP Rp1,875; a cut of Rp500, Rp1,750 or nothing."""
    policy, charges = two_offices()
    cut = {**charges[0], "side_code": None, "event_code": "cut", "band_code": "lhkpn", "base_idr": 2500,
           "rate_bps": rate_bps, "numerator": 2500 * rate_bps}  # fmt: skip
    lines = calculate_month([*charges, cut], policy)
    assert [line.deduction_idr for line in lines if line.event_code == "cap"] == limits
    assert sum(line.deduction_idr for line in lines) == min(1875, 750 + cut["numerator"] // 10_000)
