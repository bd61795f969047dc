"""A month of request counts by leaf, in which faults are planted by hand, and the windows that a detector would name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.engine.stage import StageContext
from pipeline.engine.warehouse import Warehouse
from pipeline.outages.attribution.cells import COUNTS, DIMENSIONS, Traffic, first_day
from pipeline.outages.attribution.explanation import ExplainedOutage, explain
from pipeline.outages.attribution.layer_model import Signals
from pipeline.outages.attribution.window_groups import SegmentRow, Span
from pipeline.settings import Settings
from pipeline.stages import BY_NAME
from schemas import (
    Attempt,
    Calendar,
    Coverage,
    Incident,
    Outage,
    OutageEvidence,
    OutageSegment,
    Probe,
    Punch,
    RequestMinute,
    Setting,
)

HOME, OTHERS = "3205", ("3204", "3206", "3207", "3208", "3211")
FIRST = dt.date(2026, 1, 1)
ZERO = dt.datetime(2025, 12, 31, 17)
DAYS, OPENS, MINUTES = 31, 360, 210  # 06:00-09:30 local
DAY = 7  # the day on which faults are planted, a Thursday
UNITS, CARRIERS, CLIENTS = (
    ("U1", "U2", "U3", "U4", "U5", "U6"),
    ("Sel", "Dat"),
    ("Android/4.2", "iOS/4.2", "Android/3.9"),
)
SHARES = (0.55, 0.2, 0.25)
SETTINGS = Settings(period="2026-01", region=HOME, zone="Asia/Jakarta", policy="kepmendagri", source=())

Windows = list[Any]


def at(minute: float, day: int = DAY) -> dt.datetime:
    """UTC of a local minute of the day."""
    return ZERO + dt.timedelta(days=day, minutes=minute)


@dataclass
class World:
    """Counts (leaf, day, minute): senders n, failed, behind an upstream, at the gateway; checks (vantage, day, minute)."""

    leaves: pd.DataFrame
    n: Any
    failed: Any
    upstream: Any
    own: Any
    health: dict[str, Any]
    health_failed: dict[str, Any]
    received: Any

    def pick(self, **wanted: str | tuple[str, ...]) -> Any:
        """Leaves by column; a tuple means any of them."""
        mask = np.ones(len(self.leaves), dtype=bool)
        for name, value in wanted.items():
            values = (value,) if isinstance(value, str) else value
            mask &= self.leaves[name].isin(values).to_numpy()
        return mask

    def silence(self, leaves: Any, start: int, end: int) -> None:
        """No request of these leaves arrives in the local minutes [start, end)."""
        self.n[leaves, DAY, start - OPENS : end - OPENS] = 0

    def fail(self, leaves: Any, start: int, end: int, kind: str = "", share: float = 1.0) -> None:
        """Their requests fail: `upstream` behind the server, `own` at it."""
        when = slice(start - OPENS, end - OPENS)
        bad = np.round(self.n[leaves, DAY, when] * share)
        self.failed[leaves, DAY, when] = bad
        for name in ("upstream", "own"):
            getattr(self, name)[leaves, DAY, when] = bad if kind == name else 0

    def check(self, vantage: str, start: int, end: int, state: str) -> None:
        """Health checks of a vantage fail or are not logged."""
        when = slice(start - OPENS, end - OPENS)
        if state == "failed":
            self.health_failed[vantage][DAY, when] = 6
        else:
            self.health[vantage][DAY, when] = 0


def quiet_world(seed: int = 1, size: float = 1.0) -> World:
    """Six offices and two carriers of the region at both vantages, five other regions at pusat; days swing by 15 %."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[Any, ...]] = []
    for client, share in zip(CLIENTS, SHARES, strict=True):
        for unit in UNITS:
            rows.append(
                (HOME, unit, f"10.0.{unit[1]}.0/24", "Kabel" if unit < "U4" else "Serat", client, 40 * share)
            )
        for carrier in CARRIERS:
            rows.append((HOME, None, f"100.{carrier}", carrier, client, 60 * share))
        for region in OTHERS:
            rows.append((region, None, None, None, client, 150 * share))
            for carrier in CARRIERS:
                rows.append((region, None, f"100.{carrier}", carrier, client, 50 * share))
    shape = np.exp(-(((np.arange(MINUTES) - 80) / 25) ** 2)) + 0.02
    rest = np.array([d == 0 or (d + 3) % 7 in (5, 6) for d in range(DAYS)])
    names = ["vantage_code", "region_code", "unit_id", "network_cidr", "provider", "client_code"]
    swing = {r: np.exp(rng.normal(0, 0.15, DAYS)) * np.where(rest, 0.02, 1) for r in (HOME, *OTHERS)}
    leaves, counts = [], []
    for *group, people in rows:
        mean = size * people * swing[group[0]][:, None] * shape / shape.sum()
        n = rng.poisson(mean).astype(float)
        leaves.append(("pusat", *group))
        counts.append(n)
        if group[0] == HOME:
            leaves.append(("gerbang", *group))
            counts.append(n.copy())
    n = np.stack(counts)
    checks = {v: np.full((DAYS, MINUTES), 6.0) for v in ("gerbang", "pusat")}
    received = n[[i for i, leaf in enumerate(leaves) if leaf[:2] == ("pusat", HOME)]].sum(axis=0)
    zero = np.zeros_like(n)
    return World(pd.DataFrame(leaves, columns=names), n, zero.copy(), zero.copy(), zero.copy(), checks,
                 {v: np.zeros((DAYS, MINUTES)) for v in checks}, received)  # fmt: skip


def minutes_of(world: World) -> pd.DataFrame:
    """RequestMinute rows."""
    leaf, day, minute = np.nonzero(world.n)
    n, x, up, own = (
        a[leaf, day, minute].astype(int) for a in (world.n, world.failed, world.upstream, world.own)
    )
    frame = world.leaves.iloc[leaf].reset_index(drop=True)
    when = pd.Timestamp(ZERO) + pd.to_timedelta((day * 1440 + OPENS + minute) * 60, unit="s")
    frame = frame.assign(minute_at=when, request_count=n, ok_count=n - x, rejected_count=0, failed_count=x,
                         gateway_failed_count=own, upstream_failed_count=up, client_failed_count=0, sender_count=n,
                         failed_sender_count=x, health_count=0, health_failed_count=0)  # fmt: skip
    parts = [frame]
    for vantage, checks in world.health.items():
        day, minute = np.nonzero(checks)
        when = pd.Timestamp(ZERO) + pd.to_timedelta((day * 1440 + OPENS + minute) * 60, unit="s")
        counts = {name: 0 for name in RequestMinute.columns() if name.endswith("_count")}
        row = pd.DataFrame(
            {"vantage_code": vantage, "minute_at": when, **dict.fromkeys(world.leaves.columns[1:]), **counts}
        )
        row["health_count"] = checks[day, minute].astype(int)
        row["health_failed_count"] = world.health_failed[vantage][day, minute].astype(int)
        parts.append(row)
    frame = pd.concat(parts)[list(RequestMinute.columns())].astype({"minute_at": "datetime64[us]"})
    return frame[frame["vantage_code"].isin(world.health)]


def windows_of(world: World, windows: Windows) -> list[tuple[Any, ...]]:
    """OutageSegment rows: groups that fail by a fifth or fall below half of their usual senders in these windows.

    A window is (start, end, and the kinds of groups it is looked for in; none named means all).
    """
    kinds = {"region": "region_code", "unit": "unit_id", "provider": "provider", "client": "client_code"}
    rows = []
    for start, end, *only in windows:
        when = slice(start - OPENS, end - OPENS)
        n, x = world.n[:, :, when].sum(axis=2), world.failed[:, DAY, when].sum(axis=1)
        usual = np.median(
            n[:, [d for d in range(DAYS) if d != DAY and (d + 3) % 7 not in (5, 6) and d]], axis=1
        )
        for kind, column in kinds.items():
            if only and kind not in only:
                continue
            for (vantage, value), part in world.leaves.groupby(["vantage_code", column]).groups.items():
                if vantage not in world.health:
                    continue
                seen, bad, would = n[part, DAY].sum(), x[part].sum(), usual[part].sum()
                found = (
                    "failure"
                    if bad >= max(8, 0.2 * seen)
                    else "silence"
                    if would > 15 and seen < 0.5 * would
                    else None
                )
                if found:
                    for window in ("hard", "impact"):
                        rows.append((f"{len(rows)}", vantage, kind, value, found, window, at(start), at(end), 99.0, 99.0,
                                     1e-9, float(seen), float(would), at(start), at(start), at(end), at(end), None))  # fmt: skip
    return rows


def traffic_of(world: World) -> Traffic:
    """The same counts as the stage reads from `request_minute`."""
    none = [(vantage, *[""] * 5) for vantage in world.health]
    held = world.leaves["vantage_code"].isin(world.health).to_numpy()
    names = np.array([*world.leaves[held].fillna("").itertuples(index=False, name=None), *none], dtype=object)
    zero = np.zeros((len(none), DAYS, MINUTES))
    planes = {"senders": world.n, "failed": world.failed, "upstream": world.upstream, "own": world.own}
    counts = {
        name: np.concatenate([planes[name][held] if name in planes else 0 * world.n[held], zero])
        for name in COUNTS
    }
    counts["health"][-len(none) :] = np.stack([world.health[v] for v in world.health])
    counts["health_failed"][-len(none) :] = np.stack([world.health_failed[v] for v in world.health])
    day, minute, leaf = np.nonzero(np.moveaxis(counts["senders"] + counts["health"], 0, 2))
    kinds = np.array([3 if d == 0 or (d + 3) % 7 == 6 else max(0, (d + 3) % 7 - 3) for d in range(DAYS)])
    return Traffic(
        names[:, 0],
        {name: names[:, n + 1] for n, name in enumerate(DIMENSIONS)},
        day * 1440 + OPENS + minute,
        leaf,
        {name: plane[leaf, day, minute] for name, plane in counts.items()},
        kinds,
    )


def explained(
    world: World,
    windows: Windows,
    *,
    gaps: dict[str, tuple[int, int]] | None = None,
    probes: dict[str, tuple[float, float]] | None = None,
    has_receipts: bool = True,
) -> list[ExplainedOutage]:
    """What `explain` makes of the world, without a database."""
    traffic, midnight = traffic_of(world), DAY * 1440

    def signals(*pieces: tuple[int, int]) -> Signals:
        pieces = first_day(pieces)
        shifts = [0, *traffic.similar_days(pieces[0][0], pieces[-1][1]).tolist()]
        counts = [
            sum(world.received[DAY + s, a - midnight - OPENS : b - midnight - OPENS].sum() for a, b in pieces)
            for s in shifts
        ]
        received = (float(counts[0]), float(np.median(counts[1:]))) if has_receipts else (0.0, 0.0)
        return Signals(received, probes or {})

    def minute(instant: dt.datetime) -> float:
        return (instant - ZERO).total_seconds() / 60

    segments = [
        SegmentRow(kind, value, vantage, symptom, window == "hard", minute(a), minute(b), nats, bound)
        for _, vantage, kind, value, symptom, window, a, b, _, nats, bound, *_ in windows_of(world, windows)
    ]
    missing = {v: (Span(midnight + a, midnight + b),) for v, (a, b) in (gaps or {}).items()}
    return explain(segments, missing, traffic, signals, HOME)


def attributed(
    world: World,
    windows: Windows,
    tmp_path: Path,
    *,
    incidents: tuple[tuple[Any, ...], ...] = (),
    gaps: dict[str, tuple[int, int]] | None = None,
    probes: tuple[tuple[Any, ...], ...] = (),
    has_receipts: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`outage` and `outage_evidence` of the stage."""
    warehouse = Warehouse(None, threads=1)
    days = [FIRST + dt.timedelta(days=n) for n in range(DAYS)]
    cover: list[tuple[Any, ...]] = []
    for vantage in world.health:
        cuts = [(gaps or {})[vantage]] if vantage in (gaps or {}) else []
        edges = [ZERO, *(at(m) for cut in cuts for m in cut), ZERO + dt.timedelta(days=DAYS)]
        cover += [(vantage, a, b, "log") for a, b in zip(edges[::2], edges[1::2], strict=True)]
    day, minute = np.nonzero(world.received if has_receipts else np.zeros((1, 1)))
    when = [
        ZERO + dt.timedelta(minutes=int(d) * 1440 + OPENS + int(m)) for d, m in zip(day, minute, strict=True)
    ]
    times = np.repeat(np.array(when, dtype="datetime64[us]"), world.received[day, minute].astype(int))
    punches = pd.DataFrame({"punch_id": [str(i) for i in range(len(times))], "nip": "1" * 18, "punched_at": times,
                            "received_at": times, "row_sha256": "0", "file_id": "f", "line_no": 1})  # fmt: skip
    warehouse.write(Punch, punches.reindex(columns=list(Punch.columns())))
    warehouse.write(RequestMinute, minutes_of(world))
    for table, rows in (
        (Calendar, [(d, d.isoweekday(), d == FIRST, False, False, None, None) for d in days]),
        (Setting, [("2026-01", HOME, "Asia/Jakarta", FIRST, dt.date(2026, 2, 1))]),
        (Coverage, cover), (Incident, incidents), (Probe, probes), (Attempt, []), (OutageSegment, windows_of(world, windows)),
    ):  # fmt: skip
        warehouse.write(table, pd.DataFrame(rows, columns=list(table.columns())))
    stage = BY_NAME["attribute_outages"]
    stage.run(StageContext(stage, warehouse, SETTINGS, tmp_path, tmp_path))
    return warehouse.frame(Outage), warehouse.frame(OutageEvidence)
