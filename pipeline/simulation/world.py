"""One simulated month in memory: people, their days and attempts, what broke, and what was stored of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.errors import SettingsError
from pipeline.simulation.behaviour import DAY, Sides, make_sides, with_short_absences, with_truants
from pipeline.simulation.days import make_days
from pipeline.simulation.people import OTHER_REGIONS, Flags, Ints, Senders, Staff, make_senders, make_staff
from pipeline.simulation.punches import Punches, by_app, by_machine, carried_late, joined, silent_machines
from pipeline.simulation.requests import Outcome, Requests, send
from pipeline.simulation.scenarios import Plan, make_plan
from pipeline.simulation.schedule import GROUPS, Month


@dataclass(frozen=True)
class World:
    """Everything that was simulated, before it is written."""

    month: Month
    senders: Senders
    staff: Staff
    plan: Plan
    sides: Sides
    requests: Requests
    outcome: Outcome
    punches: Punches
    uses_machine: Flags  # per side


def make_world(
    people: int, seed: int, period: str, scenario: str, units: int | None, other_regions: int
) -> World:
    """Simulate `period` (YYYY-MM) for `people` of the home region; every part has its own stream of random numbers.

    Raises SettingsError for an unknown scenario, and for too few people or too many regions.
    """
    month = Month.of(period)
    offices = units or max(6, people // 65)
    if people < 8 * offices or other_regions > len(OTHER_REGIONS):
        raise SettingsError(f"perlu paling sedikit {8 * offices} pegawai, dan paling banyak 10 daerah lain")
    unit = _units(people, offices, seed)
    elsewhere = max(60, people // 2)
    senders = make_senders(people, other_regions, elsewhere, np.random.default_rng([seed, 2]), unit)
    senders.is_plain[:people] = senders.version[:people] == 3
    plan = make_plan(scenario, month, senders, np.random.default_rng([seed, 12]))
    if plan.has_machines:
        plan = replace(plan, faults=(*plan.faults, *silent_machines(senders, month)))
    staff, sides = _staff_and_sides(month, senders, unit, plan, scenario, seed)
    is_home = senders.region[sides.person] == 0
    uses_machine = is_home & plan.has_machines & (senders.group[sides.person] == GROUPS.index("guru"))
    sent = replace(sides, attempt=np.where(uses_machine, np.nan, sides.attempt))
    requests, outcome = send(
        sent, senders, month, plan.faults, plan.has_losses, np.random.default_rng([seed, 5])
    )
    outcome = replace(outcome, attempt=np.where(uses_machine, sides.attempt, outcome.attempt))
    punches = by_app(requests, senders, np.random.default_rng([seed, 9]))
    if plan.has_machines:
        punches = joined(punches, by_machine(sides, uses_machine, month, np.random.default_rng([seed, 16])))
    if plan.deliveries:
        release = (plan.deliveries[1], plan.deliveries[2])
        punches = carried_late(punches, plan.late_from, release, np.random.default_rng([seed, 17]))
    return World(month, senders, staff, plan, sides, requests, outcome, punches, uses_machine)


def _units(people: int, offices: int, seed: int) -> Ints:
    """Number of the OPD of each person, in order: at least four people each, the rest by the OPD's size."""
    rng = np.random.default_rng([seed, 1])
    weight = rng.uniform(0.5, 1.5, offices)
    drawn = rng.choice(offices, people - 4 * offices, p=weight / weight.sum())
    return np.sort(np.concatenate([np.arange(offices).repeat(4), drawn])).astype(np.int64)


def _staff_and_sides(
    month: Month, senders: Senders, unit: Ints, plan: Plan, scenario: str, seed: int
) -> tuple[Staff, Sides]:
    """The home region's people with their absences, and everybody's sides with the first attempts."""
    staff = make_staff(month, unit, senders.group[: len(unit)], np.random.default_rng([seed, 3]))
    regions, offices = int(senders.region.max()) + 1, int(senders.office.max()) + 1
    days = make_days(month, regions, offices, scenario == "quiet", np.random.default_rng([seed, 10]))
    absences = with_short_absences(
        senders,
        month,
        days,
        staff.absences,
        {*staff.heads, staff.certifier},
        np.random.default_rng([seed, 11]),
    )
    staff = replace(staff, absences=absences)
    sides = make_sides(senders, month, days, staff, np.random.default_rng([seed, 4]))
    if plan.truants:
        first_day = int(plan.faults[0].start // DAY)
        sides = with_truants(sides, first_day, plan.truants, np.random.default_rng([seed, 13]))
    return staff, sides
