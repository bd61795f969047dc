"""A synthetic month of a region, simulated request by request; the truth lies beside the workspace, not in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.errors import SettingsError
from pipeline.simulation.acts import DAY, Sides, away, make_sides, stay_away
from pipeline.simulation.days import make_days
from pipeline.simulation.export import settings_text, write_punches, write_rows, write_staff
from pipeline.simulation.logs import health_lines, merged, vantage_lines, write_logs
from pipeline.simulation.papers import incident_rows, make_statements, statement_rows
from pipeline.simulation.people import OTHER_REGIONS, Flags, Senders, Staff, make_senders, make_staff
from pipeline.simulation.punches import Punches, by_app, by_machine, carried_late, joined, silent_machines
from pipeline.simulation.requests import Outcome, Requests, send
from pipeline.simulation.scenarios import SCENARIOS, Plan, make_plan
from pipeline.simulation.schedule import GROUPS, Month
from pipeline.simulation.truth_tables import side_truths, write_truth

__all__ = ["SCENARIOS", "World", "make_world", "simulate"]


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
    """Simulate; every part has its own stream of random numbers."""
    month = Month.of(period)
    offices = units or max(6, people // 65)
    if people < 8 * offices or other_regions > len(OTHER_REGIONS):
        raise SettingsError(f"perlu paling sedikit {8 * offices} pegawai, dan paling banyak 10 daerah lain")
    rng = np.random.default_rng([seed, 1])
    weight = rng.uniform(0.5, 1.5, offices)
    unit = np.concatenate(
        [np.arange(offices).repeat(4), rng.choice(offices, people - 4 * offices, p=weight / weight.sum())]
    )
    unit = np.sort(unit).astype(np.int64)
    senders = make_senders(
        people, other_regions, max(60, people // 2), np.random.default_rng([seed, 2]), unit
    )
    senders.is_plain[:people] = senders.version[:people] == 3
    plan = make_plan(scenario, month, senders, np.random.default_rng([seed, 12]))
    if plan.has_machines:
        plan = replace(plan, faults=(*plan.faults, *silent_machines(senders, month)))
    staff = make_staff(month, unit, senders.group[:people], np.random.default_rng([seed, 3]))
    days = make_days(
        month,
        other_regions + 1,
        int(senders.office.max()) + 1,
        scenario == "quiet",
        np.random.default_rng([seed, 10]),
    )
    spared = {*staff.heads, staff.certifier}
    absences = away(senders, month, days, staff.absences, spared, np.random.default_rng([seed, 11]))
    staff = replace(staff, absences=absences)
    sides = make_sides(senders, month, days, staff, np.random.default_rng([seed, 4]))
    if plan.truants:
        sides = stay_away(
            sides, int(plan.faults[0].start // DAY), plan.truants, np.random.default_rng([seed, 13])
        )
    home = senders.region[sides.person] == 0
    uses_machine = home & plan.has_machines & (senders.group[sides.person] == GROUPS.index("guru"))
    sent = replace(sides, act=np.where(uses_machine, np.nan, sides.act))
    requests, outcome = send(
        sent, senders, month, plan.faults, plan.has_losses, np.random.default_rng([seed, 5])
    )
    outcome = replace(outcome, act=np.where(uses_machine, sides.act, outcome.act))
    punches = by_app(requests, senders, np.random.default_rng([seed, 9]))
    if plan.has_machines:
        punches = joined(punches, by_machine(sides, uses_machine, month, np.random.default_rng([seed, 16])))
    if plan.deliveries:
        release = (plan.deliveries[1], plan.deliveries[2])
        punches = carried_late(punches, plan.late_from, release, np.random.default_rng([seed, 17]))
    return World(month, senders, staff, plan, sides, requests, outcome, punches, uses_machine)


def _write_all_logs(folder: Path, world: World, seed: int) -> None:
    month, faults = world.month, world.plan.faults
    gate, server = vantage_lines(world.requests, world.senders, world.staff.nip, faults)
    gate = merged(gate, health_lines(month, faults, "gerbang", np.random.default_rng([seed, 14])))
    write_logs(folder / "gerbang", gate, month, utc_hours=7)
    server = merged(server, health_lines(month, faults, "pusat", np.random.default_rng([seed, 15])))
    write_logs(folder / "pusat", server, month, utc_hours=0, fast=world.plan.server_fast)


def _write_settings(folder: Path, text: str) -> None:
    (folder / "rekon.toml").write_text(text, encoding="utf-8", newline="\n")


def simulate(
    directory: Path,
    people: int,
    seed: int,
    period: str | None = None,
    scenario: str = "dispute",
    units: int | None = None,
    other_regions: int = 5,
) -> Path:
    """Write a workspace to `directory` and the truth to `directory`.truth; returns the latter.

    Where data arrived late, `directory`.kiriman/<n> holds what earlier exports said, to be laid over the workspace.
    """
    truth = directory.with_name(directory.name + ".truth")
    for folder in (directory, truth):
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError(f"{folder.name} sudah berisi; simulasi hanya menulis ke folder kosong")
    period = period or ("2026-03" if scenario == "shifts" else "2026-01")
    world = make_world(people, seed, period, scenario, units, other_regions)
    inputs = directory / "masukan" / period
    inputs.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    write_staff(inputs, world.staff, world.senders, world.month)
    write_punches(inputs / "presensi.csv", world.staff.nip, world.punches, world.senders, world.month)
    sides, duties = side_truths(world)
    statements = make_statements(sides, np.random.default_rng([seed, 6]), people, world.plan.liars)
    write_rows(
        inputs / "surat-keterangan.csv",
        "nip,tanggal,sisi,jam,nip_penandatangan,nomor_surat,tanggal_surat",
        statement_rows(statements, world.staff, world.month),
    )
    incidents = incident_rows(world.plan.declared, world.staff, world.month)
    if incidents:
        header = "id_insiden,mulai,selesai,lapisan,wilayah,kode_opd,penetap,nip_penetap,nomor_ba,keterangan"
        write_rows(inputs / "insiden.csv", header, incidents)
    kinds = {"employee", "unit", "network", "punch", "absence", "roster", "statement"}
    kinds |= {"incident"} if incidents else set()
    _write_settings(directory, settings_text(period, world.month, kinds))
    for number, second in enumerate(world.plan.deliveries, start=1):
        early = directory.with_name(f"{directory.name}.kiriman") / str(number)
        (early / "masukan" / period).mkdir(parents=True, exist_ok=True)
        path = early / "masukan" / period / "presensi.csv"
        write_punches(path, world.staff.nip, world.punches.known_by(second), world.senders, world.month)
        _write_settings(early, settings_text(period, world.month, kinds, second))
    _write_all_logs(inputs / "log", world, seed)
    write_truth(truth, world, sides, duties, statements)
    return truth
