"""A synthetic month of a region, simulated request by request; the truth lies beside the workspace, not in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.errors import SettingsError
from pipeline.simulation.documents import incident_rows, make_statements, statement_rows
from pipeline.simulation.export import settings_text, write_punches, write_rows, write_staff
from pipeline.simulation.logs import health_lines, merged, vantage_lines, write_logs
from pipeline.simulation.scenarios import SCENARIOS
from pipeline.simulation.truth_tables import side_truths, write_truth
from pipeline.simulation.world import World, make_world

__all__ = ["SCENARIOS", "World", "make_world", "simulate"]


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
