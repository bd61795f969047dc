"""Planted link, central, gateway and site faults come out as one outage each, of that layer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from schemas import (
    Attempt,
    Calendar,
    Coverage,
    Duty,
    Incident,
    Outage,
    OutageEvidence,
    Probe,
    Punch,
    RequestMinute,
    Setting,
    StorageMinute,
)

FIRST = dt.date(2026, 1, 1)
ZERO = dt.datetime(2025, 12, 31, 17)
BROKEN = range(1440 + 400, 1440 + 535)  # 2 January 06:40-08:55 local


def requests(fault: str) -> pd.DataFrame:
    """Six offices of 3205 at both vantages, five other regions at pusat; `fault` on 2 January."""
    rng, minute, rows = np.random.default_rng(4), np.arange(1440), []
    shape = np.exp(-(((minute - 440) / 25) ** 2)) + np.exp(-(((minute - 965) / 25) ** 2)) + 0.002
    leaves = [("gerbang", "3205", f"U{n}", 2.0) for n in range(6)]
    leaves += [("pusat", "3205", None, 12.0)] + [("pusat", f"32{n:02}", None, 12.0) for n in range(10, 15)]
    for day in range(31):
        swing = np.exp(rng.normal(0, 0.15)) * (0.02 if day == 0 or day % 7 in (2, 3) else 1)
        for vantage, region, unit, size in leaves:
            for at, drawn in enumerate(rng.poisson(size * swing * shape)):
                n, failed, own = drawn, 0, 0
                if day * 1440 + at in BROKEN:
                    mine = region == "3205"
                    if fault == "site" and unit == "U1":
                        n = 0
                    if fault == "central" or (fault in ("link", "gateway") and mine):
                        failed, own = (n, n * (fault == "gateway")) if vantage == "gerbang" else (0, 0)
                        n = n if vantage == "gerbang" else 0
                if n:
                    ok = n - failed
                    when = ZERO + dt.timedelta(minutes=day * 1440 + at)
                    rows.append((vantage, when, region, unit, None, None, None, n, ok, 0, failed, own,
                                 failed - own, 0, n, failed, 0, 0))  # fmt: skip
    return pd.DataFrame(rows, columns=list(RequestMinute.columns()))


def attributed(
    fault: str, tmp_path: Path, incidents: list[tuple[Any, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    warehouse = Warehouse(None)
    days = [FIRST + dt.timedelta(days=n) for n in range(31)]
    calendar = [(d, d.isoweekday(), d == FIRST, False, False, None, None) for d in days]
    setting = [("2026-01", "3205", "Asia/Jakarta", FIRST, dt.date(2026, 2, 1))]
    cover = [(v, ZERO, ZERO + dt.timedelta(days=31), "log") for v in ("gerbang", "pusat")]
    warehouse.write(RequestMinute, requests(fault))
    for table, rows in (
        (Calendar, calendar),
        (Setting, setting),
        (Coverage, cover),
        (Incident, incidents),
        (Duty, []),
        (Probe, []),
        (Punch, []),
        (StorageMinute, []),
        (Attempt, []),
    ):
        warehouse.write(table, pd.DataFrame(rows, columns=list(table.columns())))
    settings = Settings(period="2026-01", region="3205", zone="Asia/Jakarta", policy="kepmendagri", source=())
    for stage in (BY_NAME["detect_outages"], BY_NAME["attribute_outages"]):
        stage.run(StageContext(stage, warehouse, settings, tmp_path, tmp_path))
    return warehouse.frame(Outage), warehouse.frame(OutageEvidence)


@pytest.mark.parametrize("fault", ["link", "central", "gateway", "site"])
def test_a_planted_fault_is_one_outage_of_its_layer(fault: str, tmp_path: Path) -> None:
    outages, _ = attributed(fault, tmp_path, [])
    assert outages["layer_code"].tolist() == [fault]
    start = ZERO + dt.timedelta(minutes=BROKEN.start)
    if fault != "site":
        assert abs(outages["started_at"][0] - start) <= dt.timedelta(minutes=6)
    assert outages["scope_region"].isna()[0] == (fault in ("central", "site"))


def test_a_quiet_month_has_none_and_contradicts_a_declaration(tmp_path: Path) -> None:
    a = ZERO + dt.timedelta(days=5, hours=7)
    incident = ("I1", a, a + dt.timedelta(hours=1), None, "3205", None, None, None, None, None, None, "f", 1)
    outages, evidence = attributed("none", tmp_path, [incident])
    assert len(outages) == 0
    assert evidence["verdict_code"].tolist() == ["contradicted"]
