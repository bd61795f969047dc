"""A month's deduction from its charges, in exact fractions: calculated apart from the rules for `rekon verify --finding`.

Rounding, the day's cap, the month's cap and the attendance floor: the lines must be the rows of the rules `price_charges`
and `assess_tpp`. Source: docs/method/money.md. Amounts are whole rupiah.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.engine.rows import Row

HALF = Fraction(1, 2)
WHOLE = 10_000
"""Basis points of everything."""


@dataclass(frozen=True)
class DeductionLine:
    """A deduction, or the signed difference of a cap or floor. `exact` is what was rounded to `deduction_idr`."""

    unit_id: str
    duty_date: dt.date | None
    side_code: str | None
    event_code: str
    band_code: str
    base_idr: int
    rate_bps: int | None
    exact: Fraction
    deduction_idr: int
    reference: str

    @property
    def identity(self) -> tuple[Any, ...]:
        """What an assessment row says of the same amount."""
        return (self.unit_id, self.duty_date, self.side_code, self.band_code, self.deduction_idr)


@dataclass(frozen=True)
class ReferencePolicy:
    """What the policy and the duties say of a person's month: rows of DutyBase, AssessmentRule and so on."""

    bases: Mapping[dt.date, Row]
    rules: Mapping[tuple[str, dt.date], Row]
    floors: Sequence[Row]
    counting_days: Mapping[str, int]
    """OPD -> duty days that no leave excuses."""

    def rule(self, day: dt.date) -> Row:
        """The assessment rule of a duty day."""
        base = self.bases[day]
        return self.rules[base["variant_code"], base["rule_from"]]


def rounded(amount: Fraction, rule: Row) -> int:
    """A non-negative amount as a multiple of the rule's step, half_up, down or up."""
    step, parts = rule["rounding_step_idr"], amount / rule["rounding_step_idr"]
    whole = {"half_up": math.floor(parts + HALF), "down": math.floor(parts), "up": math.ceil(parts)}
    return int(step * whole[rule["rounding_mode_code"]])


def calculate_month(charges: Sequence[Row], policy: ReferencePolicy) -> list[DeductionLine]:
    """The lines of a month: charges in order of day and side, day caps, then each OPD's cap and floor.

    `charges` are rows of SideCharge, LeaveCharge and CutCharge of one person, scenario and step.
    """
    events = list(_events(charges, policy))
    lines = [*events, *_day_caps(events, policy)]
    return [*lines, *_month_limits(lines, policy)]


def _events(charges: Sequence[Row], policy: ReferencePolicy) -> Iterator[DeductionLine]:
    """Where the month's sum is rounded, a charge costs the running sum up to it less that before it."""
    running: dict[tuple[Any, ...], Fraction] = defaultdict(Fraction)
    for charge in sorted(
        charges, key=lambda row: (row["duty_date"], row["side_code"] or "~", row["band_code"])
    ):
        rule = policy.rule(charge["duty_date"])
        exact = Fraction(charge["numerator"], charge["denominator"])
        amount = rounded(exact, rule)
        if rule["rounding_at_code"] == "month":
            key = (
                charge["unit_id"],
                charge["denominator"],
                rule["rounding_step_idr"],
                rule["rounding_mode_code"],
            )
            amount = rounded(running[key] + exact, rule) - rounded(running[key], rule)
            running[key] += exact
        yield DeductionLine(
            charge["unit_id"],
            charge["duty_date"],
            charge["side_code"],
            charge["event_code"],
            charge["band_code"],
            charge["base_idr"],
            charge["rate_bps"],
            exact,
            amount,
            charge["policy_reference"],
        )


def _day_caps(events: Sequence[DeductionLine], policy: ReferencePolicy) -> Iterator[DeductionLine]:
    """Only a day on which the person came has a cap (a guide to tunjangan kinerja of 2014 has one)."""
    came: dict[tuple[str, dt.date], int] = defaultdict(int)
    for line in events:
        if line.duty_date and line.event_code not in ("absent", "leave", "cut"):
            came[line.unit_id, line.duty_date] += line.deduction_idr
    for (unit_id, day), total in sorted(came.items()):
        rule, base = policy.rule(day), policy.bases[day]
        if (cap_bps := rule["day_cap_bps"]) is None:
            continue
        exact = Fraction(base["base_idr"] * cap_bps, WHOLE * base["divisor"])
        if (left := rounded(exact, rule)) < total:
            yield DeductionLine(
                unit_id, day, None, "day_cap", "day_cap", base["base_idr"], cap_bps, exact, left - total, rule["reference"]
            )  # fmt: skip


def _month_limits(lines: Sequence[DeductionLine], policy: ReferencePolicy) -> Iterator[DeductionLine]:
    """An OPD's part of the monthly cap is its part of the person's duty days; lump cuts stand beside the cap."""
    for unit_id in sorted({line.unit_id for line in lines}):
        days = sorted(day for day, base in policy.bases.items() if base["unit_id"] == unit_id)
        rule, last = policy.rule(days[-1]), policy.bases[days[-1]]
        part = Fraction(last["unit_days"], last["month_days"])
        base_idr = _cap_base([policy.bases[day]["base_idr"] for day in days], rule["cap_base_code"])
        full = math.floor(Fraction(base_idr * rule["monthly_cap_bps"], WHOLE) + HALF)
        here = [line for line in lines if line.unit_id == unit_id]
        cut = sum(line.deduction_idr for line in here if line.event_code == "cut")
        total = sum(line.deduction_idr for line in here) - cut
        rest = max(0, math.floor(last["tpp_idr"] * part + HALF) - cut)
        kept = min(total, math.floor(full * part + HALF), *([rest] if cut else []))
        if kept < total:
            yield DeductionLine(
                unit_id, None, None, "cap", "cap", base_idr, rule["monthly_cap_bps"], full * part, kept - total,
                rule["reference"],
            )  # fmt: skip
        absent = sum(line.event_code == "absent" for line in here)
        rest = max(0, rest - kept)
        for floor in _floors(policy, unit_id, days[-1], absent):
            rate_bps = WHOLE - floor["pays_bps"]
            exact = Fraction(rest * rate_bps, WHOLE)
            yield DeductionLine(
                unit_id, None, None, "floor", "floor", rest, rate_bps, exact, rounded(exact, rule), floor["reference"]
            )  # fmt: skip


def _cap_base(bases: Sequence[int], code: str) -> int:
    if code == "largest":
        return max(bases)
    return bases[-1] if code == "last" else math.floor(Fraction(sum(bases), len(bases)) + HALF)


def _floors(policy: ReferencePolicy, unit_id: str, last: dt.date, absent: int) -> Iterator[Row]:
    """Of the duty days that no leave excuses, those without a whole day's absence."""
    counting = policy.counting_days.get(unit_id, 0)
    share = WHOLE * (counting - absent)
    variant = policy.bases[last]["variant_code"]
    for floor in policy.floors:
        if (
            floor["variant_code"] == variant
            and floor["valid_from"] <= last < floor["valid_to"]
            and floor["share_from_bps"] * counting <= share < floor["share_to_bps"] * counting
        ):
            yield floor
